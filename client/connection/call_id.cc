#include "client/connection/call_id.h"

#include <random>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_format.h"
#include "client/connection/refusal.h"

namespace brainalign {
namespace {

constexpr char kCallIdPayload[] = "brainalign/call-id";

}  // namespace

std::string MakeCallId() {
  std::random_device random;
  const unsigned int high = random();
  const unsigned int low = random();
  return absl::StrFormat("%08x%08x", high, low);
}

absl::Status WithCallId(absl::Status status, const std::string& call_id) {
  if (!call_id.empty()) status.SetPayload(kCallIdPayload, absl::Cord(call_id));
  return status;
}

std::string CallIdOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kCallIdPayload);
  return payload.has_value() ? std::string(*payload) : "";
}

}  // namespace brainalign
