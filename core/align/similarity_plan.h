#ifndef BRAINALIGN_CORE_ALIGN_SIMILARITY_PLAN_H_
#define BRAINALIGN_CORE_ALIGN_SIMILARITY_PLAN_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/align/alignment_shape.h"
#include "core/planning/plan.h"
#include "core/problem/spec.h"

namespace brainalign {

// The plan of an alignment whose metric compares two matrices (IsSimilarity) that uses `resources`
// best. `shape`: of numbers in float64. Errors as ChoosePlan.
absl::StatusOr<AlignmentPlan> PlanSimilarity(const AlignmentShape& shape, Metric metric,
                                             const std::vector<Tile>& tiles,
                                             const AlignmentResources& resources);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_SIMILARITY_PLAN_H_
