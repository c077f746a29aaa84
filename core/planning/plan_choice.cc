#include "core/planning/plan_choice.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

namespace brainalign {
namespace {

// More memory than this is taken only where it keeps clearly more threads busy.
constexpr std::int64_t kAmpleBytes = std::int64_t{4} << 30;
constexpr double kBusyShare = 0.7;

absl::StatusOr<AlignmentPlan> ChooseWithin(std::vector<AlignmentPlan> candidates,
                                           const AlignmentResources& resources) {
  std::optional<AlignmentPlan> best;
  absl::Status failure;
  std::int64_t least_bytes = std::numeric_limits<std::int64_t>::max();
  const auto rank = [](const AlignmentPlan& plan) {
    return std::make_tuple(plan.tiles_at_once, plan.preparations_at_once, !plan.columns_in_file,
                           plan.times_at_once);
  };
  for (AlignmentPlan& plan : candidates) {
    const absl::Status status = LimitUnits(resources, plan);
    if (!status.ok()) {
      if (plan.least_bytes() < least_bytes) failure = status;
      least_bytes = std::min(least_bytes, plan.least_bytes());
    } else if (!best || rank(plan) > rank(*best)) {
      best = std::move(plan);
    }
  }
  if (!best) return failure;
  return *std::move(best);
}

}  // namespace

absl::StatusOr<AlignmentPlan> ChoosePlan(const std::vector<AlignmentPlan>& candidates,
                                         const AlignmentResources& resources) {
  absl::StatusOr<AlignmentPlan> best = ChooseWithin(candidates, resources);
  if (!best.ok() || best->peak_bytes() <= kAmpleBytes) return best;
  std::vector<AlignmentPlan> in_memory = candidates;
  std::erase_if(in_memory, [](const AlignmentPlan& plan) { return plan.columns_in_file; });
  AlignmentResources ample = resources;
  ample.memory_bytes = kAmpleBytes;
  absl::StatusOr<AlignmentPlan> modest = ChooseWithin(std::move(in_memory), ample);
  const bool is_as_quick = modest.ok() && modest->tiles_at_once == best->tiles_at_once &&
                           modest->preparations_at_once >= kBusyShare * best->preparations_at_once;
  return is_as_quick ? modest : best;
}

}  // namespace brainalign
