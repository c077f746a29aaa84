#ifndef BRAINALIGN_CORE_ALIGN_MODEL_TO_BRAIN_PLAN_H_
#define BRAINALIGN_CORE_ALIGN_MODEL_TO_BRAIN_PLAN_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/align/alignment_shape.h"
#include "core/align/model_at_alphas.h"
#include "core/planning/plan.h"

namespace brainalign {

// The plan of model_to_brain that uses `resources` best. It processes `targets_at_once` of a
// tile at once. Errors as ChoosePlan.
absl::StatusOr<AlignmentPlan> PlanModelToBrain(const AlignmentShape& shape,
                                               const std::vector<Tile>& tiles,
                                               const TargetsAtOnce& targets_at_once,
                                               const AlignmentResources& resources);

// The plan of tiles of single layers that uses `resources` best. `base` has everything but the
// projected columns, in memory or in a file, and the fits that nulls take over. Errors as
// ChoosePlan.
absl::StatusOr<AlignmentPlan> ChoosePlanOfLayerTiles(const AlignmentShape& shape,
                                                     const std::vector<Tile>& tiles,
                                                     const AlignmentResources& resources,
                                                     AlignmentPlan base);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_MODEL_TO_BRAIN_PLAN_H_
