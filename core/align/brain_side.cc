#include "core/align/brain_side.h"

#include <type_traits>
#include <utility>

namespace brainalign {

template <typename T>
std::int64_t BrainSide<T>::held_bytes() const {
  std::int64_t bytes = sizeof *this;
  for (const FoldProblem<T>& problem : problems) bytes += problem.held_bytes();
  for (const PanelFold& panel : panels) bytes += panel.held_bytes();
  if (bf16_axes) bytes += bf16_axes->held_bytes();
  return bytes;
}

template <typename T>
absl::StatusOr<std::shared_ptr<const BrainSide<T>>> MakeBrainSide(
    const ProblemFeatures<T>& features, const Segments& segments, const AlignmentSpec& spec,
    bool in_panels) {
  auto side = std::make_shared<BrainSide<T>>();
  if (spec.precision_used() == Precision::kFast) {
    absl::StatusOr<Bf16Axes> axes = FindBf16Axes(features.segment_sums.front());
    if (!axes.ok()) return axes.status();
    side->bf16_axes = *std::move(axes);
  }
  if constexpr (std::is_same_v<T, float>) {
    if (in_panels) {
      absl::StatusOr<std::vector<PanelFold>> panels =
          MakePanelFolds(features.values.front(), features.segment_sums.front(), segments, spec,
                         side->bf16_axes ? &side->bf16_axes->back : nullptr);
      if (!panels.ok()) return panels.status();
      side->panels = *std::move(panels);
      return side;
    }
  }
  absl::StatusOr<std::vector<FoldProblem<T>>> problems = MakeProblems(features, segments, spec);
  if (!problems.ok()) return problems.status();
  side->problems = *std::move(problems);
  return side;
}

template struct BrainSide<float>;
template struct BrainSide<double>;
template absl::StatusOr<std::shared_ptr<const BrainSide<float>>> MakeBrainSide<float>(
    const ProblemFeatures<float>&, const Segments&, const AlignmentSpec&, bool);
template absl::StatusOr<std::shared_ptr<const BrainSide<double>>> MakeBrainSide<double>(
    const ProblemFeatures<double>&, const Segments&, const AlignmentSpec&, bool);

}  // namespace brainalign
