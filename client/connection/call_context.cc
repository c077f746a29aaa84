#include "client/connection/call_context.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "client/connection/call_id.h"
#include "client/wire/status_from_grpc.h"
#include "core/to_integer.h"

namespace brainalign {
namespace {

constexpr char kCallIdKey[] = "x-request-id";
// More than any clock's nanoseconds could count would be no deadline at all.
constexpr double kLongestSeconds = 1e9;

}  // namespace

CallContext::CallContext(const ConnectionOptions& options, double timeout_seconds)
    : id_(MakeCallId()), cancel_(options.stop, [this] { context_.TryCancel(); }) {
  context_.AddMetadata(kCallIdKey, id_);
  if (!options.token.empty()) {
    context_.AddMetadata("authorization", absl::StrCat("Bearer ", options.token));
  }
  if (timeout_seconds > 0) {
    context_.set_deadline(
        std::chrono::system_clock::now() +
        std::chrono::microseconds(ToInt64(std::min(timeout_seconds, kLongestSeconds) * 1e6)));
  }
}

absl::Status CallContext::Conclude(const grpc::Status& status) const {
  if (status.ok()) return absl::OkStatus();
  // A proxy on the way may have given the call another name.
  const auto& trailers = context_.GetServerTrailingMetadata();
  const auto call_id = trailers.find(kCallIdKey);
  if (call_id != trailers.end()) {
    return WithCallId(StatusFromGrpc(status),
                      std::string(call_id->second.data(), call_id->second.size()));
  }
  const bool may_not_have_arrived = status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                                    status.error_code() == grpc::StatusCode::CANCELLED;
  return WithCallId(StatusFromGrpc(status), may_not_have_arrived ? "" : id_);
}

}  // namespace brainalign
