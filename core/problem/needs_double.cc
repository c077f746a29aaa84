#include "core/problem/needs_double.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

constexpr char kPayload[] = "brainalign/needs_double";

}  // namespace

absl::Status NeedsDouble(const std::string& why) {
  absl::Status status = absl::AbortedError(
      absl::StrCat("single precision is not accurate enough for these data: ", why));
  status.SetPayload(kPayload, absl::Cord(why));
  return status;
}

std::optional<std::string> WhyDouble(const absl::Status& status) {
  const auto why = status.GetPayload(kPayload);
  if (!why) return std::nullopt;
  return std::string(*why);
}

}  // namespace brainalign
