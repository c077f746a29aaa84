#include "core/inference/student_t.h"

#include <Eigen/Core>
#include <unsupported/Eigen/SpecialFunctions>

namespace brainalign {

double TwoSidedT(double value, int df) {
  if (value == 0) return 1;
  return Eigen::numext::betainc(df / 2.0, 0.5, df / (df + value * value));
}

double TwoSidedTQuantile(double probability, int df) {
  double low = 0;
  double high = 1;
  while (TwoSidedT(high, df) > probability) high *= 2;
  for (;;) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return middle;
    (TwoSidedT(middle, df) > probability ? low : high) = middle;
  }
}

}  // namespace brainalign
