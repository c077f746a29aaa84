#ifndef BRAINALIGN_CORE_PLANNING_PLAN_H_
#define BRAINALIGN_CORE_PLANNING_PLAN_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"

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

// What a unit of work does.
struct Work {
  double single_operations = 0;  // in single precision
  double double_operations = 0;  // in double precision
  double bytes = 0;  // read from the inputs, or run through without arithmetic to speak of

  double operations() const { return single_operations + double_operations; }
  Work& operator+=(const Work& more);
  Work& operator-=(const Work& less);
};

Work operator*(const Work& work, double times);

struct AlignmentPlan {
  // Resident bytes beside the mapped inputs: held from the first unit to the end,
  // by each unit while it runs, and by each layer that is being prepared.
  std::int64_t shared_bytes = 0;
  std::int64_t preparation_bytes = 0;
  std::int64_t tile_bytes = 0;
  std::int64_t layer_bytes = 0;
  // Layers, and units of one layer's preparation that can run side by side.
  int layers = 1;
  int units_of_layer = 1;
  // Units that may run, and layers that may be prepared, at a time.
  int preparations_at_once = 1;
  int layers_at_once = 1;
  int tiles_at_once = 1;
  // Time samples of a tile that are worked on at a time.
  int times_at_once = 1;
  // Whether projected activations lie in a temporary file instead of in memory.
  bool columns_in_file = false;
  // Reading and checking the inputs, and each unit.
  Work opening = {};
  std::vector<Work> preparations = {};
  std::vector<Work> tiles = {};
  // What of a tile's work a BrainCache can spare, for each of its times.
  Work brain_side = {};

  std::int64_t peak_bytes() const;
  std::int64_t least_bytes() const;  // with one unit at a time
  Work total_work() const;
};

// Lets as many units run at a time as there are threads, units and memory, and as many layers be
// prepared at a time as keep those busy.
// RESOURCE_EXHAUSTED if there is no memory for one: says what the least would be.
absl::Status LimitUnits(const AlignmentResources& resources, AlignmentPlan& plan);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PLANNING_PLAN_H_
