#include "client/connection/connection.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/connection/address.h"
#include "client/connection/channel_credentials.h"
#include "client/connection/stubs.h"
#include "client/connection/token.h"
#include "client/wire/server_info_from_proto.h"
#include "client/wire/status_from_grpc.h"
#include "client/wire/transport_failure.h"

namespace brainalign {
namespace {

// Of the first call, over some three seconds.
constexpr int kAttemptsAfterACut = 5;

// Everyone who reads a token can use it, so it is sent only where nobody can read it.
absl::Status CheckToken(const ConnectionOptions& options) {
  if (options.token.empty()) return absl::OkStatus();
  const auto token = ParseToken(options.token, "The token");
  if (!token.ok()) return token.status();
  if (options.token_without_tls || !options.tls.ca.empty() || IsLoopback(options.address)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("The token would travel to ", options.address,
                   " readable by everyone on the network path: turn TLS on with server.tls.ca, use "
                   "an SSH tunnel, or give server.token_without_tls if the network is safe."));
}

std::shared_ptr<grpc::Channel> MakeChannel(
    const std::string& address, const TlsOptions& tls,
    const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  // Detects that the server or the network is gone, also while nothing is sent.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Retry does the waiting; the channel only must not lag behind it.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  // Despite its name, this is the timeout of one attempt. It is longer than any delay of Retry,
  // because gRPC does not work on the attempt between two calls, and with TLS it would always time
  // out.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 20'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // Every Connection is one of its own: it shares neither flow control nor the wait
  // after a failure with others to the same server.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // A result holds a matrix for each fold.
  arguments.SetMaxReceiveMessageSize(256 << 20);
  if (IsLoopback(address)) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (!tls.server_name.empty()) arguments.SetSslTargetNameOverride(tls.server_name);
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

std::string NextStep(TransportFailure failure, bool with_tls) {
  switch (failure) {
    case TransportFailure::kRefused:
      return "Start one with brainalignd, or name another with server.address.";
    case TransportFailure::kUnknownName:
      return "Name another with server.address HOST:PORT.";
    case TransportFailure::kUnknownAuthority:
      return "Give the CA that signed it with server.tls.ca FILE, or system.";
    case TransportFailure::kOtherName:
      return "If it is the right server, give that name with server.tls.server_name.";
    case TransportFailure::kCertificateWanted:
      return "Give it with server.tls.certificate and server.tls.key.";
    case TransportFailure::kNoTls:
      return "Leave out server.tls.ca (brainalign logout removes what login stored), or give the "
             "port that serves TLS.";
    case TransportFailure::kTls:
      return "Ask the administrator of the server for its CA (server.tls.ca) and whether it "
             "requires "
             "a certificate of yours (server.tls.certificate, server.tls.key).";
    case TransportFailure::kBroken:
    case TransportFailure::kNotGrpc:
      return with_tls ? "It may be another program, or require a certificate of yours "
                        "(server.tls.certificate, server.tls.key)."
                      : "If it uses TLS, give server.tls.ca; otherwise it may be another program.";
    case TransportFailure::kNoRoute:
    case TransportFailure::kTimedOut:
      return "Check the address, and whether a firewall blocks the connection.";
    case TransportFailure::kProxy:
      return "Try again later, or ask the administrator of the server.";
    case TransportFailure::kNone:
      return "";
  }
  return "";
}

// What the first call to a server came to, with what to do about it.
absl::Status DescribeFirstContact(const ConnectionOptions& options, const absl::Status& status) {
  const TransportFailure failure = TransportFailureOf(status);
  // The server did answer, or the cause is unknown.
  if (failure == TransportFailure::kNone) return status;
  const bool is_reached =
      failure != TransportFailure::kRefused && failure != TransportFailure::kUnknownName &&
      failure != TransportFailure::kNoRoute && failure != TransportFailure::kTimedOut &&
      failure != TransportFailure::kProxy;
  return absl::Status(
      status.code(),
      absl::StrCat(is_reached ? "No connection to the server at " : "No server answers at ",
                   options.address, ": ", std::string(status.message()), ". ",
                   NextStep(failure, !options.tls.ca.empty())));
}

}  // namespace

Connection::Connection(const ConnectionOptions& options, std::unique_ptr<Stubs> stubs)
    : options_(options), stubs_(std::move(stubs)) {}

Connection::~Connection() = default;

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const ConnectionOptions& options) {
  for (const absl::Status& wrong : {CheckAddress(options.address), CheckToken(options)}) {
    if (!wrong.ok()) return wrong;
  }
  auto credentials = MakeCredentials(options.tls);
  if (!credentials.ok()) return credentials.status();
  std::unique_ptr<Connection> connection(new Connection(
      options, std::make_unique<Stubs>(MakeChannel(options.address, options.tls, *credentials))));
  // A user waits for the first answer, so the timeout is short.
  ConnectionOptions first_contact = options;
  first_contact.retry.max_attempts = 3;
  first_contact.on_retry = nullptr;
  bool was_cut = false;
  const auto ask = [&] {
    return Call<v1::GetServerInfoResponse>(
        first_contact, first_contact.retry, options.connect_timeout_seconds,
        [&](grpc::ClientContext* context, auto* answer) {
          const grpc::Status status = connection->stubs().server->GetServerInfo(
              context, v1::GetServerInfoRequest(), answer);
          was_cut =
              was_cut || TransportFailureOf(StatusFromGrpc(status)) == TransportFailure::kBroken;
          return status;
        });
  };
  absl::StatusOr<v1::GetServerInfoResponse> info = ask();
  if (!info.ok() && was_cut) {
    // A server that is being restarted cuts connections, as another program does. The call changes
    // nothing, so that it can be repeated until the server is there again.
    first_contact.retry.max_attempts = kAttemptsAfterACut;
    info = ask();
  }
  if (!info.ok()) {
    return DescribeFirstContact(options, info.status());
  }
  connection->server_info_ = ServerInfoFromProto(*info);
  return connection;
}

}  // namespace brainalign
