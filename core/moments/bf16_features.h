#ifndef BRAINALIGN_CORE_MOMENTS_BF16_FEATURES_H_
#define BRAINALIGN_CORE_MOMENTS_BF16_FEATURES_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/linalg/bf16_product.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/feature_moments.h"

namespace brainalign {

// Cross-products X'Y in bf16 without loss of the small directions of X (docs/method.md,
// "`precision` fast"). X (n, s) are the features of one time sample, Y (n, m) the targets.
//
// Rounding X itself to bf16 would lose the small axes of nearly collinear features in the rounding
// errors of the large ones. Regressions with small penalties depend on the small axes. Therefore X
// is first rotated onto its principal axes and scaled. With X'X = U diag(n d^2) U' over all words
// (means of X about 0), and without axes of no variance:
//   to_axes = U diag(1 / d)    (s, axes)    X to_axes has deviation 1 along each axis; it is
//   rounded back = U diag(d)           (s, axes)    X'Y = back ((X to_axes)'Y)
//
// Order of calls: SegmentFeatureSums of each time's features; FindBf16Axes for each time;
// TurnToBf16 for all times that are multiplied together; RoundToBf16 (or
// ActivationColumns::RowsInBf16) for the targets. Then either
// - AddCrossOfRows, SegmentCrossSumsInBf16 or FoldCrossSumsInBf16 (target_moments.h), which return
//   X'Y itself; or
// - MultiplyRotated, which returns (X to_axes)'Y. The caller subtracts the targets' shift and turns
// the
//   sums with `back`, as RegressionInPanels does.

// The principal axes of features (n, s) along which they vary, scaled so that over all words the
// features have deviation 1 along each.
struct Bf16Axes {
  ColMatrix<float> to_axes;  // (s, axes)
  Matrix back;               // (s, axes)

  std::int64_t held_bytes() const;
};

// `segment_sums`: sums over each segment of features whose means over all words are about 0.
// INTERNAL if the decomposition does not converge.
absl::StatusOr<Bf16Axes> FindBf16Axes(const std::vector<FeatureSums>& segment_sums);

// The features (n, s) of one time sample as bf16: rotated onto their principal axes, scaled and
// rounded. Over all words every axis has deviation 1, and no two are correlated. Rounding errs by
// about 0.1 % of the deviation of each axis.
struct Bf16Features {
  // (axes, n) All of them, for MultiplyRotated.
  Bf16Matrix rounded() const { return {values, back.cols(), words, words}; }
  // (axes) The rounded values of one word.
  Eigen::RowVectorXd Row(Eigen::Index word) const;
  // (axes) Sums of the rounded values over the words [begin, end).
  Vector Sum(Eigen::Index begin, Eigen::Index end) const;

  std::int64_t words = 0;                         // n
  const std::uint16_t* values = nullptr;          // (axes, n): the words of an axis are contiguous
  std::shared_ptr<const std::uint16_t[]> memory;  // that contains `values`, shared by all times
  // (s, axes) Turns sums over the axes into sums over the features: see above. Its columns are
  // orthogonal.
  Matrix back;
};

// The features (n, s) of one time sample, and the axes of FindBf16Axes for them.
struct FeaturesWithAxes {
  const ColMatrix<float>* values;
  const Bf16Axes* axes;
};

// (times) Turns and rounds the features of some time samples. Their values are adjacent in memory,
// in the order of `times`, so that one product can multiply all of them.
std::vector<Bf16Features> TurnToBf16(const std::vector<FeaturesWithAxes>& times);

// Bytes of the Bf16Features of `times` time samples and of their axes.
inline double Bf16FeaturesBytes(double words, double sensors, double times) {
  return times * (2 * words * sensors + (4 + 2 * 8) * sensors * sensors) +
         8 * 3 * sensors * sensors;
}

// Targets (words, m) for products in bf16: the words from `first_word` on.
struct Bf16Targets {
  std::int64_t first_word = 0;
  Bf16Matrix rounded;                 // (words, m)
  std::vector<std::uint16_t> copies;  // memory of `rounded`; empty if it points into a tensor
  // (m) The targets are `rounded` less `shift`. Activations that are stored as bf16 are not
  // changed: the shift is subtracted from the sums instead.
  Eigen::ArrayXd shift;
};

// Rounds targets (words, m) that are float32. The result has shift 0.
Bf16Targets RoundToBf16(const RowMatrixRef<float>& values);

// Sets `block` (axes, m) to the sums of features * targets.rounded over the words [begin, end).
// `features` (axes, all words): Bf16Features::rounded() of one time, or of adjacent times. The
// shift of the targets is not subtracted. Errors as MultiplyBf16.
absl::Status MultiplyRotated(const Bf16Matrix& features, const Bf16Targets& targets,
                             Eigen::Index begin, Eigen::Index end, RowMatrix<float>& block);

// Adds to `sums` (s, m) the cross-products of the s features (rotated back) and the targets (less
// their shift) over the words [begin, end). Errors as MultiplyBf16.
absl::Status AddCrossOfRows(const Bf16Features& features, const Bf16Targets& targets,
                            Eigen::Index begin, Eigen::Index end, RowMatrix<double>& sums);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_MOMENTS_BF16_FEATURES_H_
