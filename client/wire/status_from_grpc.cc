#include "client/wire/status_from_grpc.h"

#include <grpcpp/support/status.h>

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "brainalign/v1/error.pb.h"

namespace brainalign {
namespace {

constexpr char kRetryInfoUrl[] = "type.googleapis.com/google.rpc.RetryInfo";

// The messages have the wire shape of google.rpc's under another package, so
// Any::UnpackTo, which compares full names, does not apply.
template <typename Detail>
bool Unpack(const google::protobuf::Any& any, const std::string& name, Detail& detail) {
  return absl::EndsWith(any.type_url(), absl::StrCat("/google.rpc.", name)) &&
         detail.ParseFromString(any.value());
}

void AddLine(const std::string& place, const std::string& text, std::string& message) {
  if (text.empty() || absl::StrContains(message, text)) return;
  absl::StrAppend(&message, message.empty() ? "" : "\n", place, place.empty() ? "" : ": ", text);
}

// A server whose messages fill their memory turns streams away before its own code hears
// of them (HTTP/2's ENHANCE_YOUR_CALM). It says only that, and is better a moment later.
bool WasTurnedAway(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED &&
         status.error_details().empty() &&
         absl::StrContains(status.error_message(), "RST_STREAM with error code 11");
}

}  // namespace

absl::Status StatusFromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  if (WasTurnedAway(status)) {
    return absl::UnavailableError("The server has no memory for another message at the moment.");
  }
  std::string message = status.error_message();
  std::string retry_info;
  v1::ErrorStatus error;
  if (!status.error_details().empty() && error.ParseFromString(status.error_details())) {
    for (const google::protobuf::Any& any : error.details()) {
      v1::BadRequest bad_request;
      v1::PreconditionFailure precondition;
      v1::QuotaFailure quota;
      v1::RetryInfo retry;
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
      } else if (Unpack(any, "RetryInfo", retry)) {
        retry_info = any.value();
      }
    }
  }
  if (message.empty()) message = "The server gave no reason.";
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), message);
  if (!retry_info.empty()) result.SetPayload(kRetryInfoUrl, absl::Cord(retry_info));
  return result;
}

std::optional<double> RetryDelaySeconds(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kRetryInfoUrl);
  v1::RetryInfo retry;
  if (!payload.has_value() || !retry.ParseFromString(std::string(*payload))) return std::nullopt;
  return static_cast<double>(retry.retry_delay().seconds()) +
         1e-9 * static_cast<double>(retry.retry_delay().nanos());
}

}  // namespace brainalign
