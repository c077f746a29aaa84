#ifndef BRAINALIGN_CORE_MOMENTS_FEATURE_MOMENTS_H_
#define BRAINALIGN_CORE_MOMENTS_FEATURE_MOMENTS_H_

#include <cstdint>
#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/moments/set_sums.h"
#include "core/problem/problem_size.h"
#include "core/problem/segments.h"

namespace brainalign {

// Products in single precision are summed over at most so many words. The sums of such blocks are
// added in double precision.
constexpr std::int32_t kWordsInSinglePrecision = 4096;

// Sums over a set of words of p features, about a common origin. Sums of disjoint sets add up, so
// those of a training set are the total less the test fold (docs/method.md, "How it is computed").
// Always float64, because the small directions of nearly collinear sensors matter.
struct FeatureSums {
  double count = 0;
  Vector sum;   // (p)
  Matrix gram;  // (p, p), lower triangle

  // The sums over no words, of so many features.
  static FeatureSums Zero(Eigen::Index features);
  void AddRows(const Matrix& rows);  // (words, p)
  void Add(const FeatureSums& other);
  void Subtract(const FeatureSums& other);
  FeatureSums Without(const FeatureSums& other) const;
};

// The sums about the set's own mean.
struct CentredFeatures {
  double count = 0;
  Vector mean;  // (p)
  Matrix gram;  // (p, p), symmetric, about the mean
  // (p) Sums of squares about the origin of the sums, before the mean was subtracted. The rounding
  // errors of the diagonal of `gram` are in proportion to them, which matters if the mean is far
  // from the origin.
  Vector summed;
};

// Moves the sums to the set's own mean. Reuses the memory of `sums` if it is moved in.
CentredFeatures Centre(FeatureSums sums);

// (p) Deviations over the set; 0 for a feature that is constant there.
Vector Deviation(const CentredFeatures& set);

// (p) One over each feature's deviation over the set; 1 for a feature that is constant there.
Vector InverseDeviation(const CentredFeatures& set);

// (p) `scale`, but 0 for each feature that is constant on the set. Such a feature must have no
// weight in a fit. Without the 0, rounding errors of its cross-products would give it one.
Vector ScaleOfVarying(const Vector& scale, const CentredFeatures& set);

// How many times as large the sums of squares about the origin are as those about the set's mean,
// both over all features times `scale` (p). Infinite if no feature varies, 1 if all of them are the
// origin. Where it is large, as in a session of another unit or after a step of all sensors, what
// the words vary by is lost beside their distance from the origin.
double SquaresBesideVariation(const CentredFeatures& set, const Vector& scale);

// Sums of (raw - origin) * scale over each segment, from the exact values of raw (n, p). `origin`
// and `scale` (p). T is float or double.
template <typename T>
std::vector<FeatureSums> SegmentFeatureSums(const ColMatrix<T>& raw, const Vector& origin,
                                            const Vector& scale, const Segments& segments);

// Bytes of the sums over all segments.
inline double SegmentFeatureSumsBytes(const ProblemSize& size, double features) {
  return 8 * size.segments * features * features;
}

// The sums over every set of one outer fold, each about the set's own mean. `values` (n, p): the
// features that the sums are of, from which the words that a purge removes are subtracted.
template <typename T>
PerSet<CentredFeatures> AssembleFeatures(const std::vector<FeatureSums>& segment_sums,
                                         const ColMatrix<T>& values, const FoldSets& sets);

// Bytes of the sums over all sets of a fold, and of what AssembleFeatures needs to make them: the
// sums of a part of the training words, and the removed words.
inline double AssembleFeaturesBytes(const ProblemSize& size, double features) {
  return 8 * (size.sets() + 2) * features * features + 8 * size.removed_words * features;
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_MOMENTS_FEATURE_MOMENTS_H_
