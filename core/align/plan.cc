#include "core/align/plan.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace brainalign {

Work& Work::operator+=(const Work& more) {
  single_operations += more.single_operations;
  double_operations += more.double_operations;
  bytes += more.bytes;
  return *this;
}

Work& Work::operator-=(const Work& less) {
  single_operations -= less.single_operations;
  double_operations -= less.double_operations;
  bytes -= less.bytes;
  return *this;
}

Work operator*(const Work& work, double times) {
  return {work.single_operations * times, work.double_operations * times, work.bytes * times};
}

std::int64_t AlignmentPlan::peak_bytes() const {
  return shared_bytes +
         std::max(preparations_at_once * preparation_bytes, tiles_at_once * tile_bytes);
}

Work AlignmentPlan::total_work() const {
  Work total = opening;
  for (const Work& work : preparations) total += work;
  for (const Work& work : tiles) total += work;
  return total;
}

absl::Status LimitUnits(const AlignmentResources& resources, AlignmentPlan& plan) {
  const std::int64_t room_bytes = resources.memory_bytes - plan.shared_bytes;
  const auto at_once = [&](std::size_t units, std::int64_t unit_bytes) {
    const std::int64_t useful =
        std::min<std::int64_t>(std::max(1, resources.threads),
                               std::max<std::int64_t>(1, static_cast<std::int64_t>(units)));
    return std::min(useful, room_bytes / std::max<std::int64_t>(1, unit_bytes));
  };
  const std::int64_t preparations = at_once(plan.preparations.size(), plan.preparation_bytes);
  const std::int64_t tiles = at_once(plan.tiles.size(), plan.tile_bytes);
  if (preparations < 1 || tiles < 1) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "memory is ", resources.memory_bytes,
        " bytes, but the least that this alignment can do with is ",
        plan.shared_bytes + std::max(plan.preparation_bytes, plan.tile_bytes), " bytes"));
  }
  plan.preparations_at_once = static_cast<int>(preparations);
  plan.tiles_at_once = static_cast<int>(tiles);
  return absl::OkStatus();
}

}  // namespace brainalign
