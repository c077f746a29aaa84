#include "client/report/color_scale.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "absl/strings/str_format.h"

namespace brainalign {
namespace {

constexpr std::array<Rgb, 9> kCividis = {{{0, 34, 78},
                                          {26, 56, 111},
                                          {66, 78, 108},
                                          {96, 101, 112},
                                          {124, 123, 120},
                                          {155, 147, 118},
                                          {188, 173, 108},
                                          {221, 200, 87},
                                          {254, 232, 56}}};

// The multiples of `step` in [low, high].
std::vector<double> TicksAt(double low, double high, double step) {
  std::vector<double> ticks;
  for (double i = std::ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i) {
    ticks.push_back(i == 0 ? 0.0 : i * step);
  }
  return ticks;
}

}  // namespace

double ColorScale::ShareOf(double score) const {
  return std::clamp((score - low) / (high - low), 0.0, 1.0);
}

ColorScale ScaleOf(const std::vector<double>& scores) {
  ColorScale scale{.low = 0, .high = 0};
  for (const double score : scores) {
    if (!std::isfinite(score)) continue;
    scale.low = std::min(scale.low, score);
    scale.high = std::max(scale.high, score);
  }
  scale.high = std::max(scale.high, scale.low + kLeastScaleWidth);
  return scale;
}

const std::vector<std::string>& CividisStops() {
  static const auto& stops = *new std::vector<std::string>([] {
    std::vector<std::string> made;
    for (const Rgb& color : kCividis) made.push_back(HexOf(color));
    return made;
  }());
  return stops;
}

Rgb Cividis(double share) {
  constexpr std::size_t kLast = kCividis.size() - 1;
  const double position = std::clamp(share, 0.0, 1.0) * static_cast<double>(kLast);
  const std::size_t below = std::min(static_cast<std::size_t>(position), kLast - 1);
  const double rest = position - static_cast<double>(below);
  Rgb color;
  for (std::size_t i = 0; i < color.size(); ++i) {
    color[i] = kCividis[below][i] * (1 - rest) + kCividis[below + 1][i] * rest;
  }
  return color;
}

std::string HexOf(const Rgb& color) {
  return absl::StrFormat("#%02x%02x%02x", static_cast<int>(std::lround(color[0])),
                         static_cast<int>(std::lround(color[1])),
                         static_cast<int>(std::lround(color[2])));
}

std::vector<double> RoundTicks(double low, double high, int count, std::size_t least) {
  const double rough = (high - low) / std::max(count, 1);
  if (!(rough > 0) || !std::isfinite(rough)) return {low};
  const double power = std::pow(10, std::floor(std::log10(rough)));
  constexpr std::array<double, 7> kFactors = {0.1, 0.2, 0.5, 1, 2, 5, 10};
  std::size_t chosen = 3;
  while (chosen + 1 < kFactors.size() && kFactors[chosen] * power < rough * (1 - 1e-9)) ++chosen;
  std::vector<double> ticks = TicksAt(low, high, kFactors[chosen] * power);
  while (ticks.size() < least && chosen > 0) ticks = TicksAt(low, high, kFactors[--chosen] * power);
  return ticks;
}

std::string TickText(double tick, const std::vector<double>& ticks) {
  const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1;
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9);
  return absl::StrFormat("%.*f", decimals, tick);
}

}  // namespace brainalign
