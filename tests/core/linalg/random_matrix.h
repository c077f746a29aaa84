#ifndef BRAINALIGN_TESTS_CORE_LINALG_RANDOM_MATRIX_H_
#define BRAINALIGN_TESTS_CORE_LINALG_RANDOM_MATRIX_H_

#include <cstdint>

#include "core/linalg/matrix_types.h"

namespace brainalign {

// (rows, columns) Normally distributed numbers, the same for the same seed.
Matrix RandomMatrix(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_LINALG_RANDOM_MATRIX_H_
