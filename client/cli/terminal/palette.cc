#include "client/cli/terminal/palette.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "client/report/color_scale.h"

namespace brainalign {
namespace {

constexpr char kRamp[] = ".:-=+*#%@";

// Colours of xterm's 256 near those of Cividis, from dark to light. The nearest colour of each
// would not rise in lightness.
constexpr std::array<int, 13> kCividisOf256 = {17,  18,  237, 239, 60,  243, 101,
                                               247, 144, 179, 185, 221, 227};

int ColorOf256(double share) {
  const std::size_t steps = kCividisOf256.size();
  return kCividisOf256[std::min(static_cast<std::size_t>(share * static_cast<double>(steps)),
                                steps - 1)];
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
  const Rgb color = Cividis(share);
  const std::string code = color_ == ColorDepth::kTrueColor
                               ? absl::StrCat("48;2;", std::lround(color[0]), ";",
                                              std::lround(color[1]), ";", std::lround(color[2]))
                               : absl::StrCat("48;5;", ColorOf256(share));
  return absl::StrCat("\x1b[", code, "m", std::string(width, ' '));
}

std::string Palette::Empty(int columns) const {
  return absl::StrCat(Reset(), std::string(static_cast<std::size_t>(columns), ' '));
}

std::string Palette::Reset() const { return color_ == ColorDepth::kNone ? "" : "\x1b[0m"; }

}  // namespace brainalign
