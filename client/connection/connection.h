#ifndef BRAINALIGN_CLIENT_CONNECTION_CONNECTION_H_
#define BRAINALIGN_CLIENT_CONNECTION_CONNECTION_H_

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection/server_info.h"
#include "client/retry/clock.h"
#include "client/retry/retry.h"

namespace brainalign {

// How a connection is made safe. Without `ca` it is not: no TLS.
struct TlsOptions {
  // A file in PEM of authorities, one of which must have signed the server's
  // certificate; "system" for those that this machine trusts.
  std::string ca;
  // For servers that ask for one: the client's own certificate and its key, in PEM.
  std::string certificate;
  std::string key;
  // The name that the server's certificate must have; empty: that of the address.
  std::string server_name;
};

struct ConnectionOptions {
  // HOST:PORT.
  std::string address = "127.0.0.1:7733";
  TlsOptions tls;
  // Says who calls; empty: nobody in particular. Sent with every call.
  std::string token;
  // Send the token also where others can read it on its way: beyond loopback without TLS.
  bool token_without_tls = false;
  // How long the server may take to answer the first call.
  double connect_timeout_seconds = 10;
  // How long it may take to answer a call that does little work.
  double call_timeout_seconds = 30;
  // How long it may take to check a job's tensors, which it reads once.
  double create_timeout_seconds = 600;
  // Once the server has answered, it may restart: some minutes of patience. Every
  // call may be repeated without harm.
  RetryOptions retry = {.max_attempts = 40};
  // Told of each wait before a call is made again, with its reason and length in
  // seconds; uploads and watches tell their own. May be null.
  std::function<void(const absl::Status&, double)> on_retry;
  Clock* clock = &SystemClock();
  // Makes every call end with CANCELLED soon.
  std::stop_token stop;
};

// A server, and how to call it. Calls may be made from several threads.
class Connection {
 public:
  // The calls of the protocol; client/connection/stubs.h.
  struct Stubs;

  // Asks the server who it is. UNAVAILABLE, naming the address, if nothing
  // answers there; INVALID_ARGUMENT if the address is none, a file of the TLS options
  // cannot be read, or the token would travel unprotected.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const ConnectionOptions& options);

  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const ConnectionOptions& options() const { return options_; }

  // What the server said when the connection was opened.
  const ServerInfo& server_info() const { return server_info_; }

  Stubs& stubs() { return *stubs_; }

 private:
  Connection(const ConnectionOptions& options, std::unique_ptr<Stubs> stubs);

  // Fixed after construction.
  const ConnectionOptions options_;
  const std::unique_ptr<Stubs> stubs_;
  ServerInfo server_info_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CONNECTION_CONNECTION_H_
