#include "core/columns/sensor_loops.h"

#include "core/tensor/for_each_processor.h"

namespace brainalign {
namespace {

// Number of lanes of the sums, which does not depend on the processor's registers.
constexpr std::size_t kLanes = 16;

BRAINALIGN_INLINE void LookThroughLoop(std::size_t count, const double* values,
                                       SensorValues* found) {
  double least[kLanes];
  double most[kLanes];
  double sum[kLanes];
  for (std::size_t l = 0; l < kLanes; ++l) {
    least[l] = values[0];
    most[l] = values[0];
    sum[l] = 0;
  }
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) {
      const double value = values[i + l];
      least[l] = value < least[l] ? value : least[l];
      most[l] = value > most[l] ? value : most[l];
      sum[l] += value;
    }
  }
  for (std::size_t l = 0; i < count; ++i, ++l) {
    least[l] = values[i] < least[l] ? values[i] : least[l];
    most[l] = values[i] > most[l] ? values[i] : most[l];
    sum[l] += values[i];
  }
  *found = {least[0], most[0], sum[0]};
  for (std::size_t l = 1; l < kLanes; ++l) {
    found->least = least[l] < found->least ? least[l] : found->least;
    found->most = most[l] > found->most ? most[l] : found->most;
    found->sum += sum[l];
  }
}

BRAINALIGN_INLINE void SumSquaresAboutLoop(std::size_t count, const double* values, double origin,
                                           double* squares) {
  double sum[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) {
      const double difference = values[i + l] - origin;
      sum[l] += difference * difference;
    }
  }
  for (std::size_t l = 0; i < count; ++i, ++l) {
    const double difference = values[i] - origin;
    sum[l] += difference * difference;
  }
  *squares = 0;
  for (const double of_lane : sum) *squares += of_lane;
}

template <typename T>
BRAINALIGN_INLINE void StandardiseLoop(std::size_t count, double origin, double scale, T* values) {
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<T>((static_cast<double>(values[i]) - origin) * scale);
  }
}

}  // namespace

BRAINALIGN_FOR_EACH_PROCESSOR(void, LookThrough, LookThroughLoop,
                              (std::size_t count, const double* values, SensorValues* found),
                              (count, values, found))
BRAINALIGN_FOR_EACH_PROCESSOR(void, SumSquaresAbout, SumSquaresAboutLoop,
                              (std::size_t count, const double* values, double origin,
                               double* squares),
                              (count, values, origin, squares))
BRAINALIGN_FOR_EACH_PROCESSOR(void, Standardise, StandardiseLoop<float>,
                              (std::size_t count, double origin, double scale, float* values),
                              (count, origin, scale, values))
BRAINALIGN_FOR_EACH_PROCESSOR(void, Standardise, StandardiseLoop<double>,
                              (std::size_t count, double origin, double scale, double* values),
                              (count, origin, scale, values))

}  // namespace brainalign
