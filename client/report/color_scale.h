#ifndef BRAINALIGN_CLIENT_REPORT_COLOR_SCALE_H_
#define BRAINALIGN_CLIENT_REPORT_COLOR_SCALE_H_

#include <array>
#include <string>
#include <vector>

namespace brainalign {

// The scores that the first and the last colour stand for.
struct ColorScale {
  double low = 0;
  double high = 1;

  // Place of a score in [0, 1].
  double ShareOf(double score) const;
};

// The least width of a scale. Noise that were spread over all colours would look like structure.
constexpr double kLeastScaleWidth = 0.02;

// From the smallest score, or 0 if that is smaller, to the largest. NaN is left out.
ColorScale ScaleOf(const std::vector<double>& scores);

using Rgb = std::array<double, 3>;  // 0 to 255

// Cividis (Nunez, Anderton and Renslow 2018) at nine points, "#rrggbb". Its lightness rises evenly,
// and it looks alike to the colour-blind.
const std::vector<std::string>& CividisStops();

// The same between the points. `share` in [0, 1].
Rgb Cividis(double share);

// "#rrggbb".
std::string HexOf(const Rgb& color);

// Round numbers from `low` to `high`: multiples of 1, 2 or 5 times a power of ten, the densest
// whose distance is at least (high - low) / count, or less where that leaves fewer than `least`,
// which is 1 or 2: one tick alone does not show a scale. `low` < `high`.
std::vector<double> RoundTicks(double low, double high, int count, std::size_t least = 2);

// A tick with as many decimals as the distance to the next one needs.
std::string TickText(double tick, const std::vector<double>& ticks);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_COLOR_SCALE_H_
