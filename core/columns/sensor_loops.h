#ifndef BRAINALIGN_CORE_COLUMNS_SENSOR_LOOPS_H_
#define BRAINALIGN_CORE_COLUMNS_SENSOR_LOOPS_H_

#include <cstddef>

namespace brainalign {

// Loops over the values of one sensor at one time sample. Their results have the same bits on every
// processor (docs/method.md, "What holds of bits").

// The smallest value, the largest value and the sum of a sensor at one time sample.
struct SensorValues {
  double least = 0;
  double most = 0;
  double sum = 0;
};

// Sets *found to the least, the most and the sum of `count` values. `count` is at least 1.
void LookThrough(std::size_t count, const double* values, SensorValues* found);

// *squares = sum of (values[i] - origin)^2.
void SumSquaresAbout(std::size_t count, const double* values, double origin, double* squares);

// values[i] = (values[i] - origin) * scale.
void Standardise(std::size_t count, double origin, double scale, float* values);
void Standardise(std::size_t count, double origin, double scale, double* values);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_SENSOR_LOOPS_H_
