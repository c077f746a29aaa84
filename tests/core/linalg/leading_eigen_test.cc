// The quick way to leading eigenvectors against spectra that are known.
#include "core/linalg/leading_eigen.h"

#include <cmath>
#include <random>
#include <utility>

#include "gtest/gtest.h"
#include "tests/core/linalg/decompositions.h"
#include "tests/core/linalg/random_matrix.h"

namespace brainalign {
namespace {

Matrix RandomRotation(int n, std::uint64_t seed) {
  return OrthonormalColumns(RandomMatrix(n, n, seed));
}

// Q diag(values) Q' with the columns of Q known to be the eigenvectors.
void ExpectToFind(const Vector& spectrum, int count) {
  const int n = static_cast<int>(spectrum.size());
  const Matrix q = RandomRotation(n, 5);
  const Matrix symmetric = q * spectrum.asDiagonal() * q.transpose();
  const CancelFlag cancel{false};
  EigenSearch search;
  for (int run = 0; run < 2; ++run) {  // the second starts from what the first searched
    Vector values;
    Matrix vectors;
    ASSERT_TRUE(LeadingEigen(symmetric, count, &search, cancel, values, vectors).ok());
    const double residual = 1e-5 * spectrum(count - 1);
    const Matrix residuals = symmetric * vectors - vectors * values.asDiagonal();
    EXPECT_LT(residuals.colwise().norm().maxCoeff(), residual);
    for (int i = 0; i < count; ++i) {
      EXPECT_NEAR(values(i), spectrum(i), residual) << i;
      EXPECT_NEAR(std::abs(vectors.col(i).dot(q.col(i))), 1.0, 1e-8) << i;
    }
  }
}

TEST(LeadingEigenTest, ASlowlyFallingSpectrum) {
  Vector spectrum(600);
  for (int i = 0; i < 600; ++i) spectrum(i) = 1000.0 / std::sqrt(1.0 + i);
  ExpectToFind(spectrum, 20);
}

// Products with the space itself need double precision, those with what is added to it do not.
TEST(LeadingEigenTest, ASteeplyFallingSpectrum) {
  Vector spectrum(600);
  for (int i = 0; i < 600; ++i) spectrum(i) = 1000.0 / std::pow(1.0 + i, 2);
  ExpectToFind(spectrum, 20);
}

TEST(LeadingEigenTest, AFewDirectionsThatTowerOverTheRest) {
  Vector spectrum(600);
  for (int i = 0; i < 600; ++i) spectrum(i) = i < 3 ? 1e8 / (1.0 + i) : 100.0 / (1.0 + i);
  ExpectToFind(spectrum, 20);
}

TEST(LeadingEigenTest, ASpectrumOfLowRank) {
  Vector spectrum = Vector::Zero(600);
  for (int i = 0; i < 30; ++i) spectrum(i) = 30.0 - i;
  ExpectToFind(spectrum, 20);
}

// A matrix to which rounding has added what is known of it.
class Rounded final : public SymmetricBlocks {
 public:
  Rounded(Matrix matrix, double rounding)
      : SymmetricBlocks(Vector(rounding * matrix.diagonal())), matrix_(std::move(matrix)) {}
  void Get(Eigen::Index row, Eigen::Index column, Eigen::Ref<Matrix> block) const override {
    block = matrix_.block(row, column, block.rows(), block.cols());
  }

 private:
  const Matrix matrix_;
};

// `noise`: of each element, as a share of the diagonal's.
Rounded OfRankTwelve(int n, double noise, double rounding) {
  Vector spectrum = Vector::Zero(n);
  for (int i = 0; i < 12; ++i) spectrum(i) = 100.0 - 5 * i;
  const Matrix q = RandomRotation(n, 5);
  Matrix symmetric = q * spectrum.asDiagonal() * q.transpose();
  std::mt19937_64 random(9);
  std::normal_distribution<double> normal;
  const double scale = noise * symmetric.diagonal().mean();
  for (int column = 0; column < n; ++column) {
    for (int row = column; row < n; ++row) {
      symmetric(row, column) += scale * normal(random);
      symmetric(column, row) = symmetric(row, column);
    }
  }
  return {symmetric, rounding};
}

TEST(LeadingEigenTest, WhatRoundingLeavesOfNoneIsNone) {
  const CancelFlag cancel{false};
  for (const int n : {300, 700}) {  // in full, and by a search
    for (const double noise : {0.0, 1e-7}) {
      Vector values;
      Matrix vectors;
      const Rounded symmetric = OfRankTwelve(n, noise, noise > 0 ? 0x1p-21 * std::sqrt(n) : 0);
      ASSERT_TRUE(LeadingEigen(symmetric, 20, nullptr, cancel, values, vectors).ok());
      ASSERT_EQ(values.size(), 20);
      for (int i = 0; i < 20; ++i) {
        if (i < 12) {
          EXPECT_NEAR(values(i), 100.0 - 5 * i, 1e-3) << n << " " << noise;
        } else {
          EXPECT_EQ(values(i), 0) << n << " " << noise;
        }
      }
    }
  }
}

// Directions that vary as little as rounding allows are found all the same.
TEST(LeadingEigenTest, WhatIsMoreThanRoundingIsFound) {
  Vector spectrum = Vector::Zero(700);
  for (int i = 0; i < 12; ++i) spectrum(i) = 100.0 - 5 * i;
  for (int i = 12; i < 20; ++i) spectrum(i) = 1e-3 * (30 - i);
  const Matrix q = RandomRotation(700, 5);
  const Rounded symmetric(q * spectrum.asDiagonal() * q.transpose(), 1e-4);
  const CancelFlag cancel{false};
  Vector values;
  Matrix vectors;
  ASSERT_TRUE(LeadingEigen(symmetric, 20, nullptr, cancel, values, vectors).ok());
  for (int i = 0; i < 20; ++i) {
    EXPECT_NEAR(values(i), spectrum(i), 1e-6 * spectrum(i)) << i;
    EXPECT_NEAR(std::abs(vectors.col(i).dot(q.col(i))), 1.0, 1e-8) << i;
  }
}

TEST(LeadingEigenTest, NothingThatVaries) {
  const CancelFlag cancel{false};
  Vector values;
  Matrix vectors;
  ASSERT_TRUE(
      LeadingEigen(Matrix(Matrix::Zero(600, 600)), 20, nullptr, cancel, values, vectors).ok());
  EXPECT_EQ(values, Vector(Vector::Zero(20)));
  EXPECT_TRUE(vectors.allFinite());
}

TEST(LeadingEigenTest, ASmallMatrix) {
  Vector spectrum(12);
  for (int i = 0; i < 12; ++i) spectrum(i) = 12.0 - i;
  ExpectToFind(spectrum, 12);
}

TEST(LeadingEigenTest, StopsWhenCancelled) {
  const Matrix symmetric = Vector::LinSpaced(600, 1, 2).asDiagonal();
  const CancelFlag cancel{true};
  Vector values;
  Matrix vectors;
  EXPECT_EQ(LeadingEigen(symmetric, 20, nullptr, cancel, values, vectors).code(),
            absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace brainalign
