#ifndef BRAINALIGN_CORE_FILTERING_FOURIER_H_
#define BRAINALIGN_CORE_FILTERING_FOURIER_H_

#include <complex>
#include <cstdint>
#include <memory>
#include <vector>

namespace brainalign {

using Spectrum = std::vector<std::complex<double>>;

// The smallest power of two from 8 on that is at least `length`.
std::int64_t PowerOfTwo(std::int64_t length);

// Fourier transforms in float64, by Eigen's kissfft. An object keeps its tables. Not thread-safe.
class Fourier {
 public:
  Fourier();
  ~Fourier();
  Fourier(const Fourier&) = delete;
  Fourier& operator=(const Fourier&) = delete;

  // spectrum[k] = sum over j of values[j] exp(-2 pi i j k / n), k = 0 .. n / 2. Requires that n,
  // the number of values, is a power of two from 8 on.
  void Forward(const std::vector<double>& values, Spectrum& spectrum);

  // The inverse, 1 / n included: fills the n values.
  void Inverse(const Spectrum& spectrum, std::vector<double>& values);

  // out[m] = real part of the sum over k of coefficients[k] exp(2 pi i k (m + first) / period), for
  // m = 0 .. count - 1. The time is about that of a power of two for any period (Bluestein's
  // chirp). `first` may lie between samples.
  void Evaluate(const Spectrum& coefficients, double first, std::int64_t period, std::int64_t count,
                double* out);

 private:
  struct Transforms;
  struct Chirp;

  // The transformed chirp of these sizes. The last one is kept for the next call.
  const Chirp& ChirpFor(std::int64_t coefficients, std::int64_t period, std::int64_t count);

  std::unique_ptr<Transforms> transforms_;
  std::unique_ptr<Chirp> chirp_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_FILTERING_FOURIER_H_
