// Combinations of a few alphas' solutions against the solutions themselves.
#include "core/ridge/solution_interpolation.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace brainalign {
namespace {

std::vector<double> Decades() {
  std::vector<double> alphas;
  for (int exponent = -4; exponent <= 8; ++exponent) alphas.push_back(std::pow(10.0, exponent));
  return alphas;
}

// Four decades, as of a few hundred sensors, and one direction without variance.
Vector Spectrum() {
  Vector values(101);
  values(0) = 0;
  for (int j = 1; j <= 100; ++j) values(j) = std::pow(10.0, 1.0 + 4.0 * j / 100.0);
  return values;
}

// The largest error of a prediction, over targets of length 1: each target's share
// along direction j, b_j / sqrt(v_j), is predicted as sqrt(v_j) z_j.
double LargestError(const Vector& values, double alpha, const Vector& factor) {
  double largest = 0;
  for (Eigen::Index j = 0; j < values.size(); ++j) {
    largest = std::max(largest, std::abs(values(j) * (factor(j) - 1.0 / (values(j) + alpha))));
  }
  return largest;
}

TEST(SolutionInterpolationTest, OtherAlphasAreCombinationsOfTheChosen) {
  const std::vector<double> alphas = Decades();
  const Vector values = Spectrum();
  const SolutionInterpolation few = InterpolateSolutions(values, alphas, 1e-6);
  EXPECT_LT(few.chosen.size(), 11u);
  for (std::size_t a = 0; a < alphas.size(); ++a) {
    Vector factor = Vector::Zero(values.size());
    for (std::size_t q = 0; q < few.chosen.size(); ++q) {
      const double alpha = alphas[static_cast<std::size_t>(few.chosen[q])];
      factor += few.coefficients(static_cast<Eigen::Index>(q), static_cast<Eigen::Index>(a)) *
                (values.array() + alpha).inverse().matrix();
    }
    EXPECT_LE(LargestError(values, alphas[a], factor), 1e-6) << alphas[a];
  }
}

TEST(SolutionInterpolationTest, OneAlphaIsItself) {
  const SolutionInterpolation one = InterpolateSolutions(Spectrum(), {10.0}, 1e-6);
  EXPECT_EQ(one.chosen, std::vector<int>{0});
  EXPECT_DOUBLE_EQ(one.coefficients(0, 0), 1.0);
}

}  // namespace
}  // namespace brainalign
