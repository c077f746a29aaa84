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

// TLS options of a connection. If `ca` is empty, the connection has no TLS.
struct TlsOptions {
  // A PEM file of CA certificates, one of which must have signed the server's certificate; "system"
  // for the CAs that this machine trusts.
  std::string ca;
  // For servers that require one: the client's certificate and its key, as PEM files.
  std::string certificate;
  std::string key;
  // The name that the server's certificate must have; empty: the name in the address.
  std::string server_name;
};

// The server, the credentials, and the timeouts and retries of a connection. Times are in seconds.
struct ConnectionOptions {
  // HOST:PORT.
  std::string address = "127.0.0.1:7733";
  TlsOptions tls;
  // The token, which is sent with every call; empty: none.
  std::string token;
  // Whether to send the token to other machines without TLS, where others can read it.
  bool token_without_tls = false;
  // Timeout of the first call.
  double connect_timeout_seconds = 10;
  // Timeout of calls that do little work.
  double call_timeout_seconds = 30;
  // Timeout of CreateJob, in which the server reads the tensors of the job once.
  double create_timeout_seconds = 600;
  // The default retries for some minutes, so that the server can restart. Every call may be
  // repeated safely.
  RetryOptions retry = {.max_attempts = 40};
  // Called before each retry, with the reason and the delay in seconds. Uploads and watches report
  // retries to their own observers. May be null.
  std::function<void(const absl::Status&, double)> on_retry;
  Clock* clock = &SystemClock();
  // A requested stop ends every call with CANCELLED within about a second.
  std::stop_token stop;
};

// A connection to one server. Several threads may make calls at the same time.
class Connection {
 public:
  // The calls of the protocol; client/connection/stubs.h.
  struct Stubs;

  // Connects, and reads the server's version and limits. UNAVAILABLE, with the address, if no
  // server answers there; INVALID_ARGUMENT if the address is invalid, a file of the TLS options
  // cannot be read, or the token would be sent without TLS.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const ConnectionOptions& options);

  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const ConnectionOptions& options() const { return options_; }

  // The server's version and limits when the connection was opened.
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
