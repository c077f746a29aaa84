#ifndef BRAINALIGN_CORE_PLANNING_PLAN_H_
#define BRAINALIGN_CORE_PLANNING_PLAN_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/problem/work.h"

namespace brainalign {

class BrainCache;

// What an alignment may use. Nothing here changes a bit of the result.
struct AlignmentResources {
  // Resident memory beside the mapped inputs.
  std::int64_t memory_bytes = std::numeric_limits<std::int64_t>::max();
  // Threads that will run units; by default there may be any number.
  int threads = std::numeric_limits<int>::max();
  // A folder on disk for a temporary file of what does not fit into memory; empty:
  // everything has to fit.
  std::string scratch_folder;
  // Where what is worked out of the brain is kept for other models, with a limit of
  // its own beside `memory_bytes`; null: nowhere.
  std::shared_ptr<BrainCache> brain_cache = nullptr;
};

// Units of work by what they do, in the order in which an alignment comes to them.
enum class UnitKind { kPreparation, kTile, kCheck };
inline constexpr std::array kUnitKinds = {UnitKind::kPreparation, UnitKind::kTile,
                                          UnitKind::kCheck};

// One unit of work. Units are numbered so that each comes after units with smaller numbers only:
// one thread can run them in the order of their numbers.
struct Unit {
  UnitKind kind = UnitKind::kPreparation;
  int index = 0;           // among the units of its kind, as in AlignmentPlan::works
  std::vector<int> after;  // numbers of the units that must have ended before it starts
};

struct AlignmentPlan {
  // Resident bytes beside the mapped inputs: held from the first unit to the end,
  // by each unit while it runs, and by each layer that is being prepared.
  std::int64_t shared_bytes = 0;
  std::int64_t preparation_bytes = 0;
  std::int64_t tile_bytes = 0;
  std::int64_t layer_bytes = 0;
  std::int64_t check_bytes = 0;
  // Of each sum of such a layer beyond the first that is being computed, or held to be added in its
  // turn.
  std::int64_t sum_bytes = 0;
  // Of what tiles have freed, what the allocator still holds beside the checks.
  std::int64_t unreturned_bytes = 0;
  // Layers, and units of one layer's preparation that can run side by side.
  int layers = 1;
  int units_of_layer = 1;
  // Units that may run, and layers that may be prepared, at a time.
  int preparations_at_once = 1;
  int layers_at_once = 1;
  int sums_at_once = 1;  // of one layer that are being computed, or held to be added
  int tiles_at_once = 1;
  int checks_at_once = 0;
  // Time samples of a tile that are worked on at a time.
  int times_at_once = 1;
  // Whether projected activations lie in a temporary file instead of in memory.
  bool columns_in_file = false;
  // Reading and checking the inputs, and each unit.
  Work opening = {};
  std::vector<Work> preparations = {};
  std::vector<Work> tiles = {};
  std::vector<Work> checks = {};
  // What of a tile's work a BrainCache can spare, for each of its times.
  Work brain_side = {};

  // The units of a kind, and how many of them may run at a time.
  const std::vector<Work>& works(UnitKind kind) const;
  int at_once(UnitKind kind) const;
  // Units of any kind that may run at a time.
  int units_at_once() const {
    return std::max({preparations_at_once, tiles_at_once, checks_at_once});
  }
  std::int64_t peak_bytes() const;
  std::int64_t least_bytes() const;  // with one unit at a time
  Work total_work() const;
};

// Lets as many units run at a time as there are threads, units and memory, and as many layers be
// prepared at a time as keep those busy.
// RESOURCE_EXHAUSTED if there is no memory for one: says what the least would be.
absl::Status LimitUnits(const AlignmentResources& resources, AlignmentPlan& plan);

// The graph of all units of a plan. `after`: for each preparation, the preparations that it comes
// after. A tile comes after all preparations, and a check after all tiles, because the plan's
// memory is that of one kind at a time. The first check frees what tiles have left, and the other
// checks come after it.
std::vector<Unit> UnitGraph(const AlignmentPlan& plan, std::vector<std::vector<int>> after);

// LimitUnits of the checks that are planned, for each of which there is memory.
void LimitChecks(const AlignmentResources& resources, AlignmentPlan& plan);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PLANNING_PLAN_H_
