#include "core/similarity/held_out_side.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "tests/core/linalg/random_matrix.h"

namespace brainalign {
namespace {

constexpr Metric kHeldOutMetrics[] = {Metric::kCka, Metric::kCkaDebiased, Metric::kRsa};

HeldOutSide SideOf(Metric metric, const Matrix& values) {
  return HeldOutSide::Make(
      metric, {values.rows(), values.cols(), [&](Eigen::Index begin, Eigen::Index count) -> Matrix {
                 return values.middleCols(begin, count);
               }});
}

SimilarityScore Compare(Metric metric, const Matrix& x, const Matrix& y) {
  const HeldOutSide of_x = SideOf(metric, x);
  const HeldOutSide of_y = SideOf(metric, y);
  return ScoreHeldOut(metric, of_x, of_y, SquaredProduct(of_x.Prepare(x, 0), of_y.Prepare(y, 0)));
}

// Kernels and distances of all words by all words.
Matrix KernelOf(Metric metric, Matrix values) {
  if (metric == Metric::kRsa) {
    values.colwise() -= Vector(values.rowwise().mean());
    values.rowwise().normalize();
  } else {
    values.rowwise() -= Eigen::RowVectorXd(values.colwise().mean());
  }
  return values * values.transpose();
}

// <K, L> with the rows and columns of both centred so that the diagonals do not count: the unbiased
// estimate by U-centring (Szekely and Rizzo 2014, "Partial distance correlation"), which is n (n -
// 3) HSIC_1.
double UnbiasedProduct(Matrix k, Matrix l) {
  const auto centre = [](Matrix& kernel) {
    const auto n = static_cast<double>(kernel.rows());
    kernel.diagonal().setZero();
    const Vector rows = kernel.rowwise().sum() / (n - 2);
    const double all = kernel.sum() / ((n - 1) * (n - 2));
    kernel.colwise() -= rows;
    kernel.rowwise() -= rows.transpose();
    kernel.array() += all;
    kernel.diagonal().setZero();
  };
  centre(k);
  centre(l);
  return k.cwiseProduct(l).sum();
}

// Of the pairs of words i < j.
double PairProduct(const Matrix& k, const Matrix& l) {
  std::vector<double> a;
  std::vector<double> b;
  for (Eigen::Index j = 0; j < k.cols(); ++j) {
    for (Eigen::Index i = 0; i < j; ++i) {
      a.push_back(k(i, j));
      b.push_back(l(i, j));
    }
  }
  const auto about_mean = [](std::vector<double>& values) {
    Eigen::Map<Vector> map(values.data(), std::ssize(values));
    map.array() -= map.mean();
    return map;
  };
  return about_mean(a).dot(about_mean(b));
}

double Expected(Metric metric, const Matrix& x, const Matrix& y) {
  const auto product = [&](const Matrix& k, const Matrix& l) {
    if (metric == Metric::kCka) return k.cwiseProduct(l).sum();
    return metric == Metric::kCkaDebiased ? UnbiasedProduct(k, l) : PairProduct(k, l);
  };
  const Matrix k = KernelOf(metric, x);
  const Matrix l = KernelOf(metric, y);
  return product(k, l) / std::sqrt(product(k, k) * product(l, l));
}

TEST(HeldOutSideTest, AgreesWithMatricesOfWordsByWords) {
  // More columns than are processed at a time, and fewer words than columns.
  for (const auto& [words, sensors, dims] :
       {std::array{40, 7, 5}, std::array{9, 12, 30}, std::array{30, 1030, 2100}}) {
    const Matrix x = RandomMatrix(words, sensors, 1);
    Matrix y = RandomMatrix(words, dims, 2);
    y.leftCols(5) += x.leftCols(5);
    for (const Metric metric : kHeldOutMetrics) {
      const SimilarityScore score = Compare(metric, x, y);
      EXPECT_NEAR(score.score, Expected(metric, x, y), 1e-11) << Name(metric) << ", " << words;
      EXPECT_EQ(score.undefined, 0);
      EXPECT_NEAR(Compare(metric, y, y).score, 1, 1e-12) << Name(metric);
    }
  }
}

TEST(HeldOutSideTest, NeitherUnitsNorLargeMeansOfColumnsMatterToCka) {
  const Matrix x = RandomMatrix(30, 6, 3);
  const Matrix y = x * RandomMatrix(6, 4, 4) + RandomMatrix(30, 4, 5);
  Matrix moved = y;
  moved.col(2).array() += 1e6;
  for (const Metric metric : {Metric::kCka, Metric::kCkaDebiased}) {
    const double score = Compare(metric, x, y).score;
    EXPECT_NEAR(Compare(metric, 1e-18 * x, 1e18 * y).score, score, 1e-12);
    EXPECT_NEAR(Compare(metric, 1e-60 * x, 1e60 * y).score, score, 1e-12);
    EXPECT_NEAR(Compare(metric, x, moved).score, score, 1e-8);
  }
}

// A massive dimension makes nearly all correlations of rows 1: sums of r would leave no digits of
// their differences. Of one column c far above the rest, 1 - r of rows a and b tends to
// |a' - b'|^2 / (2 c^2 (p - 1) / p), with a' the rest of a without its mean.
TEST(HeldOutSideTest, KeepsDigitsWhereAllRowsAreNearlyEqual) {
  const Matrix x = RandomMatrix(40, 6, 6);
  Matrix y = RandomMatrix(40, 8, 7);
  y.leftCols(6) += x;
  Matrix massive(40, 9);
  massive << y, Vector::Constant(40, 1e7);
  const double with = Compare(Metric::kRsa, x, massive).score;
  const Matrix rest = y.colwise() - Vector(y.rowwise().mean());
  const Vector squares = rest.rowwise().squaredNorm();
  const Matrix distances = (squares.replicate(1, 40) + squares.transpose().replicate(40, 1)) / 2 -
                           rest * rest.transpose();
  const Matrix similarity = KernelOf(Metric::kRsa, x);
  const double expected =
      -PairProduct(similarity, distances) /
      std::sqrt(PairProduct(similarity, similarity) * PairProduct(distances, distances));
  EXPECT_NEAR(with, expected, 1e-5);
}

TEST(HeldOutSideTest, WhatDoesNotVaryScoresZeroAndIsCounted) {
  const Matrix x = RandomMatrix(20, 5, 8);
  Matrix constant(20, 3);
  constant.rowwise() = Eigen::RowVector3d(0.1, -7, 1e18);
  for (const Metric metric : kHeldOutMetrics) {
    for (const auto& score : {Compare(metric, x, constant), Compare(metric, constant, x)}) {
      EXPECT_EQ(score.score, 0) << Name(metric);
      EXPECT_EQ(score.undefined, 1) << Name(metric);
    }
  }
  // Rows that are multiples of each other are equal once they are standardised.
  const Matrix rank_one = RandomMatrix(20, 1, 9).cwiseAbs() * RandomMatrix(1, 4, 10);
  EXPECT_EQ(Compare(Metric::kRsa, x, rank_one).score, 0);
  EXPECT_EQ(Compare(Metric::kRsa, x, rank_one).undefined, 1);
  // A single column leaves no row any variance.
  EXPECT_EQ(Compare(Metric::kRsa, x, x.leftCols(1)).score, 0);
  EXPECT_EQ(Compare(Metric::kRsa, x, x.leftCols(1)).undefined, 21);
}

TEST(HeldOutSideTest, ARowWithoutVarianceHasCorrelationZeroWithTheOthers) {
  const Matrix x = RandomMatrix(20, 5, 11);
  Matrix y = x + RandomMatrix(20, 5, 12);
  y.row(4).setConstant(0.3);
  Matrix k = KernelOf(Metric::kRsa, x);
  Matrix l = KernelOf(Metric::kRsa, y);
  l.row(4).setZero();
  l.col(4).setZero();
  const SimilarityScore score = Compare(Metric::kRsa, x, y);
  EXPECT_NEAR(score.score, PairProduct(k, l) / std::sqrt(PairProduct(k, k) * PairProduct(l, l)),
              1e-12);
  EXPECT_EQ(score.undefined, 1);
}

}  // namespace
}  // namespace brainalign
