#ifndef BRAINALIGN_CORE_ALIGN_BRAIN_SIDE_H_
#define BRAINALIGN_CORE_ALIGN_BRAIN_SIDE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "core/align/brain_cache.h"
#include "core/moments/bf16_features.h"
#include "core/problem/segments.h"
#include "core/problem/spec.h"
#include "core/regressions/problem_features.h"
#include "core/regressions/regression_by_target.h"
#include "core/regressions/regression_in_panels.h"

namespace brainalign {

// The results of brain_to_model for one time sample that do not depend on targets. The features are
// not part of it. They are gathered again for each model.
template <typename T>
struct BrainSide final : CachedBrain {
  std::vector<RegressionByTarget<T>> by_target;  // (K); empty if in panels
  std::vector<RegressionInPanels> in_panels;     // (K); empty unless in panels
  std::optional<Bf16Axes> bf16_axes;             // only if products are in bf16

  std::int64_t held_bytes() const override;
};

// `in_panels`: makes regressions in panels instead of by target, which requires features that all
// folds share. Errors: INTERNAL for a numerical failure, ABORTED with NeedsDouble.
template <typename T>
absl::StatusOr<std::shared_ptr<const BrainSide<T>>> MakeBrainSide(
    const ProblemFeatures<T>& features, const Segments& segments, const AlignmentSpec& spec,
    bool in_panels);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_BRAIN_SIDE_H_
