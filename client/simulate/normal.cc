#include "client/simulate/normal.h"

#include <cmath>

namespace brainalign {
namespace {

std::seed_seq SeedOf(std::uint64_t seed, std::uint64_t stream) {
  return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
          static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)};
}

}  // namespace

double PortableLog(double x) {
  // x = m 2^e with m in [sqrt(1/2), sqrt(2)); ln m = 2 atanh(r), r = (m - 1) / (m + 1),
  // |r| < 0.172, by its series r + r^3 / 3 + r^5 / 5 + ...
  constexpr double kLn2 = 0.693147180559945309417;
  constexpr double kSqrtHalf = 0.707106781186547524401;
  int exponent = 0;
  double m = std::frexp(x, &exponent);  // exact
  if (m < kSqrtHalf) {
    m *= 2;
    --exponent;
  }
  const double r = (m - 1) / (m + 1);
  const double r2 = r * r;
  double sum = 0;
  for (int k = 19; k >= 1; k -= 2) sum = sum * r2 + 1.0 / k;
  return 2 * r * sum + exponent * kLn2;
}

RandomStream::RandomStream(std::uint64_t seed, std::uint64_t stream) {
  std::seed_seq sequence = SeedOf(seed, stream);
  engine_.seed(sequence);
}

double RandomStream::Normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  // A point in the unit disc, both coordinates from one draw: odd multiples of 2^-32.
  double u = 0;
  double v = 0;
  double s = 0;
  do {
    const std::uint64_t bits = engine_();
    u = (2.0 * static_cast<double>(static_cast<std::int32_t>(bits >> 32)) + 1) * 0x1p-32;
    v = (2.0 * static_cast<double>(static_cast<std::int32_t>(bits)) + 1) * 0x1p-32;
    s = u * u + v * v;
  } while (s >= 1);
  const double factor = std::sqrt(-2 * PortableLog(s) / s);
  spare_ = v * factor;
  has_spare_ = true;
  return u * factor;
}

double RandomStream::Exponential() {
  const double uniform = (static_cast<double>(engine_() >> 12) + 0.5) * 0x1p-52;  // in (0, 1)
  return -PortableLog(uniform);
}

}  // namespace brainalign
