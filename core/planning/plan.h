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

// The resources of an alignment. They do not change any bit of the result.
struct AlignmentResources {
  // Limit of resident memory, not counting the mapped inputs.
  std::int64_t memory_bytes = std::numeric_limits<std::int64_t>::max();
  // Number of threads that will run units; by default unlimited.
  int threads = std::numeric_limits<int>::max();
  // A folder for a temporary file, if the projected activations do not fit into memory; empty: they
  // must fit.
  std::string scratch_folder;
  // The cache of results that depend only on the brain, for other models on the same recording. Its
  // limit is not part of `memory_bytes`. Null: no cache.
  std::shared_ptr<BrainCache> brain_cache = nullptr;
};

// The kinds of units of work, in the order in which an alignment runs them.
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

// The plan of an alignment: the memory of its units, how many may run at a time, and the work of
// each. It follows from shapes, options, the memory budget and the number of threads.
struct AlignmentPlan {
  // Resident bytes, not counting the mapped inputs: from the first unit to the end (shared), of
  // each unit while it runs, and of each layer that is being prepared.
  std::int64_t shared_bytes = 0;
  std::int64_t preparation_bytes = 0;
  std::int64_t tile_bytes = 0;
  std::int64_t layer_bytes = 0;
  std::int64_t check_bytes = 0;
  // Of each sum of such a layer beyond the first that is being computed, or held to be added in its
  // turn.
  std::int64_t sum_bytes = 0;
  // Memory that tiles have freed and that the allocator still holds during the checks.
  std::int64_t unreturned_bytes = 0;
  // Number of layers, and of units of one layer's preparation that can run at the same time.
  int layers = 1;
  int units_of_layer = 1;
  // Units that may run, and layers that may be prepared, at a time.
  int preparations_at_once = 1;
  int layers_at_once = 1;
  int sums_at_once = 1;  // of one layer that are being computed, or held to be added
  int tiles_at_once = 1;
  int checks_at_once = 0;
  // Time samples of a tile that are processed at a time.
  int times_at_once = 1;
  // Whether projected activations are in a temporary file instead of memory.
  bool columns_in_file = false;
  // Reading and checking the inputs, and each unit.
  Work opening = {};
  std::vector<Work> preparations = {};
  std::vector<Work> tiles = {};
  std::vector<Work> checks = {};
  // The part of a tile's work that a hit in the BrainCache saves, for each of its times.
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

// Sets the units that run at a time, limited by threads, units and memory, and the layers that are
// prepared at a time, so that these threads are busy. RESOURCE_EXHAUSTED, with the least memory
// that would do, if there is no memory for one.
absl::Status LimitUnits(const AlignmentResources& resources, AlignmentPlan& plan);

// The graph of all units of a plan. `after`: for each preparation, the preparations that it comes
// after. A tile comes after all preparations, and a check after all tiles, because the plan's
// memory is that of one kind at a time. The first check frees what tiles have left, and the other
// checks come after it.
std::vector<Unit> UnitGraph(const AlignmentPlan& plan, std::vector<std::vector<int>> after);

// The same for the planned checks. Requires memory for each single check.
void LimitChecks(const AlignmentResources& resources, AlignmentPlan& plan);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PLANNING_PLAN_H_
