#ifndef BRAINALIGN_CORE_FILTERING_REFLECTED_H_
#define BRAINALIGN_CORE_FILTERING_REFLECTED_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace brainalign {

// Sample `position` of `samples`, continued beyond their ends by reflection about the first and the
// last sample, and by zeros beyond the reflection (MNE's padding "reflect_limited"). Requires that
// there are samples.
inline double ReflectedAt(const std::vector<double>& samples, std::int64_t position) {
  const std::int64_t last = std::ssize(samples) - 1;
  const auto at = [&samples](std::int64_t i) { return samples[static_cast<std::size_t>(i)]; };
  if (position < 0) return -position <= last ? 2 * at(0) - at(-position) : 0;
  if (position <= last) return at(position);
  return position <= 2 * last ? 2 * at(last) - at(2 * last - position) : 0;
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_FILTERING_REFLECTED_H_
