#ifndef BRAINALIGN_TESTS_CORE_CALIBRATION_RATES_H_
#define BRAINALIGN_TESTS_CORE_CALIBRATION_RATES_H_

#include <string>
#include <vector>

namespace brainalign {

// A share of simulated experiments, with its Monte Carlo error.
struct Rate {
  double share = 0;
  double error = 0;  // one standard error, of a binomial share
  int count = 0;
};

// The share of `p` at or below `level`.
Rate RateBelow(const std::vector<double>& p, double level);
// The share of true values.
Rate RateOf(const std::vector<bool>& hits);
// The mean of shares, one of each experiment; their spread gives the error.
Rate MeanOf(const std::vector<double>& shares);

// Whether `p`, each a multiple of 1 / (draws + 1), are larger as often as a uniform p would be: the
// Kolmogorov-Smirnov statistic at the multiples, its p by Kolmogorov's limit. That p is too large
// for values on a grid, so that it refuses too rarely.
double UniformityP(std::vector<double> p, int draws);

// "0.051 +- 0.006"
std::string InWords(const Rate& rate);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_CALIBRATION_RATES_H_
