#include "tests/core/ridge/centred_features.h"

namespace brainalign {

CentredFeatures FeaturesOf(const Matrix& x) {
  FeatureSums sums = FeatureSums::Zero(x.cols());
  sums.AddRows(x);
  return Centre(sums);
}

}  // namespace brainalign
