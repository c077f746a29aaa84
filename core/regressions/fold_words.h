#ifndef BRAINALIGN_CORE_REGRESSIONS_FOLD_WORDS_H_
#define BRAINALIGN_CORE_REGRESSIONS_FOLD_WORDS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/moments/feature_moments.h"
#include "core/problem/segments.h"

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

// (p, p) The triangular factor (core/linalg/triangular_factor.h) of these rows, made from a block
// of them at a time.
template <typename T>
Matrix FactorOfWords(const ColMatrix<T>& features, const std::vector<std::int32_t>& positions,
                     const CentredFeatures& set);

// Positions of the training words of inner fold `j`.
std::vector<std::int32_t> InnerTrainPositions(const Segments& segments, const FoldSets& sets,
                                              std::size_t j);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_FOLD_WORDS_H_
