#ifndef BRAINALIGN_TESTS_CORE_DRAWS_CHANCES_H_
#define BRAINALIGN_TESTS_CORE_DRAWS_CHANCES_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/core/reproducible_random.h"

namespace brainalign {

// Random choices of one draw, and what was chosen, in words.
struct Chances {
  explicit Chances(std::uint64_t seed) : random(seed) {}

  // Whether a fault that `percent` of draws have is among those of this one.
  bool Has(int percent, const std::string& fault) {
    if (!random.Chance(percent)) return false;
    told.push_back(fault);
    return true;
  }

  bool IsTold(const std::string& fault) const {
    return std::find(told.begin(), told.end(), fault) != told.end();
  }

  // 2^k, k in [least, most].
  double PowerOfTwo(int least, int most) {
    return std::ldexp(1.0, least + random.Below(most - least + 1));
  }

  ReproducibleRandom random;
  std::vector<std::string> told;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_DRAWS_CHANCES_H_
