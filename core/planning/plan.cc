#include "core/planning/plan.h"

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
         std::max(layers_at_once * layer_bytes + preparations_at_once * preparation_bytes,
                  tiles_at_once * tile_bytes);
}

std::int64_t AlignmentPlan::least_bytes() const {
  return shared_bytes + std::max(layer_bytes + preparation_bytes, tile_bytes);
}

Work AlignmentPlan::total_work() const {
  Work total = opening;
  for (const Work& work : preparations) total += work;
  for (const Work& work : tiles) total += work;
  return total;
}

absl::Status LimitUnits(const AlignmentResources& resources, AlignmentPlan& plan) {
  if (plan.least_bytes() > resources.memory_bytes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "memory is ", resources.memory_bytes,
        " bytes, but the least that this alignment can do with is ", plan.least_bytes(), " bytes"));
  }
  const std::int64_t room_bytes = resources.memory_bytes - plan.shared_bytes;
  const std::int64_t threads = std::max(1, resources.threads);
  const auto units_in = [&](std::int64_t bytes, std::int64_t unit_bytes, std::size_t units) {
    return std::min({threads, std::max<std::int64_t>(1, static_cast<std::int64_t>(units)),
                     bytes / std::max<std::int64_t>(1, unit_bytes)});
  };
  plan.tiles_at_once = static_cast<int>(units_in(room_bytes, plan.tile_bytes, plan.tiles.size()));
  // While one unit of a layer runs alone, the next layers keep the other threads busy.
  const std::int64_t of_layer = std::max(1, plan.units_of_layer);
  const std::int64_t useful =
      threads > 1 ? std::min<std::int64_t>(plan.layers, 2 + (threads - 1) / of_layer) : 1;
  plan.preparations_at_once = 0;
  for (std::int64_t layers = 1; layers <= useful; ++layers) {
    const std::int64_t left_bytes = room_bytes - layers * plan.layer_bytes;
    const auto units = static_cast<int>(std::min(
        units_in(left_bytes, plan.preparation_bytes, plan.preparations.size()), layers * of_layer));
    if (units < 1 || units < plan.preparations_at_once) break;
    plan.preparations_at_once = units;
    plan.layers_at_once = static_cast<int>(layers);
  }
  return absl::OkStatus();
}

}  // namespace brainalign
