#ifndef BRAINALIGN_CORE_ALIGN_BANDED_TO_BRAIN_PLAN_H_
#define BRAINALIGN_CORE_ALIGN_BANDED_TO_BRAIN_PLAN_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/align/alignment_shape.h"
#include "core/align/model_at_alphas.h"
#include "core/planning/plan.h"

namespace brainalign {

// As PlanModelToBrain, of nuisance and activations in bands.
absl::StatusOr<AlignmentPlan> PlanBandedToBrain(const AlignmentShape& shape,
                                                const std::vector<Tile>& tiles,
                                                const TargetsAtOnce& targets_at_once,
                                                const AlignmentResources& resources);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_BANDED_TO_BRAIN_PLAN_H_
