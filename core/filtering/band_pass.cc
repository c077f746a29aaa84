#include "core/filtering/band_pass.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <numeric>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

// Length of a Hamming-windowed filter times its transition band (Ifeachor and Jervis).
constexpr double kLengthFactor = 3.3;
constexpr double kMostCoefficients = 0x1p26;

absl::Status CheckBand(const BandPass& band, double sfreq_hz) {
  if (!(sfreq_hz > 0 && std::isfinite(sfreq_hz))) {
    return absl::InvalidArgumentError(
        absl::StrCat("the sampling rate is ", sfreq_hz, " Hz; it must be above 0"));
  }
  if (band.low_hz >= 0 && band.low_hz < band.high_hz && band.high_hz < sfreq_hz / 2) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the band-pass is from ", band.low_hz, " to ", band.high_hz,
                   " Hz; it must ascend from 0 or more to less than half of the sampling rate, ",
                   sfreq_hz / 2, " Hz"));
}

std::int64_t Odd(std::int64_t length) { return length + (length % 2 == 0 ? 1 : 0); }

// Low-pass of `length` coefficients, an odd number, as scipy.signal.firwin designs it: a sinc of
// the cutoff (a share of half of the sampling rate), a Hamming window, and a sum of 1.
std::vector<double> LowPass(std::int64_t length, double cutoff) {
  std::vector<double> taps(static_cast<std::size_t>(length));
  const std::int64_t half = length / 2;
  for (std::int64_t i = 0; i < length; ++i) {
    const double phase = std::numbers::pi * cutoff * static_cast<double>(i - half);
    const double sinc = i == half ? 1 : std::sin(phase) / phase;
    const double window =
        length == 1 ? 1
                    : 0.54 - 0.46 * std::cos(2 * std::numbers::pi * static_cast<double>(i) /
                                             static_cast<double>(length - 1));
    taps[static_cast<std::size_t>(i)] = cutoff * sinc * window;
  }
  const double sum = std::accumulate(taps.begin(), taps.end(), 0.0);
  for (double& tap : taps) tap /= sum;
  return taps;
}

// Adds `sign` times the low-pass that falls from `pass` to `stop` (shares of half of the sampling
// rate) to the middle of `taps`.
void AddLowPass(double pass, double stop, double sign, std::vector<double>& taps) {
  const double transition = (stop - pass) / 2;
  const std::int64_t wanted =
      Odd(static_cast<std::int64_t>(std::nearbyint(kLengthFactor / transition)));
  const std::int64_t length = std::min(wanted, static_cast<std::int64_t>(std::ssize(taps)));
  const std::vector<double> low_pass = LowPass(length, (pass + stop) / 2);
  const std::size_t offset = (taps.size() - low_pass.size()) / 2;
  for (std::size_t i = 0; i < low_pass.size(); ++i) taps[offset + i] += sign * low_pass[i];
}

}  // namespace

BandEdges EdgesOf(const BandPass& band, double sfreq_hz) {
  const double low_transition = std::min(std::max(0.25 * band.low_hz, 2.0), band.low_hz);
  const double high_transition =
      std::min(std::max(0.25 * band.high_hz, 2.0), sfreq_hz / 2 - band.high_hz);
  return {.low_stop_hz = band.low_hz - low_transition,
          .high_stop_hz = band.high_hz + high_transition};
}

absl::StatusOr<std::vector<double>> DesignBandPass(const BandPass& band, double sfreq_hz) {
  if (absl::Status status = CheckBand(band, sfreq_hz); !status.ok()) return status;
  const BandEdges edges = EdgesOf(band, sfreq_hz);
  double narrowest = edges.high_stop_hz - band.high_hz;
  if (band.low_hz > 0) narrowest = std::min(narrowest, band.low_hz - edges.low_stop_hz);
  const double length = std::max(1.0, std::ceil(kLengthFactor / narrowest * sfreq_hz));
  if (!(length <= kMostCoefficients)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the band-pass from ", band.low_hz, " to ", band.high_hz, " Hz needs a filter of ", length,
        " samples at ", sfreq_hz, " Hz, because one of its ends falls within ", narrowest,
        " Hz; it must need at most ", kMostCoefficients, ": raise the lower end, or keep the ",
        "upper end further from half of the sampling rate"));
  }
  std::vector<double> taps(static_cast<std::size_t>(Odd(static_cast<std::int64_t>(length))), 0.0);
  const double nyquist = sfreq_hz / 2;
  AddLowPass(band.high_hz / nyquist, edges.high_stop_hz / nyquist, 1, taps);
  if (band.low_hz > 0) AddLowPass(edges.low_stop_hz / nyquist, band.low_hz / nyquist, -1, taps);
  return taps;
}

}  // namespace brainalign
