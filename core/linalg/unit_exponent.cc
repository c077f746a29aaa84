#include "core/linalg/unit_exponent.h"

#include <algorithm>
#include <cmath>

namespace brainalign {
namespace {

// Powers of two up to here, and their inverses, are normal numbers of float64.
constexpr int kMostOfFactor = 1000;

}  // namespace

int UnitExponent(double largest, int most) {
  if (!(largest > 0) || !std::isfinite(largest)) return 0;
  const int exponent = std::ilogb(largest);
  if (exponent >= -most && exponent < most) return 0;
  return std::clamp(exponent, -kMostOfFactor, kMostOfFactor);
}

double UnitFactor(int exponent) { return std::ldexp(1.0, -exponent); }

double LargestSize(const double* values, std::size_t count) {
  double largest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double size = std::abs(values[i]);
    largest = size > largest ? size : largest;
  }
  return largest;
}

int BringToUnit(double* values, std::size_t count) {
  const int exponent = UnitExponent(LargestSize(values, count));
  if (exponent == 0) return 0;
  const double factor = UnitFactor(exponent);
  for (std::size_t i = 0; i < count; ++i) values[i] *= factor;
  return exponent;
}

}  // namespace brainalign
