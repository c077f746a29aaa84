#include "core/planning/plan.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/planning/needed_memory.h"

namespace brainalign {
namespace {

// While the allocator returns memory, no other thread can allocate. A server with many small jobs
// would stop again and again.
constexpr std::int64_t kWorthReturning = 64 << 20;

}  // namespace

const std::vector<Work>& AlignmentPlan::works(UnitKind kind) const {
  constexpr std::array kWorks = {&AlignmentPlan::preparations, &AlignmentPlan::tiles,
                                 &AlignmentPlan::checks};
  return this->*kWorks[static_cast<std::size_t>(kind)];
}

int AlignmentPlan::at_once(UnitKind kind) const {
  constexpr std::array kAtOnce = {&AlignmentPlan::preparations_at_once,
                                  &AlignmentPlan::tiles_at_once, &AlignmentPlan::checks_at_once};
  return this->*kAtOnce[static_cast<std::size_t>(kind)];
}

std::int64_t AlignmentPlan::peak_bytes() const {
  return shared_bytes +
         std::max({layers_at_once * (layer_bytes + (sums_at_once - 1) * sum_bytes) +
                       preparations_at_once * preparation_bytes,
                   tiles_at_once * tile_bytes, unreturned_bytes + checks_at_once * check_bytes});
}

std::int64_t AlignmentPlan::least_bytes() const {
  return shared_bytes + std::max(layer_bytes + preparation_bytes, tile_bytes);
}

Work AlignmentPlan::total_work() const {
  Work total = opening;
  for (const UnitKind kind : kUnitKinds) {
    for (const Work& work : works(kind)) total += work;
  }
  return total;
}

absl::Status LimitUnits(const AlignmentResources& resources, AlignmentPlan& plan) {
  if (plan.least_bytes() > resources.memory_bytes) {
    return MemoryTooSmallError(resources.memory_bytes, plan.least_bytes());
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
    // This many units are divided among the layers, and each layer has as many sums.
    const auto sums_of = [&](std::int64_t units) { return (units + layers - 1) / layers; };
    const auto left_bytes = [&](std::int64_t sums) {
      return room_bytes - layers * (plan.layer_bytes + (sums - 1) * plan.sum_bytes);
    };
    std::int64_t units =
        std::min(units_in(left_bytes(1), plan.preparation_bytes, plan.preparations.size()),
                 layers * of_layer);
    while (units > 0 && units * plan.preparation_bytes > left_bytes(sums_of(units))) --units;
    if (units < 1 || units < plan.preparations_at_once) break;
    plan.preparations_at_once = static_cast<int>(units);
    plan.layers_at_once = static_cast<int>(layers);
    plan.sums_at_once = static_cast<int>(sums_of(units));
  }
  return absl::OkStatus();
}

std::vector<Unit> UnitGraph(const AlignmentPlan& plan, std::vector<std::vector<int>> after) {
  std::vector<Unit> units;
  const auto add = [&](UnitKind kind, int index, std::vector<int> predecessors) {
    units.push_back({kind, index, std::move(predecessors)});
  };
  std::vector<bool> is_last(after.size(), true);
  for (std::size_t i = 0; i < after.size(); ++i) {
    for (const int other : after[i]) is_last[static_cast<std::size_t>(other)] = false;
    add(UnitKind::kPreparation, static_cast<int>(i), std::move(after[i]));
  }
  std::vector<int> last;
  for (std::size_t i = 0; i < is_last.size(); ++i) {
    if (is_last[i]) last.push_back(static_cast<int>(i));
  }
  const auto first_tile = static_cast<int>(units.size());
  for (std::size_t i = 0; i < plan.tiles.size(); ++i) {
    add(UnitKind::kTile, static_cast<int>(i), last);
  }
  const auto first_check = static_cast<int>(units.size());
  for (std::size_t i = 0; i < plan.checks.size(); ++i) {
    std::vector<int> before = {first_check};
    if (i == 0) {
      before.resize(plan.tiles.size());
      std::iota(before.begin(), before.end(), first_tile);
    }
    add(UnitKind::kCheck, static_cast<int>(i), std::move(before));
  }
  return units;
}

void LimitChecks(const AlignmentResources& resources, AlignmentPlan& plan) {
  std::int64_t room_bytes = resources.memory_bytes - plan.shared_bytes;
  const std::int64_t freed_bytes = plan.tiles_at_once * plan.tile_bytes;
  const bool is_kept =
      freed_bytes < kWorthReturning && freed_bytes + plan.check_bytes <= room_bytes;
  plan.unreturned_bytes = is_kept ? freed_bytes : 0;
  room_bytes -= plan.unreturned_bytes;
  plan.checks_at_once =
      static_cast<int>(std::min({static_cast<std::int64_t>(std::max(1, resources.threads)),
                                 static_cast<std::int64_t>(plan.checks.size()),
                                 room_bytes / std::max<std::int64_t>(1, plan.check_bytes)}));
}

}  // namespace brainalign
