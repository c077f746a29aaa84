#ifndef BRAINALIGN_CORE_INFERENCE_QUANTILE_H_
#define BRAINALIGN_CORE_INFERENCE_QUANTILE_H_

#include <vector>

namespace brainalign {

// The quantile at `level` in [0, 1] of the values that are not NaN, by straight lines between order
// statistics (type 7 of Hyndman and Fan 1996, as numpy.quantile). NaN without such values.
double Quantile(std::vector<double> values, double level);

// The standard deviation, with n - 1, of the values that are not NaN. NaN for fewer than two.
double SampleDeviation(const std::vector<double>& values);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_QUANTILE_H_
