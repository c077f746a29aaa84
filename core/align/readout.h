#ifndef BRAINALIGN_CORE_ALIGN_READOUT_H_
#define BRAINALIGN_CORE_ALIGN_READOUT_H_

#include <vector>

#include "core/align/result.h"

namespace brainalign {

// The numbers that are read off the matrix (docs/method.md, "What is read off the matrix"). `score`
// (L, T), layer-major.
MatrixReadout ReadOff(const std::vector<double>& score, const std::vector<double>& times_seconds,
                      const std::vector<double>& depth,
                      const std::vector<double>& window_bounds_seconds);

// The largest difference between the t_max of two layers with equal peaks that rounding of
// `times_seconds` (T) can cause, to float32 or to milliseconds. t_max is a mean of some of the
// times. If they are an even grid, within a twentieth of its step, two means that are equal on the
// grid differ by at most the range of the times' distances from it. All times may be rounded to
// float32, by 2^-24 of their size, so two means can differ by 2^-23 of the largest time.
double TimeRoundingSeconds(const std::vector<double>& times_seconds);

// Whether `values` differ by more than `rounding`.
bool HasSpread(const std::vector<double>& values, double rounding);

// Two-sided p of a Pearson correlation r over n pairs under independence, from
// Student's t with n - 2 degrees of freedom. NaN for n < 3.
double PearsonP(double r, int n);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_READOUT_H_
