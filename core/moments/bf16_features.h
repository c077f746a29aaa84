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

// The principal axes of features (n, s) along which they vary, each scaled so that
// over all words the features' deviation along it is 1.
struct Bf16Axes {
  ColMatrix<float> turn;  // (s, axes) turns features onto them
  Matrix back;            // (s, axes) as Bf16Features::back

  std::int64_t held_bytes() const;
};

// From the sums of features of mean about 0 over each segment. INTERNAL if their
// decomposition does not converge.
absl::StatusOr<Bf16Axes> FindBf16Axes(const std::vector<FeatureSums>& segment_sums);

// Features (n, s) for products in bf16: turned onto their principal axes and scaled,
// so that over all words every column has deviation 1 and no two are correlated.
// Rounding to bf16 then errs by some 0.1 % of what each axis itself varies by. Rounded
// as they are, nearly collinear features would lose their small axes in the rounding
// of the large ones, and small penalties let regressions rest on those.
struct Bf16Features {
  Bf16Matrix rounded() const { return {values, back.cols(), words, words}; }
  // (axes) The turned features of one word, as rounded.
  Eigen::RowVectorXd Row(Eigen::Index word) const;
  // (axes) Their sums over the words [begin, end).
  Vector Sum(Eigen::Index begin, Eigen::Index end) const;

  std::int64_t words = 0;
  const std::uint16_t* values = nullptr;          // (axes, n): an axis' words are contiguous
  std::shared_ptr<const std::uint16_t[]> memory;  // which the values lie in
  // (s, axes): turns sums over turned features into sums over the features. Axes
  // along which nothing varies are left out. Its columns are orthogonal.
  Matrix back;
};

// The features (n, s) of a time sample, and the axes that were found for them.
struct FeaturesWithAxes {
  const ColMatrix<float>* values;
  const Bf16Axes* axes;
};

// Those of all times lie in memory one behind the other, so that a product can take all
// of them at once.
std::vector<Bf16Features> TurnToBf16(const std::vector<FeaturesWithAxes>& times);

// Targets for products in bf16: of all words, or of `words` words from `first_word` on.
struct Bf16Targets {
  std::int64_t first_word = 0;
  Bf16Matrix rounded;                 // (words, m)
  std::vector<std::uint16_t> copies;  // where it does not lie in a tensor
  // (m) The targets are `rounded` less this: activations that arrive as bf16 stay as
  // they are, and what is subtracted from them is subtracted from the sums.
  Eigen::ArrayXd shift;
};

// Rounds targets that are not bf16 already.
Bf16Targets RoundToBf16(const RowMatrixRef<float>& values);

// The cross-products of turned `features` (axes, all words) and targets, not yet less their
// shift, over the words [begin, end), to `block` (axes, m). Errors as MultiplyBf16.
absl::Status MultiplyTurned(const Bf16Matrix& features, const Bf16Targets& targets,
                            Eigen::Index begin, Eigen::Index end, RowMatrix<float>& block);

// Adds the cross-products of the features themselves and targets over the words [begin, end),
// to `sums` (s, m). Errors as MultiplyBf16.
absl::Status AddCrossOfRows(const Bf16Features& features, const Bf16Targets& targets,
                            Eigen::Index begin, Eigen::Index end, RowMatrix<double>& sums);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_MOMENTS_BF16_FEATURES_H_
