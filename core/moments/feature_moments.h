#ifndef BRAINALIGN_CORE_MOMENTS_FEATURE_MOMENTS_H_
#define BRAINALIGN_CORE_MOMENTS_FEATURE_MOMENTS_H_

#include <cstdint>
#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/moments/set_sums.h"
#include "core/problem/segments.h"

namespace brainalign {

// Words whose products are added up in single precision, where they are; blocks of as many
// are added up in double precision.
constexpr std::int32_t kWordsInSinglePrecision = 4096;

// Sums over a set of words of p features, about a common origin. Sums of
// disjoint sets add up (METHOD, "Why it can be thousands of times cheaper").
// Always float64: small directions of nearly collinear sensors matter.
struct FeatureSums {
  double count = 0;
  Vector sum;   // (p)
  Matrix gram;  // (p, p), lower triangle

  static FeatureSums Zero(Eigen::Index features);
  void AddRows(const Matrix& rows);  // (words, p)
  void Add(const FeatureSums& other);
  void Subtract(const FeatureSums& other);
  FeatureSums Without(const FeatureSums& other) const;
};

// The same about the set's own mean.
struct CentredFeatures {
  double count = 0;
  Vector mean;  // (p)
  Matrix gram;  // (p, p), symmetric, about the mean
};

// In place where `sums` is given away.
CentredFeatures Centre(FeatureSums sums);

// One over each feature's deviation over the set; 1 for one that is constant there.
Vector InverseDeviation(const CentredFeatures& set);

// Sums of (raw - origin) * scale over each segment, from the exact values of
// raw (n, p). T is float or double.
template <typename T>
std::vector<FeatureSums> SegmentFeatureSums(const ColMatrix<T>& raw, const Vector& origin,
                                            const Vector& scale, const Segments& segments);

// Every set of one outer fold. `values` (n, p) are the standardised features, for
// the words that a purge removes.
template <typename T>
PerSet<CentredFeatures> AssembleFeatures(const std::vector<FeatureSums>& segment_sums,
                                         const ColMatrix<T>& values, const FoldSets& sets);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_MOMENTS_FEATURE_MOMENTS_H_
