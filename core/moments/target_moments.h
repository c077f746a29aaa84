#ifndef BRAINALIGN_CORE_MOMENTS_TARGET_MOMENTS_H_
#define BRAINALIGN_CORE_MOMENTS_TARGET_MOMENTS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/bf16_features.h"
#include "core/moments/set_sums.h"

namespace brainalign {

// Sums over a set of words of m targets and of their squares.
struct TargetSums {
  double count = 0;
  Eigen::ArrayXd sum;      // (m)
  Eigen::ArrayXd squares;  // (m)

  void Add(const TargetSums& other);
  void Subtract(const TargetSums& other);
  TargetSums Without(const TargetSums& other) const;
};

// Mean and sum of squares of m targets over a set of words.
struct TargetStatistics {
  double count = 0;
  Eigen::ArrayXd mean;     // (m)
  Eigen::ArrayXd squares;  // (m) about the mean; exactly 0 for a target that is constant
};

// (m) The training mean of targets that are held about `shift` (m), as it was given: what cosine
// measures from. A mean that is 0 up to rounding, as of a dimension that is 0 on all training
// words, is set to 0, because cosine would treat it as a prediction. T: the type that holds the
// targets.
template <typename T>
Eigen::ArrayXd OriginOf(const TargetStatistics& train, const Eigen::ArrayXd& shift);

// Statistics of each set of one outer fold.
using FoldTargets = PerSet<TargetStatistics>;

// Sums over each segment of `values` (n, m).
template <typename T>
std::vector<TargetSums> SegmentTargetSums(const RowMatrixRef<T>& values, const Segments& segments);

// The statistics of every set of one outer fold, from sums over segments.
template <typename T>
FoldTargets AssembleTargets(const std::vector<TargetSums>& segment_sums,
                            const RowMatrixRef<T>& values, const FoldSets& sets);

// Sums of cross-products of features and targets (p, m).
struct CrossSums {
  RowMatrix<double> product;

  void Add(const CrossSums& other) { product += other.product; }
  void Subtract(const CrossSums& other) { product -= other.product; }
  CrossSums Without(const CrossSums& other) const { return {product - other.product}; }
};

// `count` words, whose features are at the positions from `x_begin` on and whose targets are at
// those from `y_begin` on. They are the same words if the two are equal. A shifted pair breaks the
// relation of features and targets and keeps the order of both in time.
struct RangePair {
  std::int32_t x_begin = 0;
  std::int32_t y_begin = 0;
  std::int32_t count = 0;
};

// Cross-products of features (n, p) and targets (n, m) over ranges of words. If T is float,
// products are in single precision inside blocks of words, and the blocks are added in double
// precision.
template <typename T>
CrossSums CrossSumsOver(const ColMatrix<T>& features, const RowMatrixRef<T>& targets,
                        const std::vector<RangePair>& ranges);

// The same over the words at some positions, which are few, in double precision.
template <typename T>
CrossSums CrossSumsAt(const ColMatrix<T>& features, const RowMatrixRef<T>& targets,
                      const std::vector<std::int32_t>& positions);

// CrossSumsOver of each segment.
template <typename T>
std::vector<CrossSums> SegmentCrossSums(const ColMatrix<T>& features,
                                        const RowMatrixRef<T>& targets, const Segments& segments);

// SegmentCrossSums from products in bf16. Errors as MultiplyBf16.
absl::StatusOr<std::vector<CrossSums>> SegmentCrossSumsInBf16(const Bf16Features& features,
                                                              const Bf16Targets& targets,
                                                              const Segments& segments);

// The cross-products over every set of one outer fold, from sums over segments.
template <typename T>
PerSet<CrossSums> AssembleCrossSums(const std::vector<CrossSums>& segment_sums,
                                    const ColMatrix<T>& features, const RowMatrixRef<T>& targets,
                                    const FoldSets& sets);

// The same, directly from the words: for features or targets that belong to one fold only.
template <typename T>
PerSet<CrossSums> FoldCrossSums(const ColMatrix<T>& features, const RowMatrixRef<T>& targets,
                                const FoldSets& sets);

// The same in double precision: for a few targets in single precision.
template <typename T>
PerSet<CrossSums> FoldCrossSumsInDouble(const ColMatrix<T>& features,
                                        const RowMatrixRef<T>& targets, const FoldSets& sets);

// Bytes of the cross-products (p, m) of one outer fold and of a block of words. `all_folds`: of all
// folds together, with the sums over each segment.
inline double CrossSumsBytes(const ProblemSize& size, double features, double targets,
                             bool all_folds) {
  const double matrices = (all_folds ? size.segments + size.folds * size.sets() : size.sets()) + 3;
  return 8 * matrices * features * targets + 8 * size.removed_words * (features + targets);
}

// FoldCrossSums from products in bf16. The few words that a purge removes are read from `features`
// and `targets`. Errors as MultiplyBf16.
absl::StatusOr<PerSet<CrossSums>> FoldCrossSumsInBf16(const Bf16Features& bf16_features,
                                                      const Bf16Targets& bf16_targets,
                                                      const ColMatrix<float>& features,
                                                      const RowMatrixRef<float>& targets,
                                                      const FoldSets& sets);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_MOMENTS_TARGET_MOMENTS_H_
