#ifndef BRAINALIGN_CORE_REGRESSIONS_INFLUENCE_LOOPS_H_
#define BRAINALIGN_CORE_REGRESSIONS_INFLUENCE_LOOPS_H_

#include <cstddef>

namespace brainalign {

// Inner loops over the targets y of one word, for InfluenceOfBlocks
// (core/regressions/block_influence.h). Compiled for several instruction sets; the one to use is
// chosen at run time.

// sums[c] += y[c] (product[c] + shift[c]).
void AddShiftedProducts(std::size_t columns, const float* y, const float* product,
                        const double* shift, double* sums);
void AddShiftedProducts(std::size_t columns, const double* y, const double* product,
                        const double* shift, double* sums);

// sums[c] += weight[c] (y[c] - mean[c])^2.
void AddSquaresAbout(std::size_t columns, const float* y, const double* mean, const double* weight,
                     double* sums);
void AddSquaresAbout(std::size_t columns, const double* y, const double* mean, const double* weight,
                     double* sums);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_INFLUENCE_LOOPS_H_
