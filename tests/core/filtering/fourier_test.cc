#include "core/filtering/fourier.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace brainalign {
namespace {

// The definition, term by term, in long double.
std::vector<double> SumOfWaves(const Spectrum& coefficients, double first, std::int64_t period,
                               std::int64_t count) {
  std::vector<double> values;
  for (std::int64_t m = 0; m < count; ++m) {
    long double sum = 0;
    for (std::size_t k = 0; k < coefficients.size(); ++k) {
      const long double angle = 2 * std::numbers::pi_v<long double> * static_cast<long double>(k) *
                                (static_cast<long double>(m) + first) / period;
      sum += coefficients[k].real() * std::cos(angle) - coefficients[k].imag() * std::sin(angle);
    }
    values.push_back(static_cast<double>(sum));
  }
  return values;
}

Spectrum Waves(std::size_t count) {
  Spectrum waves;
  for (std::size_t k = 0; k < count; ++k) {
    waves.emplace_back(std::sin(1.0 + 7.0 * static_cast<double>(k)),
                       std::cos(3.0 * static_cast<double>(k * k)));
  }
  return waves;
}

TEST(FourierTest, EvaluatesAtAnyPeriodAndBetweenSamples) {
  Fourier fourier;
  for (const std::int64_t period : {1, 2, 7, 30, 97, 256}) {
    const Spectrum waves = Waves(static_cast<std::size_t>(period / 2 + 1));
    for (const double first : {0.0, 5.0, 0.37, -0.5, 12.25}) {
      const std::int64_t count = period + 3;  // beyond the period it begins again
      std::vector<double> values(static_cast<std::size_t>(count));
      fourier.Evaluate(waves, first, period, count, values.data());
      const std::vector<double> wanted = SumOfWaves(waves, first, period, count);
      for (std::size_t m = 0; m < wanted.size(); ++m) {
        ASSERT_NEAR(values[m], wanted[m], 1e-11) << period << " " << first << " " << m;
      }
    }
  }
}

TEST(FourierTest, ForwardAndInverseUndoEachOther) {
  Fourier fourier;
  for (const std::size_t length : {8u, 64u, 4096u}) {
    std::vector<double> values(length);
    for (std::size_t i = 0; i < length; ++i) values[i] = std::sin(static_cast<double>(i * i));
    const std::vector<double> before = values;
    Spectrum spectrum;
    fourier.Forward(values, spectrum);
    ASSERT_EQ(spectrum.size(), length / 2 + 1);
    double sum = 0;
    for (const double value : values) sum += value;
    EXPECT_NEAR(spectrum[0].real(), sum, 1e-10);
    fourier.Inverse(spectrum, values);
    for (std::size_t i = 0; i < length; ++i) ASSERT_NEAR(values[i], before[i], 1e-13);
  }
}

}  // namespace
}  // namespace brainalign
