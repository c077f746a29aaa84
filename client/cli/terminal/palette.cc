#include "client/cli/terminal/palette.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

using Rgb = std::array<double, 3>;

// matplotlib's viridis at every eighth.
constexpr std::array<Rgb, 9> kViridis = {{{68, 1, 84},
                                          {71, 44, 122},
                                          {59, 81, 139},
                                          {44, 113, 142},
                                          {33, 144, 141},
                                          {39, 173, 129},
                                          {92, 200, 99},
                                          {170, 220, 50},
                                          {253, 231, 37}}};

constexpr char kRamp[] = ".:-=+*#%@";

Rgb ColorOf(double share) {
  const double position = share * (kViridis.size() - 1);
  const std::size_t below = std::min<std::size_t>(static_cast<std::size_t>(position), 7);
  const double rest = position - static_cast<double>(below);
  Rgb color;
  for (std::size_t i = 0; i < 3; ++i) {
    color[i] = kViridis[below][i] * (1 - rest) + kViridis[below + 1][i] * rest;
  }
  return color;
}

// Index in xterm's cube of 6 x 6 x 6 colours, whose levels are 0, 95, 135, ... 255.
int CubeIndex(const Rgb& color) {
  int index = 16;
  constexpr std::array<int, 3> kWeights = {36, 6, 1};
  for (std::size_t i = 0; i < 3; ++i) {
    const double level = color[i] < 48 ? 0 : std::max(1.0, std::round((color[i] - 55) / 40));
    index += kWeights[i] * static_cast<int>(level);
  }
  return index;
}

}  // namespace

std::string Palette::Cell(double share, int columns) const {
  share = std::isnan(share) ? 0 : std::clamp(share, 0.0, 1.0);
  const std::size_t width = static_cast<std::size_t>(columns);
  if (color_ == ColorDepth::kNone) {
    const std::size_t last = sizeof(kRamp) - 2;
    const std::size_t step =
        static_cast<std::size_t>(std::lround(share * static_cast<double>(last)));
    return std::string(width, kRamp[step]);
  }
  const Rgb color = ColorOf(share);
  const std::string code = color_ == ColorDepth::kTrueColor
                               ? absl::StrCat("48;2;", std::lround(color[0]), ";",
                                              std::lround(color[1]), ";", std::lround(color[2]))
                               : absl::StrCat("48;5;", CubeIndex(color));
  return absl::StrCat("\x1b[", code, "m", std::string(width, ' '));
}

std::string Palette::Empty(int columns) const {
  return absl::StrCat(Reset(), std::string(static_cast<std::size_t>(columns), ' '));
}

std::string Palette::Reset() const { return color_ == ColorDepth::kNone ? "" : "\x1b[0m"; }

}  // namespace brainalign
