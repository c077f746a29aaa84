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

// Two-sided p of a Pearson correlation r over n pairs under independence, from
// Student's t with n - 2 degrees of freedom. NaN for n < 3.
double PearsonP(double r, int n);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_READOUT_H_
