#ifndef BRAINALIGN_CORE_ALIGN_LAYER_ALPHAS_H_
#define BRAINALIGN_CORE_ALIGN_LAYER_ALPHAS_H_

#include "core/problem/spec.h"

namespace brainalign {

// The specification of regressions whose features are activations in units of 2^exponent
// (ActivationColumns::exponent): a penalty is divided by the square of the unit. What lies beyond
// 2^133 (1e40) or 2^-133 then is set to just beyond, in its order. Features are about 1 there, so a
// penalty of 2^133 is infinite to float64, and one of 2^-133 is 0.
AlignmentSpec WithAlphasInUnit(AlignmentSpec spec, int exponent);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_LAYER_ALPHAS_H_
