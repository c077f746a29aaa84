#ifndef BRAINALIGN_CORE_REGRESSIONS_FOLD_WORDS_H_
#define BRAINALIGN_CORE_REGRESSIONS_FOLD_WORDS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/feature_moments.h"
#include "core/problem/segments.h"
#include "core/problem/spec.h"

namespace brainalign {

// The words of a fold one by one, for the fits and scores whose sums do not suffice. T is float or
// double.

// (positions, p) The rows of `features` (n, p) at `positions`, less `mean` (p).
template <typename T>
Matrix WordsAbout(const ColMatrix<T>& features, const std::vector<std::int32_t>& positions,
                  const Vector& mean);

// The same about the mean of the set that the words are. A feature that is constant there is 0:
// rounding would be left of it.
template <typename T>
Matrix WordsAbout(const ColMatrix<T>& features, const std::vector<std::int32_t>& positions,
                  const CentredFeatures& set);

// If a set's squares about the origin are more than so many times those about its own mean
// (SquaresBesideVariation), single precision does not hold what its words vary by.
inline constexpr double kMostBesideVariationInSingle = 1e5;
// Why a job then goes on in double.
inline constexpr char kFarTestWords[] =
    "the test words of a fold vary little beside their distance from other words";

// Whether the test words of a fold must be predicted one by one, because sums in float64 do not
// hold what they vary by either. `moments` of
// `features` (n, p) in the fold, whose fit multiplies them by `scale` (p). ABORTED with NeedsDouble
// if T is float and single precision does not serve. INVALID_ARGUMENT if float64 does not, for the
// test words, or for the training words. Words that are all alike are constant, and served.
template <typename T>
absl::StatusOr<bool> MustPredictWords(const ColMatrix<T>& features,
                                      const PerSet<CentredFeatures>& moments, const Vector& scale,
                                      const Segments& segments, int fold, Direction direction);

// (p, p) The triangular factor (core/linalg/triangular_factor.h) of these rows, made from a block
// of them at a time.
template <typename T>
Matrix FactorOfWords(const ColMatrix<T>& features, const std::vector<std::int32_t>& positions,
                     const CentredFeatures& set);

// (p, m) Cross-products of words in the basis of a fit on them, whose directions are orthogonal: of
// the rows of `features` at `positions`, about `mean` (p) and multiplied by `rotation` (p, p;
// leading direction last), with the same rows of `targets` (n, m), about `target_mean` (m). A
// target that large directions explain has little to do with small ones. What rounding leaves of
// the large ones in the rotated words would hide that; a QR decomposition takes it out.
template <typename T>
RowMatrix<double> CrossOfRotatedWords(const ColMatrix<T>& features,
                                      const std::vector<std::int32_t>& positions,
                                      const Vector& mean, const Matrix& rotation,
                                      const RowMatrixRef<T>& targets,
                                      const Eigen::ArrayXd& target_mean);

// Positions of the training words of inner fold `j`.
std::vector<std::int32_t> InnerTrainPositions(const Segments& segments, const FoldSets& sets,
                                              std::size_t j);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_FOLD_WORDS_H_
