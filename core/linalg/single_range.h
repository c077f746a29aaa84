#ifndef BRAINALIGN_CORE_LINALG_SINGLE_RANGE_H_
#define BRAINALIGN_CORE_LINALG_SINGLE_RANGE_H_

#include "core/linalg/matrix_types.h"

namespace brainalign {

using Flags = Eigen::Array<bool, Eigen::Dynamic, 1>;

// Whether float32 can represent numbers with each of these deviations, their squares, and sums of
// the squares, without overflow or underflow. True for a deviation of 0, false for one that is not
// finite.
inline Flags HeldInSingle(const Eigen::ArrayXd& deviations) {
  constexpr double kLeast = 1e-12;
  constexpr double kMost = 1e12;
  return deviations == 0.0 || (deviations > kLeast && deviations < kMost);
}

inline bool SingleHolds(const Vector& deviations) { return HeldInSingle(deviations.array()).all(); }

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_SINGLE_RANGE_H_
