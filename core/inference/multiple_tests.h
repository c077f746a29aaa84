#ifndef BRAINALIGN_CORE_INFERENCE_MULTIPLE_TESTS_H_
#define BRAINALIGN_CORE_INFERENCE_MULTIPLE_TESTS_H_

#include <cstddef>
#include <vector>

namespace brainalign {

// Adjusted p values of a family of tests, in the order given.

// Benjamini and Hochberg (1995): q_(i) = min over j >= i of p_(j) n / j, at most 1.
std::vector<double> FalseDiscoveryRates(const std::vector<double>& p);

// Holm (1979): max over j <= i of p_(j) (n - j + 1), at most 1.
std::vector<double> HolmAdjusted(const std::vector<double>& p);

// How many nulls it takes until a single one of `tests` can reach a false discovery rate of 0.05:
// the smallest n with 1 / (n + 1) <= 0.05 / tests.
std::size_t NullsForFalseDiscoveryRate(std::size_t tests);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_MULTIPLE_TESTS_H_
