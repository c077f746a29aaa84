#include "core/align/layer_alphas.h"

#include <cmath>
#include <utility>

namespace brainalign {
namespace {

constexpr double kMostLog = 133;
// What lies beyond is at most some 2,300 octaves away. They become less than one.
constexpr double kOctavesInOne = 4096;

double InUnit(double alpha, int exponent) {
  const double log = std::log2(alpha) - 2.0 * exponent;
  const double beyond = std::abs(log) - kMostLog;
  if (beyond <= 0) return std::ldexp(alpha, -2 * exponent);
  return std::exp2(std::copysign(kMostLog + beyond / kOctavesInOne, log));
}

}  // namespace

AlignmentSpec WithAlphasInUnit(AlignmentSpec spec, int exponent) {
  if (exponent == 0) return spec;
  for (double& alpha : spec.alphas) alpha = InUnit(alpha, exponent);
  return spec;
}

}  // namespace brainalign
