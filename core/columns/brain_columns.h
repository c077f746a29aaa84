#ifndef BRAINALIGN_CORE_COLUMNS_BRAIN_COLUMNS_H_
#define BRAINALIGN_CORE_COLUMNS_BRAIN_COLUMNS_H_

#include <vector>

#include "core/epochs/epochs.h"
#include "core/linalg/matrix_types.h"
#include "core/linalg/spare_matrices.h"
#include "core/moments/feature_moments.h"
#include "core/problem/segments.h"

namespace brainalign {

// The brain at one time sample, in the order of positions.
template <typename T>
struct BrainColumns {
  // (n, s), each sensor with mean 0 and deviation 1 over all words; a sensor that
  // is constant is all zero.
  ColMatrix<T> values;
  // Sums over each segment of the same numbers in full precision, if asked for.
  std::vector<FeatureSums> segment_sums;
};

// Time samples from `time_begin` on, one for each entry of `with_sums`, which says
// whether its sums are asked for. The values lie in matrices of `spare`.
template <typename T>
std::vector<BrainColumns<T>> GatherBrain(const Epochs& epochs, const Segments& segments,
                                         int time_begin, const std::vector<bool>& with_sums,
                                         SpareMatrices<T>& spare);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_BRAIN_COLUMNS_H_
