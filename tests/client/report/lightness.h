#ifndef BRAINALIGN_TESTS_CLIENT_REPORT_LIGHTNESS_H_
#define BRAINALIGN_TESTS_CLIENT_REPORT_LIGHTNESS_H_

#include <array>
#include <cmath>

namespace brainalign {

// L* of CIE 1976, 0 to 100, of a colour of sRGB whose parts are 0 to 255 (IEC 61966-2-1).
inline double LightnessOf(const std::array<double, 3>& color) {
  constexpr std::array<double, 3> kWeights = {0.2126, 0.7152, 0.0722};
  double luminance = 0;
  for (std::size_t i = 0; i < color.size(); ++i) {
    const double part = color[i] / 255;
    luminance +=
        kWeights[i] * (part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4));
  }
  return luminance > 216.0 / 24389 ? 116 * std::cbrt(luminance) - 16 : luminance * 24389 / 27;
}

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CLIENT_REPORT_LIGHTNESS_H_
