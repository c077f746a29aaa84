#include "client/wire/status_from_grpc.h"

#include <grpcpp/support/status.h>

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "brainalign/v1/error.pb.h"
#include "client/wire/transport_failure.h"

namespace brainalign {
namespace {

// The messages have the wire shape of google.rpc's under another package, so
// Any::UnpackTo, which compares full names, does not apply.
template <typename Detail>
bool Unpack(const google::protobuf::Any& any, const std::string& name, Detail& detail) {
  return any.type_url() == absl::StrCat(kDetailPrefix, name) && detail.ParseFromString(any.value());
}

void AddLine(const std::string& place, const std::string& text, std::string& message) {
  if (text.empty() || absl::StrContains(message, text)) return;
  absl::StrAppend(&message, message.empty() ? "" : "\n", place, place.empty() ? "" : ": ", text);
}

// Whether HTTP/2 ended the stream, and not the server's code, which always sends details. The
// reason is internal to the transport, and a retry gets the server's own error. This happens to a
// client that sends fast to a server that has stopped receiving.
bool WasEndedByTransport(const grpc::Status& status) {
  const bool is_its_code = status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED ||
                           status.error_code() == grpc::StatusCode::INTERNAL ||
                           status.error_code() == grpc::StatusCode::UNKNOWN;
  return is_its_code && status.error_details().empty() &&
         absl::StrContains(status.error_message(), "RST_STREAM with error code");
}

absl::Status DescribeReset(const grpc::Status& status) {
  // ENHANCE_YOUR_CALM: messages fill the memory that the server has for them.
  if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
    return absl::UnavailableError("The server has no memory for another message at the moment.");
  }
  return absl::UnavailableError("The connection ended the call before the server answered.");
}

// Whether gRPC at the server turned the call away before the server's code saw it, because it got
// no thread for it.
bool FoundNoThread(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED &&
         status.error_details().empty() &&
         absl::StrContains(status.error_message(), "Threadpool Exhausted");
}

// As the server refuses a call beyond a limit of its own, with a delay after which it is retried.
absl::Status RefuseForThreads() {
  absl::Status refused = absl::ResourceExhaustedError(
      "The server has no thread for another call at the moment; try again in a few seconds.");
  v1::ErrorInfo info;
  info.set_reason("TOO_MANY_CALLS");
  v1::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(5);
  refused.SetPayload(absl::StrCat(kDetailPrefix, "ErrorInfo"),
                     absl::Cord(info.SerializeAsString()));
  refused.SetPayload(absl::StrCat(kDetailPrefix, "RetryInfo"),
                     absl::Cord(retry.SerializeAsString()));
  return refused;
}

}  // namespace

absl::Status StatusFromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  if (FoundNoThread(status)) return RefuseForThreads();
  if (WasEndedByTransport(status)) return DescribeReset(status);
  // The server's own code sends details with every error that can pass by itself.
  const bool may_be_transport = status.error_details().empty() &&
                                (status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                                 status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED ||
                                 status.error_code() == grpc::StatusCode::UNKNOWN);
  if (may_be_transport) {
    absl::Status plain(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
    absl::Status described = WithTransportFailure(plain);
    if (described != plain) return described;
  }
  std::string message = status.error_message();
  v1::ErrorStatus error;
  if (!status.error_details().empty() && error.ParseFromString(status.error_details())) {
    for (const google::protobuf::Any& any : error.details()) {
      v1::BadRequest bad_request;
      v1::PreconditionFailure precondition;
      v1::QuotaFailure quota;
      if (Unpack(any, "BadRequest", bad_request)) {
        for (const auto& v : bad_request.field_violations()) {
          AddLine(v.field(), v.description(), message);
        }
      } else if (Unpack(any, "PreconditionFailure", precondition)) {
        for (const auto& v : precondition.violations()) {
          AddLine(v.subject(), v.description(), message);
        }
      } else if (Unpack(any, "QuotaFailure", quota)) {
        for (const auto& v : quota.violations()) AddLine(v.subject(), v.description(), message);
      }
    }
  }
  if (message.empty() && status.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
    message =
        "The server does not have this call at this address: it is an older one, or this is its "
        "socket for administrators; use the address of its clients.";
  }
  if (message.empty()) message = "The server gave no reason.";
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), message);
  for (const google::protobuf::Any& any : error.details()) {
    if (absl::StartsWith(any.type_url(), kDetailPrefix)) {
      result.SetPayload(any.type_url(), absl::Cord(any.value()));
    }
  }
  return result;
}

}  // namespace brainalign
