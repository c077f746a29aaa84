#ifndef BRAINALIGN_CORE_COLUMNS_BRAIN_COLUMNS_H_
#define BRAINALIGN_CORE_COLUMNS_BRAIN_COLUMNS_H_

#include <cstdint>
#include <vector>

#include "core/columns/session_trends.h"
#include "core/epochs/epochs.h"
#include "core/linalg/matrix_types.h"
#include "core/linalg/spare_matrices.h"
#include "core/moments/feature_moments.h"
#include "core/problem/problem_size.h"
#include "core/problem/segments.h"

namespace brainalign {

// Consecutive sensors.
struct SensorRange {
  std::int64_t begin = 0;
  std::int64_t count = 0;
};

// The brain at one time sample, in the order of positions.
template <typename T>
struct BrainColumns {
  // (n, s) Each sensor that was asked for has mean 0 and deviation 1 over all words. A constant
  // sensor is all zero.
  ColMatrix<T> values;
  // Sums over each segment of the same numbers in float64; empty if they were not requested.
  std::vector<FeatureSums> segment_sums;
};

// Reads `sensors` at the time samples from `time_begin` on, one for each entry of `with_sums`, and
// standardises them. The entry states whether to compute the sums of the sample. The values use
// matrices of `spare`. `trends` are taken out before all else; null: none.
template <typename T>
std::vector<BrainColumns<T>> GatherSensors(const Epochs& epochs, const Segments& segments,
                                           SensorRange sensors, int time_begin,
                                           const std::vector<bool>& with_sums,
                                           SpareMatrices<T>& spare,
                                           const SessionTrends* trends = nullptr);

// The same of all sensors.
template <typename T>
std::vector<BrainColumns<T>> GatherBrain(const Epochs& epochs, const Segments& segments,
                                         int time_begin, const std::vector<bool>& with_sums,
                                         SpareMatrices<T>& spare,
                                         const SessionTrends* trends = nullptr) {
  return GatherSensors<T>(epochs, segments, {0, epochs.sensors()}, time_begin, with_sums, spare,
                          trends);
}

// Bytes of the values, and further bytes that GatherBrain needs.
inline double BrainColumnsBytes(const ProblemSize& size, double sensors, double times) {
  return times * size.words * sensors * size.value_bytes;
}
inline double GatherBrainBytes(const ProblemSize& size, double times) {
  return times * 8 * size.words;
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_BRAIN_COLUMNS_H_
