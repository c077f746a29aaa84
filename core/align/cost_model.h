#ifndef BRAINALIGN_CORE_ALIGN_COST_MODEL_H_
#define BRAINALIGN_CORE_ALIGN_COST_MODEL_H_

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "core/align/planned_alignment.h"
#include "core/planning/plan.h"

namespace brainalign {

// What costs depend on. Counts are doubles: they are multiplied until they would
// overflow.
struct AlignmentShape {
  double words = 0;
  double sensors = 0;
  double segments = 0;
  double folds = 0;
  double inner_folds = 0;  // 0 unless alphas are chosen by them
  bool dual = false;       // in brain_to_model: WantsDual of the sensors
  double alphas = 0;
  Selection selection = Selection::kBlocked;
  double value_bytes = 4;  // of a word's value in working memory
  int components = 0;      // 0: no projection
  double projections = 1;  // blocks of columns that differ between folds: K or 1
  bool zscore_per_fold = false;
  double brain_bytes = 0;           // as stored
  std::vector<double> dims;         // (L) of the activations
  std::vector<bool> from_sums;      // (L) whether its components are: ComponentsFromSums
  std::vector<double> input_bytes;  // (L) of an activation as it is stored
};

// `value_bytes`: 4 or 8.
AlignmentShape ShapeOf(const AlignmentProblem& problem, double value_bytes);

// How the targets of a tile of brain_to_model are worked on.
struct TargetMemory {
  double chunk = 0;  // columns at a time
  bool in_bf16 = false;
  // Bytes for so many times of a tile, where panels take the place of chunks.
  std::function<double(int times)> panel_bytes;
};

// The tiles of brain_to_model. Chooses what fits `resources` best, or says what the
// least would be (RESOURCE_EXHAUSTED).
absl::StatusOr<AlignmentPlan> PlanBrainToModel(const AlignmentShape& shape,
                                               const std::vector<Tile>& tiles,
                                               const TargetMemory& targets,
                                               const AlignmentResources& resources);

// The tiles of model_to_brain, `times_at_once` of whose times are worked on at once.
absl::StatusOr<AlignmentPlan> PlanModelToBrain(const AlignmentShape& shape,
                                               const std::vector<Tile>& tiles, int times_at_once,
                                               const AlignmentResources& resources);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_COST_MODEL_H_
