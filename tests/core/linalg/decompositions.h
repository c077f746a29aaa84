// Decompositions by Eigen, which tests compare with. They are compiled once: each takes the
// compiler many seconds in every source that uses it.
#ifndef BRAINALIGN_TESTS_CORE_LINALG_DECOMPOSITIONS_H_
#define BRAINALIGN_TESTS_CORE_LINALG_DECOMPOSITIONS_H_

#include "core/linalg/matrix_types.h"

namespace brainalign {

// left (n, r) diag(values) right' (r, d), r = min(n, d). Values fall.
struct SingularValues {
  Matrix left;
  Vector values;
  Matrix right;
};
SingularValues SingularValuesOf(const Matrix& rows);

// (n, d) Orthonormal columns that span those of `columns` (n, d), n >= d.
Matrix OrthonormalColumns(const Matrix& columns);

// inverse(matrix) right, of a positive definite matrix.
Matrix SolvePositive(const Matrix& matrix, const Matrix& right);

Matrix InverseOf(const Matrix& matrix);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_LINALG_DECOMPOSITIONS_H_
