#include "core/filtering/resample.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/filtering/reflected.h"

namespace brainalign {
namespace {

// Halves to even, as Python rounds.
std::int64_t Rounded(double value) { return static_cast<std::int64_t>(std::nearbyint(value)); }

}  // namespace

ResamplingGrid GridOf(std::int64_t samples, double ratio) {
  constexpr std::int64_t kMostPad = 100;
  const std::int64_t least = samples + 2 * std::min(samples / 8, kMostPad);
  std::int64_t padded = 1;
  while (padded < least) padded *= 2;
  ResamplingGrid grid;
  grid.padded = padded;
  grid.pad_before = (padded - samples) / 2;
  grid.padded_new = std::max<std::int64_t>(Rounded(ratio * static_cast<double>(padded)), 1);
  grid.first_new = Rounded(ratio * static_cast<double>(grid.pad_before));
  return grid;
}

double ShiftOf(const ResamplingGrid& grid, double ratio, double index) {
  const double step = static_cast<double>(grid.padded) / static_cast<double>(grid.padded_new);
  return (index + static_cast<double>(grid.first_new)) * step -
         static_cast<double>(grid.pad_before) - index / ratio;
}

void ResampleSamples(const std::vector<double>& samples, double ratio, double shift,
                     std::int64_t count, Fourier& fourier, double* out) {
  const ResamplingGrid grid = GridOf(std::ssize(samples), ratio);
  // A transform of less than 8 samples is one of several periods of them.
  const std::int64_t periods = std::max<std::int64_t>(1, 8 / grid.padded);
  std::vector<double> padded(static_cast<std::size_t>(periods * grid.padded));
  for (std::int64_t i = 0; i < std::ssize(padded); ++i) {
    padded[static_cast<std::size_t>(i)] = ReflectedAt(samples, i % grid.padded - grid.pad_before);
  }
  Spectrum spectrum;
  fourier.Forward(padded, spectrum);

  // The frequencies that both rates hold; each but the first and the highest of an even number
  // stands for its negative as well.
  const std::int64_t fewer = std::min(grid.padded, grid.padded_new);
  const bool is_shorter = grid.padded_new < grid.padded;
  Spectrum kept(static_cast<std::size_t>(fewer / 2 + 1));
  const double scale = 1 / static_cast<double>(periods * grid.padded);
  for (std::int64_t k = 0; k < std::ssize(kept); ++k) {
    double weight = k == 0 ? 1 : 2;
    // As MNE weighs it: alias and frequency are added.
    if (k > 0 && 2 * k == fewer) weight = is_shorter ? 2 : 0.5;
    kept[static_cast<std::size_t>(k)] =
        weight * scale * spectrum[static_cast<std::size_t>(k * periods)];
  }
  fourier.Evaluate(kept, static_cast<double>(grid.first_new) + shift, grid.padded_new, count, out);
}

}  // namespace brainalign
