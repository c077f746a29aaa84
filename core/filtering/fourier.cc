#include "core/filtering/fourier.h"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <unsupported/Eigen/FFT>

namespace brainalign {
namespace {

// exp(pi i index^2 / period), from an angle that is reduced in whole numbers.
std::complex<double> ChirpAt(std::int64_t index, std::int64_t period) {
  const std::int64_t turns = index * index % (2 * period);
  return std::polar(1.0,
                    std::numbers::pi * static_cast<double>(turns) / static_cast<double>(period));
}

}  // namespace

struct Fourier::Transforms {
  Transforms() { fft.SetFlag(Eigen::FFT<double>::HalfSpectrum); }

  Eigen::FFT<double> fft;
};

// The conjugate chirp at -(coefficients - 1) .. count - 1, transformed at a length at which its
// circular convolution with the coefficients does not wrap around.
struct Fourier::Chirp {
  std::int64_t coefficients = 0;
  std::int64_t period = 0;
  std::int64_t count = 0;
  Spectrum spectrum;
};

std::int64_t PowerOfTwo(std::int64_t length) {
  std::int64_t power = 8;
  while (power < length) power *= 2;
  return power;
}

Fourier::Fourier() : transforms_(std::make_unique<Transforms>()), chirp_(new Chirp) {}

Fourier::~Fourier() = default;

void Fourier::Forward(const std::vector<double>& values, Spectrum& spectrum) {
  spectrum.resize(values.size() / 2 + 1);
  transforms_->fft.fwd(spectrum.data(), values.data(), std::ssize(values));
}

void Fourier::Inverse(const Spectrum& spectrum, std::vector<double>& values) {
  transforms_->fft.inv(values.data(), spectrum.data(), std::ssize(values));
}

const Fourier::Chirp& Fourier::ChirpFor(std::int64_t coefficients, std::int64_t period,
                                        std::int64_t count) {
  Chirp& chirp = *chirp_;
  if (chirp.coefficients == coefficients && chirp.period == period && chirp.count == count) {
    return chirp;
  }
  const std::int64_t length = PowerOfTwo(coefficients + count - 1);
  Spectrum values(static_cast<std::size_t>(length));
  for (std::int64_t j = 0; j < count; ++j) {
    values[static_cast<std::size_t>(j)] = std::conj(ChirpAt(j, period));
  }
  for (std::int64_t j = 1; j < coefficients; ++j) {
    values[static_cast<std::size_t>(length - j)] = std::conj(ChirpAt(j, period));
  }
  chirp.spectrum.resize(values.size());
  transforms_->fft.fwd(chirp.spectrum.data(), values.data(), length);
  chirp.coefficients = coefficients;
  chirp.period = period;
  chirp.count = count;
  return chirp;
}

// k m = (k^2 + m^2 - (m - k)^2) / 2 makes of the sum a convolution with a chirp.
void Fourier::Evaluate(const Spectrum& coefficients, double first, std::int64_t period,
                       std::int64_t count, double* out) {
  const Chirp& chirp = ChirpFor(std::ssize(coefficients), period, count);
  const std::size_t length = chirp.spectrum.size();
  const double whole = std::floor(first);
  const double rest = first - whole;
  const auto steps = static_cast<std::int64_t>(whole);
  Spectrum values(length);
  for (std::size_t k = 0; k < coefficients.size(); ++k) {
    const auto index = static_cast<std::int64_t>(k);
    const double turns =
        (static_cast<double>(index * steps % period) + static_cast<double>(index) * rest) /
        static_cast<double>(period);
    values[k] =
        coefficients[k] * std::polar(1.0, 2 * std::numbers::pi * turns) * ChirpAt(index, period);
  }
  Spectrum spectrum(length);
  transforms_->fft.fwd(spectrum.data(), values.data(), std::ssize(values));
  for (std::size_t k = 0; k < length; ++k) spectrum[k] *= chirp.spectrum[k];
  transforms_->fft.inv(values.data(), spectrum.data(), std::ssize(values));
  for (std::int64_t m = 0; m < count; ++m) {
    out[m] = (values[static_cast<std::size_t>(m)] * ChirpAt(m, period)).real();
  }
}

}  // namespace brainalign
