#ifndef BRAINALIGN_CORE_MOMENTS_TARGET_MOMENTS_H_
#define BRAINALIGN_CORE_MOMENTS_TARGET_MOMENTS_H_

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

// The same about the set's own mean.
struct TargetStatistics {
  double count = 0;
  Eigen::ArrayXd mean;     // (m)
  Eigen::ArrayXd squares;  // (m) about the mean; exactly 0 for a target constant in the set
};

// Statistics of each set of one outer fold.
using FoldTargets = PerSet<TargetStatistics>;

// Sums over each segment of `values` (n, m).
template <typename T>
std::vector<TargetSums> SegmentTargetSums(const RowMatrixRef<T>& values, const Segments& segments);

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

// Cross-products over each segment. In single precision inside blocks of words,
// added up in double precision.
template <typename T>
std::vector<CrossSums> SegmentCrossSums(const ColMatrix<T>& features,
                                        const RowMatrixRef<T>& targets, const Segments& segments);

// The same from products in bf16. Errors as MultiplyBf16.
absl::StatusOr<std::vector<CrossSums>> SegmentCrossSumsInBf16(const Bf16Features& features,
                                                              const Bf16Targets& targets,
                                                              const Segments& segments);

// Every set of one outer fold, from sums over segments.
template <typename T>
PerSet<CrossSums> AssembleCrossSums(const std::vector<CrossSums>& segment_sums,
                                    const ColMatrix<T>& features, const RowMatrixRef<T>& targets,
                                    const FoldSets& sets);

// The same straight from the words: for features or targets of one fold only.
template <typename T>
PerSet<CrossSums> FoldCrossSums(const ColMatrix<T>& features, const RowMatrixRef<T>& targets,
                                const FoldSets& sets);

// The same from products in bf16; the few words that a purge removes are taken from
// `features` and `targets`. Errors as MultiplyBf16.
absl::StatusOr<PerSet<CrossSums>> FoldCrossSumsInBf16(const Bf16Features& bf16_features,
                                                      const Bf16Targets& bf16_targets,
                                                      const ColMatrix<float>& features,
                                                      const RowMatrixRef<float>& targets,
                                                      const FoldSets& sets);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_MOMENTS_TARGET_MOMENTS_H_
