#ifndef BRAINALIGN_CORE_PLANNING_PLAN_CHOICE_H_
#define BRAINALIGN_CORE_PLANNING_PLAN_CHOICE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/planning/plan.h"

namespace brainalign {

// Memory for each running unit: of the linear algebra library, the allocator, and vectors and
// blocks that the functions ..Bytes do not count.
constexpr double kThreadBytes = 16 << 20;

// The best of the candidates within the budget of `resources`: as many units at a time as possible,
// then everything in memory, then as many times at once as possible. If that plan needs much
// memory, and a smaller plan keeps about as many threads busy, chooses the smaller one, so that
// other jobs can use the rest. RESOURCE_EXHAUSTED if none fits; the message gives the least that
// would.
absl::StatusOr<AlignmentPlan> ChoosePlan(const std::vector<AlignmentPlan>& candidates,
                                         const AlignmentResources& resources);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PLANNING_PLAN_CHOICE_H_
