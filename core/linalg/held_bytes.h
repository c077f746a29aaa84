#ifndef BRAINALIGN_CORE_LINALG_HELD_BYTES_H_
#define BRAINALIGN_CORE_LINALG_HELD_BYTES_H_

#include <cstdint>
#include <type_traits>
#include <vector>

#include "core/linalg/matrix_types.h"

namespace brainalign {

// Bytes of the entries of a matrix or vector.
template <typename Derived>
std::int64_t HeldBytes(const Eigen::PlainObjectBase<Derived>& matrix) {
  return matrix.size() * static_cast<std::int64_t>(sizeof(typename Derived::Scalar));
}

template <typename Number>
requires std::is_arithmetic_v<Number> std::int64_t HeldBytes(const std::vector<Number>& values) {
  return static_cast<std::int64_t>(values.size() * sizeof(Number));
}

inline std::int64_t HeldBytes(const std::vector<Vector>& vectors) {
  std::int64_t bytes = 0;
  for (const Vector& vector : vectors) bytes += HeldBytes(vector);
  return bytes;
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_HELD_BYTES_H_
