#ifndef BRAINALIGN_CORE_TO_INTEGER_H_
#define BRAINALIGN_CORE_TO_INTEGER_H_

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace brainalign {

// `value` without its fraction, limited to [-2^61, 2^61], so that two results can be added. 0 for
// NaN.
inline std::int64_t ToInt64(double value) {
  if (std::isnan(value)) return 0;
  return static_cast<std::int64_t>(std::clamp(value, -0x1p61, 0x1p61));
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TO_INTEGER_H_
