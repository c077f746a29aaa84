#ifndef BRAINALIGN_CORE_ALIGN_ALIGNMENT_H_
#define BRAINALIGN_CORE_ALIGN_ALIGNMENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/align/result.h"
#include "core/cancel.h"
#include "core/planning/plan.h"
#include "core/problem/inputs.h"
#include "core/problem/spec.h"

namespace brainalign {

// What a BrainCache has spared an alignment.
struct BrainReuse {
  int times = 0;           // time samples whose brain side was there
  bool has_cache = false;  // whether one serves this alignment
};

// One alignment, cut into units of work that whoever has threads runs.
//
// Protocol:
//   1. Create checks inputs and options and plans; nothing is computed yet.
//   2. Prepare(u) once for each u in [0, preparation_count()), in any order and
//      on any threads.
//   3. Compute(i) for each i in [0, tiles().size()), in any order and on any
//      threads, once every Prepare has returned OK.
//   4. Assemble turns the tiles into the result.
// A unit runs on the calling thread alone. Results are the same bits whatever
// the number of threads and the order; tiles computed in another process may be
// skipped in step 3 and given to step 4.
class Alignment {
 public:
  using Plan = AlignmentPlan;

  // Checks everything that can be checked: shapes, lengths, options, finite
  // values in the words used. On failure INVALID_ARGUMENT, and `problems` (if
  // not null) lists each field. RESOURCE_EXHAUSTED, without problems, if `resources`
  // do not suffice: says what would. FAILED_PRECONDITION, with UnreadableField, if an input could
  // not be read; CANCELLED soon after `is_cancelled` says yes. Reads the inputs once.
  static absl::StatusOr<std::unique_ptr<Alignment>> Create(
      AlignmentInputs inputs, const AlignmentOptions& options, std::vector<FieldProblem>* problems,
      const AlignmentResources& resources = {}, const CancelCheck& is_cancelled = nullptr);
  virtual ~Alignment() = default;

  virtual const AlignmentSpec& spec() const = 0;
  virtual const InputReport& input_report() const = 0;
  virtual const Plan& plan() const = 0;
  virtual int layer_count() const = 0;
  virtual int time_count() const = 0;

  virtual int preparation_count() const = 0;
  // A unit may wait for others that are under way. INTERNAL for a numerical failure,
  // FAILED_PRECONDITION with UnreadableField (core/problem/unreadable_input.h) if an input could
  // not be read, CANCELLED if `cancel` was set.
  virtual absl::Status Prepare(int unit, const CancelFlag& cancel) = 0;

  virtual const std::vector<Tile>& tiles() const = 0;
  // Errors as Prepare. `index` in [0, tiles().size()).
  virtual absl::StatusOr<TileScores> Compute(int index, const CancelFlag& cancel) const = 0;
  // What Compute has done for a tile: plan().tiles less what was found in a BrainCache.
  virtual Work WorkDone(int tile) const { return plan().tiles[static_cast<std::size_t>(tile)]; }
  // Of all tiles so far. Not while a Compute is under way.
  virtual BrainReuse brain_reuse() const { return {}; }

  // Requires: one entry for each tile, in any order.
  virtual AlignmentResult Assemble(const std::vector<TileScores>& tiles) const = 0;
};

// Runs every unit of `alignment` on `threads` threads, no more at a time than its
// plan says, and assembles the result.
// `on_tile`, if not null, is called in order of completion; `on_progress`, if not
// null, a few times a second with the share of the work done (0 to 1) and the seconds
// that are left. Neither is called while one of them is under way.
absl::StatusOr<AlignmentResult> RunAlignment(
    Alignment& alignment, int threads, const CancelFlag& cancel,
    const std::function<void(const TileScores&)>& on_tile,
    const std::function<void(double, double)>& on_progress = nullptr);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_ALIGNMENT_H_
