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
#include "core/regressions/fold_problem.h"
#include "core/regressions/panel_fold.h"
#include "core/regressions/problem_features.h"

namespace brainalign {

// What brain_to_model works out of one time sample before any target is seen. The
// features themselves are not held: they are gathered again for each model.
template <typename T>
struct BrainSide final : KeptBrain {
  std::vector<FoldProblem<T>> problems;  // (K); or
  std::vector<PanelFold> panels;         // (K)
  std::optional<Bf16Axes> bf16_axes;     // where products are in bf16

  std::int64_t held_bytes() const override;
};

// `in_panels`: as PanelFold instead of FoldProblem, from features that all folds
// share. INTERNAL for a numerical failure.
template <typename T>
absl::StatusOr<std::shared_ptr<const BrainSide<T>>> MakeBrainSide(
    const ProblemFeatures<T>& features, const Segments& segments, const AlignmentSpec& spec,
    bool in_panels);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_BRAIN_SIDE_H_
