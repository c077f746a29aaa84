#include "core/align/brain_side.h"

#include <type_traits>
#include <utility>

namespace brainalign {

template <typename T>
std::int64_t BrainSide<T>::held_bytes() const {
  std::int64_t bytes = sizeof *this;
  for (const RegressionByTarget<T>& fold : by_target) bytes += fold.held_bytes();
  for (const RegressionInPanels& fold : in_panels) bytes += fold.held_bytes();
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
      absl::StatusOr<std::vector<RegressionInPanels>> folds =
          MakeRegressionsInPanels(features.values.front(), features.segment_sums.front(), segments,
                                  spec, side->bf16_axes ? &side->bf16_axes->back : nullptr);
      if (!folds.ok()) return folds.status();
      side->in_panels = *std::move(folds);
      return side;
    }
  }
  absl::StatusOr<std::vector<RegressionByTarget<T>>> folds = MakeRegressionsByTarget(
      features, segments, spec, side->bf16_axes ? &side->bf16_axes->back : nullptr);
  if (!folds.ok()) return folds.status();
  side->by_target = *std::move(folds);
  return side;
}

template struct BrainSide<float>;
template struct BrainSide<double>;
template absl::StatusOr<std::shared_ptr<const BrainSide<float>>> MakeBrainSide<float>(
    const ProblemFeatures<float>&, const Segments&, const AlignmentSpec&, bool);
template absl::StatusOr<std::shared_ptr<const BrainSide<double>>> MakeBrainSide<double>(
    const ProblemFeatures<double>&, const Segments&, const AlignmentSpec&, bool);

}  // namespace brainalign
