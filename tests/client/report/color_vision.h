#ifndef BRAINALIGN_TESTS_CLIENT_REPORT_COLOR_VISION_H_
#define BRAINALIGN_TESTS_CLIENT_REPORT_COLOR_VISION_H_

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace brainalign {

using Triple = std::array<double, 3>;
using Lab = Triple;  // CIE 1976 L*a*b*, white point D65

// How linear sRGB is seen.
struct ColorVision {
  std::string name;
  std::array<Triple, 3> matrix;
};

// Usual vision, and dichromats by Machado, Oliveira and Fernandes 2009 (their table, severity 1).
inline std::vector<ColorVision> ColorVisions() {
  return {{"usual", {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}},
          {"protan",
           {{{0.152286, 1.052583, -0.204868},
             {0.114503, 0.786281, 0.099216},
             {-0.003882, -0.048116, 1.051998}}}},
          {"deutan",
           {{{0.367322, 0.860646, -0.227968},
             {0.280085, 0.672501, 0.047413},
             {-0.011820, 0.042940, 0.968881}}}},
          {"tritan",
           {{{1.255528, -0.076749, -0.178779},
             {-0.078411, 0.930809, 0.147602},
             {0.004733, 0.691367, 0.303900}}}}};
}

inline Triple Times(const std::array<Triple, 3>& matrix, const Triple& vector) {
  Triple product = {0, 0, 0};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) product[i] += matrix[i][j] * vector[j];
  }
  return product;
}

// Of sRGB, 0 to 255 (IEC 61966-2-1).
inline Triple LinearOf(const Triple& color) {
  Triple linear;
  for (std::size_t i = 0; i < 3; ++i) {
    const double part = color[i] / 255;
    linear[i] = part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
  }
  return linear;
}

inline Lab LabOf(const Triple& color, const ColorVision& vision) {
  Triple seen = Times(vision.matrix, LinearOf(color));
  for (double& part : seen) part = std::clamp(part, 0.0, 1.0);
  const Triple xyz = Times({{{0.4124564, 0.3575761, 0.1804375},
                             {0.2126729, 0.7151522, 0.0721750},
                             {0.0193339, 0.1191920, 0.9503041}}},
                           seen);
  const Triple white = {0.95047, 1, 1.08883};
  Triple f;
  for (std::size_t i = 0; i < 3; ++i) {
    const double share = xyz[i] / white[i];
    f[i] = share > 216.0 / 24389 ? std::cbrt(share) : (share * 24389 / 27 + 16) / 116;
  }
  return {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

// CIE 1976 colour difference.
inline double DifferenceOf(const Lab& a, const Lab& b) {
  return std::sqrt(std::pow(a[0] - b[0], 2) + std::pow(a[1] - b[1], 2) + std::pow(a[2] - b[2], 2));
}

// Contrast ratio of WCAG 2.1, of the lighter to the darker.
inline double ContrastOf(const Triple& lighter, const Triple& darker) {
  const auto luminance = [](const Triple& color) {
    const Triple linear = LinearOf(color);
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  return (luminance(lighter) + 0.05) / (luminance(darker) + 0.05);
}

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CLIENT_REPORT_COLOR_VISION_H_
