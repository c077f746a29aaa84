#ifndef BRAINALIGN_CORE_ALIGN_BRAIN_TO_MODEL_PLAN_H_
#define BRAINALIGN_CORE_ALIGN_BRAIN_TO_MODEL_PLAN_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/align/alignment_shape.h"
#include "core/planning/plan.h"

namespace brainalign {

// How a tile of brain_to_model processes its targets.
struct TargetRoute {
  double columns_at_once = 0;
  bool in_panels = false;
  bool in_bf16 = false;
  bool with_influence = false;  // tiles of scores compute influences, too
  bool keeps_cross = false;     // and use the cross-products of the scores

  // Whether one product multiplies all times of a tile. Its shape must not depend on the budget.
  bool whole_tiles() const { return in_panels && in_bf16; }
};

// The plan of brain_to_model that uses `resources` best. Errors as ChoosePlan.
absl::StatusOr<AlignmentPlan> PlanBrainToModel(const AlignmentShape& shape,
                                               const std::vector<Tile>& tiles,
                                               const TargetRoute& targets,
                                               const AlignmentResources& resources);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_BRAIN_TO_MODEL_PLAN_H_
