#ifndef BRAINALIGN_CORE_PLANNING_PLAN_CHOICE_H_
#define BRAINALIGN_CORE_PLANNING_PLAN_CHOICE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/planning/plan.h"

namespace brainalign {

// Memory of the linear algebra library and the allocator, and of vectors and blocks that rooms do
// not count, for each unit that runs.
constexpr double kThreadBytes = 16 << 20;

// The best of the candidates within the budget of `resources`: as many units at a time as possible,
// then everything in memory, then as many times at once as possible. In its place one that needs
// less memory than is ample, if it keeps about as many threads busy: others have use for what is
// left. RESOURCE_EXHAUSTED if none fits; the message gives the least that would.
absl::StatusOr<AlignmentPlan> ChoosePlan(const std::vector<AlignmentPlan>& candidates,
                                         const AlignmentResources& resources);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PLANNING_PLAN_CHOICE_H_
