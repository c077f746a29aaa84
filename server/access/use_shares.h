#ifndef BRAINALIGN_SERVER_ACCESS_USE_SHARES_H_
#define BRAINALIGN_SERVER_ACCESS_USE_SHARES_H_

#include <algorithm>
#include <cstdint>

namespace brainalign {

// The largest part of a resource of the server that one person or project can take, so that some is
// left for others. It applies only to identified callers.
struct UseShares {
  double person = 1;   // 1: all
  double project = 1;  // all of its people together
};

// At least 1.
inline std::int64_t ShareOf(std::int64_t all, double share) {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(all) * share));
}

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ACCESS_USE_SHARES_H_
