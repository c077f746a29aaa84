#include <algorithm>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "brainalign/v1/error.pb.h"
#include "client/connection/refusal.h"
#include "client/wire/status_from_grpc.h"

namespace brainalign {
namespace {

constexpr char kTensorMissing[] = "TENSOR_MISSING";

// Nothing if the server sent none, or none of this shape.
template <typename Detail>
std::optional<Detail> Find(const absl::Status& status, const char* name) {
  const auto payload = status.GetPayload(absl::StrCat(kDetailPrefix, name));
  Detail detail;
  if (!payload || !detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

}  // namespace

std::optional<Refusal> RefusalOf(const absl::Status& status) {
  const auto info = Find<v1::ErrorInfo>(status, "ErrorInfo");
  const auto retry = Find<v1::RetryInfo>(status, "RetryInfo");
  const auto bad_request = Find<v1::BadRequest>(status, "BadRequest");
  const auto precondition = Find<v1::PreconditionFailure>(status, "PreconditionFailure");
  const auto quota = Find<v1::QuotaFailure>(status, "QuotaFailure");
  if (!info && !retry && !bad_request && !precondition && !quota) return std::nullopt;
  Refusal refusal;
  if (info) {
    refusal.reason = info->reason();
    refusal.domain = info->domain();
    refusal.metadata = {info->metadata().begin(), info->metadata().end()};
  }
  if (bad_request) {
    for (const auto& one : bad_request->field_violations()) {
      refusal.fields.push_back({one.field(), one.description()});
    }
  }
  if (precondition) {
    for (const auto& one : precondition->violations()) {
      if (one.type() == kTensorMissing) refusal.missing_tensors.push_back(one.subject());
    }
  }
  if (quota) {
    for (const auto& one : quota->violations()) {
      refusal.quotas.push_back({one.subject(), one.description()});
    }
  }
  if (retry) {
    const double seconds = static_cast<double>(retry->retry_delay().seconds()) +
                           1e-9 * static_cast<double>(retry->retry_delay().nanos());
    refusal.retry_delay_seconds = std::max(0.0, seconds);
  }
  return refusal;
}

}  // namespace brainalign
