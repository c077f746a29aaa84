#ifndef BRAINALIGN_CORE_COLUMNS_UNMIX_H_
#define BRAINALIGN_CORE_COLUMNS_UNMIX_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "core/cancel.h"
#include "core/columns/projection.h"

namespace brainalign {

// The components after the requested ones.
struct NextComponents {
  const Matrix& directions;  // (d, any number), orthonormal
  const Vector& values;      // their eigenvalues, descending
};

// Whether rounding of the covariance may have mixed components so far that a mean of their scores
// is off noticeably.
//
// `rounding` (d): the covariance of the words along two orthogonal directions a and b errs by about
//   sqrt(sum_i rounding_i a_i^2) sqrt(sum_i rounding_i b_i^2),
//   and by 4 sqrt(sum_i rounding_i^2 a_i^2 b_i^2) from its diagonal, whose sums have terms of one
//   sign. The latter matters where both directions contain a massive dimension.
// This error over the distance of the eigenvalues is the angle by which two components are mixed,
// to first order (Golub and Van Loan, Matrix Computations, 4th edition, section 8.1). So is that of
// the covariance's decomposition, a few roundoffs of its largest eigenvalue.
bool MayBeMixed(const Projection& projection, const NextComponents& next, const Vector& rounding);

// Turns the components to the directions of largest variance within the space that they and the
// next ones span, from the words themselves in float64 (Rayleigh and Ritz). A QR decomposition
// takes the place of the covariance, which would hide components beside one 1e8 times as large.
// `words`: n of them; `at`: the activations (words, d) of some of these words,
// by their positions. Errors: CANCELLED if `cancel` was set, INTERNAL for a numerical failure.
absl::Status Unmix(const std::vector<std::int32_t>& words,
                   const std::function<Matrix(const std::vector<std::int32_t>&)>& at,
                   const NextComponents& next, const CancelFlag& cancel, Projection& projection);

// Bytes that Unmix needs for `components` of d dimensions, the next ones included.
double UnmixBytes(double d, double components);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_UNMIX_H_
