#include "client/wire/transport_failure.h"

#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

constexpr char kFailurePayload[] = "brainalign/transport-failure";

// What gRPC 1.30 to 1.60, and the TLS libraries below it, write; in lower case. The first that is
// found counts: a failed handshake is told inside of a failed connection.
constexpr std::array<std::pair<const char*, TransportFailure>, 34> kSigns = {{
    {"certificate verify failed", TransportFailure::kUnknownAuthority},
    {"certificate_verify_failed", TransportFailure::kUnknownAuthority},
    {"hostname verification check failed", TransportFailure::kOtherName},
    {"is not in peer certificate", TransportFailure::kOtherName},
    {"certificate required", TransportFailure::kCertificateWanted},
    {"certificate_required", TransportFailure::kCertificateWanted},
    {"wrong version number", TransportFailure::kNoTls},
    {"wrong_version_number", TransportFailure::kNoTls},
    {"packet length too long", TransportFailure::kNoTls},
    {"packet_length_too_long", TransportFailure::kNoTls},
    {"ssl_error", TransportFailure::kTls},
    {"handshake failed", TransportFailure::kTls},
    {"handshake read failed", TransportFailure::kTls},
    {"connection refused", TransportFailure::kRefused},
    {"no such file or directory", TransportFailure::kRefused},  // a socket of this machine
    {"dns resolution failed", TransportFailure::kUnknownName},
    {"c-ares status", TransportFailure::kUnknownName},
    {"no route to host", TransportFailure::kNoRoute},
    {"network is unreachable", TransportFailure::kNoRoute},
    {"host is unreachable", TransportFailure::kNoRoute},
    {"settings frame", TransportFailure::kNotGrpc},
    {"http1.x", TransportFailure::kNotGrpc},
    {"received http2 header with status", TransportFailure::kProxy},
    {"http2 error code", TransportFailure::kBroken},
    {"socket closed", TransportFailure::kBroken},
    {"connection reset", TransportFailure::kBroken},
    {"broken pipe", TransportFailure::kBroken},
    {"endpoint closing", TransportFailure::kBroken},
    {"transport closed", TransportFailure::kBroken},
    {"goaway", TransportFailure::kBroken},
    {"keepalive", TransportFailure::kBroken},
    {"ping timeout", TransportFailure::kBroken},
    {"timed out", TransportFailure::kTimedOut},
    {"deadline exceeded", TransportFailure::kTimedOut},
}};

}  // namespace

TransportFailure ClassifyTransport(const std::string& grpc_message) {
  const std::string message = absl::AsciiStrToLower(grpc_message);
  for (const auto& [sign, failure] : kSigns) {
    if (absl::StrContains(message, sign)) return failure;
  }
  return TransportFailure::kNone;
}

std::string DescribeTransport(TransportFailure failure) {
  switch (failure) {
    case TransportFailure::kNone:
      return "";
    case TransportFailure::kRefused:
      return "nothing listens there";
    case TransportFailure::kUnknownName:
      return "no machine with this name is known";
    case TransportFailure::kNoRoute:
      return "there is no route to it";
    case TransportFailure::kTimedOut:
      return "no answer arrived in time";
    case TransportFailure::kBroken:
      return "the connection was closed";
    case TransportFailure::kUnknownAuthority:
      return "the server's certificate is not from a CA in server.tls.ca, or has expired";
    case TransportFailure::kOtherName:
      return "the server's certificate has another name";
    case TransportFailure::kCertificateWanted:
      return "the server requires a certificate of yours";
    case TransportFailure::kNoTls:
      return "the other side does not speak TLS";
    case TransportFailure::kTls:
      return "no TLS connection could be made";
    case TransportFailure::kNotGrpc:
      return "the other side does not speak gRPC";
    case TransportFailure::kProxy:
      return "a proxy answered that it cannot reach the server";
  }
  return "";
}

absl::Status WithTransportFailure(absl::Status status) {
  const TransportFailure failure = ClassifyTransport(std::string(status.message()));
  if (failure == TransportFailure::kNone) return status;
  absl::Status described(status.code(), DescribeTransport(failure));
  described.SetPayload(kFailurePayload, absl::Cord(absl::StrCat(static_cast<int>(failure))));
  return described;
}

TransportFailure TransportFailureOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kFailurePayload);
  int number = 0;
  if (!payload.has_value() || !absl::SimpleAtoi(std::string(*payload), &number)) {
    return TransportFailure::kNone;
  }
  return static_cast<TransportFailure>(number);
}

}  // namespace brainalign
