#include "core/filtering/filter_samples.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/filtering/reflected.h"

namespace brainalign {

void FilterSamples(const std::vector<double>& taps, Fourier& fourier,
                   std::vector<double>& samples) {
  const std::int64_t count = std::ssize(samples);
  const std::int64_t length = std::ssize(taps);
  const std::int64_t half = length / 2;
  // A block as long as four filters wastes a quarter of its transform.
  const std::int64_t block = PowerOfTwo(std::min(4 * length, count + length - 1));
  const std::int64_t valid = block - length + 1;

  std::vector<double> values(static_cast<std::size_t>(block), 0.0);
  std::copy(taps.begin(), taps.end(), values.begin());
  Spectrum response;
  fourier.Forward(values, response);

  std::vector<double> filtered(samples.size());
  Spectrum spectrum;
  for (std::int64_t first = 0; first < count; first += valid) {
    for (std::int64_t i = 0; i < block; ++i) {
      values[static_cast<std::size_t>(i)] = ReflectedAt(samples, first - half + i);
    }
    fourier.Forward(values, spectrum);
    for (std::size_t k = 0; k < spectrum.size(); ++k) spectrum[k] *= response[k];
    fourier.Inverse(spectrum, values);
    const std::int64_t here = std::min(valid, count - first);
    std::copy_n(values.begin() + (length - 1), here, filtered.begin() + first);
  }
  samples.swap(filtered);
}

}  // namespace brainalign
