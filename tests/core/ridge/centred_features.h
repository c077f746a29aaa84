#ifndef BRAINALIGN_TESTS_CORE_RIDGE_CENTRED_FEATURES_H_
#define BRAINALIGN_TESTS_CORE_RIDGE_CENTRED_FEATURES_H_

#include "core/moments/feature_moments.h"

namespace brainalign {

// Of the words in the rows of `x` (n, p).
CentredFeatures FeaturesOf(const Matrix& x);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_RIDGE_CENTRED_FEATURES_H_
