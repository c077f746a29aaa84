#ifndef BRAINALIGN_CORE_LINALG_UNIT_EXPONENT_H_
#define BRAINALIGN_CORE_LINALG_UNIT_EXPONENT_H_

#include <cstddef>

namespace brainalign {

// Numbers of any size that float64 holds are aligned in units of a power of two, which changes no
// digit (docs/method.md, "Units").

// Sums of products of four numbers whose sizes are from 2^-150 to 2^150 neither overflow nor
// underflow.
constexpr int kMostExponent = 150;

// The exponent e of the unit of numbers of which `largest` is the largest size: they are to be
// multiplied by 2^-e. 0 if `largest` lies between 2^-most and 2^most, is 0 or is not finite. Else
// numbers of that size become at most 2^24 and at least 2^-74, those of normal float64 about 1.
int UnitExponent(double largest, int most = kMostExponent);

// 2^-exponent, for a result of UnitExponent.
double UnitFactor(int exponent);

// The largest size of `count` numbers. NaN is passed over.
double LargestSize(const double* values, std::size_t count);

// Multiplies `count` numbers by the power of two that UnitExponent says. Returns the exponent.
int BringToUnit(double* values, std::size_t count);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_UNIT_EXPONENT_H_
