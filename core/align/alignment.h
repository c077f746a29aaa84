#ifndef BRAINALIGN_CORE_ALIGN_ALIGNMENT_H_
#define BRAINALIGN_CORE_ALIGN_ALIGNMENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/align/result.h"
#include "core/cancel.h"
#include "core/planning/plan.h"
#include "core/problem/inputs.h"
#include "core/problem/requested_arrays.h"
#include "core/problem/spec.h"

namespace brainalign {

// How much an alignment has reused from a BrainCache.
struct BrainReuse {
  int times = 0;           // time samples that were found in the cache
  bool has_cache = false;  // whether this alignment uses a cache
};

// One alignment, divided into units of work, which form one graph. The caller runs the units on its
// own threads.
//
// Order of calls:
//   1. Create checks inputs and options and makes the plan. It computes nothing.
//   2. Each unit of units() once, on any thread, when all units that it comes after have returned
//      OK: Prepare(index), Compute(index) or Check(index, tiles), by its kind. At most
//      plan().at_once(kind) units of a kind may run at a time: the plan's memory is for so many.
//      UnitOrder (core/planning/unit_order.h) tells which unit to start next.
//   3. Assemble makes the result from the tiles.
// A unit runs only on the calling thread, and never waits for another unit. The bits of the result
// do not depend on the number of threads or on the order. A tile that another process has computed
// need not be computed in step 2: it is passed to the checks and to step 3.
class Alignment {
 public:
  using Plan = AlignmentPlan;

  // Checks shapes, lengths, options, and that values in the words used are finite. Reads each input
  // once, except those whose facts are given. Errors: INVALID_ARGUMENT, with each invalid field in
  // `problems` (if not null); RESOURCE_EXHAUSTED, without problems, if `resources` do not suffice,
  // with a message that says what would; FAILED_PRECONDITION, with UnreadableField, if an input
  // could not be read; CANCELLED soon after `is_cancelled` returns true.
  static absl::StatusOr<std::unique_ptr<Alignment>> Create(
      AlignmentInputs inputs, const AlignmentOptions& options, std::vector<FieldProblem>* problems,
      const AlignmentResources& resources = {}, const CancelCheck& is_cancelled = nullptr);
  virtual ~Alignment() = default;

  // The resolved options, the facts about the inputs, the plan, and the shape of the matrix. Valid
  // from Create on.
  virtual const AlignmentSpec& spec() const = 0;
  virtual const InputReport& input_report() const = 0;
  virtual const Plan& plan() const = 0;
  virtual int layer_count() const = 0;
  virtual int time_count() const = 0;
  // Nulls, and blocks of words whose influence is computed; 0 where none is asked for.
  virtual int null_count() const { return 0; }
  virtual int block_count() const { return 0; }
  // Inner folds that alphas are chosen without, one by one; 0 unless there are blocks and inner
  // folds choose the alphas.
  virtual int left_out_folds() const { return 0; }
  // Of the scores of single columns.
  virtual ColumnAxes column_axes() const { return {}; }

  // The graph of all units. The work of each is in plan().works(kind). The same from Create on.
  virtual const std::vector<Unit>& units() const = 0;

  // Runs one unit of preparation, which computes what many tiles share. Errors: INTERNAL for a
  // numerical failure, ABORTED with NeedsDouble if single precision is not accurate enough for the
  // data, RESOURCE_EXHAUSTED if the machine has no memory for it, FAILED_PRECONDITION with
  // UnreadableField (core/problem/unreadable_input.h) if an input could not be read, UNAVAILABLE if
  // the temporary file could not be used, CANCELLED if `cancel` was set. Never throws.
  virtual absl::Status Prepare(int index, const CancelFlag& cancel) = 0;

  // By the index of their units.
  virtual const std::vector<Tile>& tiles() const = 0;
  // Computes one tile. Errors as Prepare.
  virtual absl::StatusOr<TileScores> Compute(int index, const CancelFlag& cancel) const = 0;
  // The work that Compute has done for a tile: plan().tiles less what was found in a BrainCache.
  virtual Work WorkDone(int tile) const { return plan().tiles[static_cast<std::size_t>(tile)]; }
  // Of all tiles so far. Must not be called while a Compute is running.
  virtual BrainReuse brain_reuse() const { return {}; }

  // The same alignment from its beginning, entirely in float64. Call it after a unit has failed
  // with NeedsDouble (core/problem/needs_double.h). `why`: the message of that error. A note of
  // the result says that it was computed so. The new alignment shares the inputs. This one frees
  // its memory and must not be used afterwards. Must not be called while a unit is running.
  // RESOURCE_EXHAUSTED as Create.
  virtual absl::StatusOr<std::unique_ptr<Alignment>> InDouble(const std::string& why) = 0;

  // Computes a few cells again in float64 and compares them with `tiles` (one entry for each tile,
  // in any order). Errors as Prepare; ABORTED with NeedsDouble if they differ too much.
  virtual absl::StatusOr<SelfCheck> Check(int /*index*/, const std::vector<TileScores>& /*tiles*/,
                                          const CancelFlag& /*cancel*/) const {
    return absl::UnimplementedError("this alignment has no checks");
  }

  // `tiles` as in Check. `checks`: the results of all Checks, in any order.
  virtual AlignmentResult Assemble(const std::vector<TileScores>& tiles,
                                   const std::vector<SelfCheck>& checks) const = 0;
};

// Runs every unit of `alignment` on `threads` threads and assembles the result. Runs at most as
// many units at a time as its plan allows. Uses fewer threads if the system refuses some. If single
// precision is not accurate enough for the data, it starts over in float64. Errors as Prepare.
// `on_tile`, if not null, is called for each tile in order of completion. If it is called again for
// a tile, the later scores replace the earlier ones. `on_progress`, if not null, is called a few
// times a second with the share of the work that is done (0 to 1) and the remaining seconds. Calls
// of the two never overlap.
absl::StatusOr<AlignmentResult> RunAlignment(
    Alignment& alignment, int threads, const CancelFlag& cancel,
    const std::function<void(const TileScores&)>& on_tile,
    const std::function<void(double, double)>& on_progress = nullptr);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_ALIGNMENT_H_
