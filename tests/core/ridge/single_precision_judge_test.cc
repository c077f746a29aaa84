// Errors of inner fits in single precision against the same in double precision.
#include "core/ridge/single_precision_judge.h"

#include <cmath>
#include <vector>

#include "core/problem/needs_double.h"
#include "gtest/gtest.h"
#include "tests/core/linalg/random_matrix.h"
#include "tests/core/ridge/centred_features.h"

namespace brainalign {
namespace {

TargetStatistics StatisticsOf(const Matrix& y) {
  TargetStatistics statistics;
  statistics.count = static_cast<double>(y.rows());
  statistics.mean = y.colwise().mean().transpose().array();
  statistics.squares = (y.rowwise() - y.colwise().mean()).colwise().squaredNorm().transpose();
  return statistics;
}

RowMatrix<double> Cross(const Matrix& x, const Matrix& y) {
  return (x.rowwise() - x.colwise().mean()).transpose() * (y.rowwise() - y.colwise().mean());
}

// `sensors` follow a few sources; the last is the sum of the others if `dependent`.
void ExpectToAgree(bool dependent) {
  const Eigen::Index targets = 150;  // more than are worked on at a time
  Matrix mixing = RandomMatrix(12, 20, 7);
  Matrix x = RandomMatrix(400, 12, 1) * mixing + 0.05 * RandomMatrix(400, 20, 2);
  Matrix held = RandomMatrix(90, 12, 3) * mixing + 0.05 * RandomMatrix(90, 20, 4);
  if (dependent) {
    x.col(19) = x.leftCols(19).rowwise().sum();
    held.col(19) = held.leftCols(19).rowwise().sum();
  }
  const Matrix weights = RandomMatrix(20, targets, 5);
  const Matrix y = 0.02 * x * weights + RandomMatrix(400, targets, 6);
  const Matrix held_y = 0.02 * held * weights + RandomMatrix(90, targets, 8);
  std::vector<double> alphas;
  for (int exponent = -4; exponent <= 8; ++exponent) alphas.push_back(std::pow(10.0, exponent));
  Ridge::Options options;
  options.smallest_alpha = alphas.front();
  const auto ridge = Ridge::Make(FeaturesOf(x), FeaturesOf(held), Vector::Ones(20), options, {});
  ASSERT_TRUE(ridge.ok()) << ridge.status();
  Ridge::Options unjudged = options;
  unjudged.judges = false;
  const auto fit = Ridge::Make(FeaturesOf(x), FeaturesOf(held), Vector::Ones(20), unjudged, {});
  ASSERT_TRUE(fit.ok()) << fit.status();
  const auto combinations = SinglePrecisionJudge::CombinationsFor(*fit, alphas);
  ASSERT_TRUE(combinations.ok()) << combinations.status();
  const auto judge = SinglePrecisionJudge::Make(
      *fit, FeaturesOf(held), alphas, *combinations,
      RoundingBound::Independent(Vector::Ones(20), kUnitRoundoff<float>));
  ASSERT_TRUE(judge.ok()) << judge.status();

  const auto count = static_cast<Eigen::Index>(alphas.size());
  Criterion expected = Criterion::Zero(count, targets);
  AddSquaredError(*ridge, ridge->Rotate(Cross(x, y)), ridge->Rotate(Cross(held, held_y)),
                  StatisticsOf(y), StatisticsOf(held_y), alphas, expected);
  Criterion actual = Criterion::Zero(count, targets);
  Criterion inflation = Criterion::Zero(count, targets);
  Criterion error_bound = Criterion::Zero(count, targets);
  const RowMatrix<double> product = x.transpose() * y;
  const RowMatrix<double> held_product = held.transpose() * held_y;
  judge->AddSquaredError({product, x.colwise().mean(), StatisticsOf(y)},
                         {held_product, held.colwise().mean(), StatisticsOf(held_y)}, actual,
                         inflation, error_bound);
  const Criterion off = (actual - expected).cwiseAbs();
  EXPECT_LT((off.array() / error_bound.array()).maxCoeff(), 0.5);
  EXPECT_LT((error_bound.array() / expected.array()).maxCoeff(), 1e-3);
  EXPECT_LT((inflation.array() / expected.array()).maxCoeff(), 1e-6);
  EXPECT_LT(((actual - expected).array() / expected.array()).abs().maxCoeff(), 1e-5);
}

TEST(SinglePrecisionJudgeTest, AgreesWithDoublePrecision) { ExpectToAgree(false); }

TEST(SinglePrecisionJudgeTest, AgreesOnSensorsThatAreShortOfFullRank) { ExpectToAgree(true); }

// What Make says of held-out words whose Gram matrix has `least` times its largest diagonal element
// as an eigenvalue, as rounding leaves it.
absl::Status MadeWithLeastEigenvalue(double least) {
  const Eigen::Index sensors = 20;
  const Matrix x = RandomMatrix(400, sensors, 1);
  CentredFeatures held = FeaturesOf(RandomMatrix(90, sensors, 3));
  // Equal sensors but for one direction, (1, -1) / sqrt(2).
  const double variance = held.gram.diagonal().maxCoeff();
  held.gram.row(1) = held.gram.row(0);
  held.gram.col(1) = held.gram.col(0);
  held.gram(1, 1) = held.gram(0, 0);
  held.gram(0, 1) -= least * variance;
  held.gram(1, 0) = held.gram(0, 1);
  const std::vector<double> alphas = {1, 100, 10000};
  Ridge::Options options;
  options.smallest_alpha = alphas.front();
  options.judges = false;
  const auto fit = Ridge::Make(FeaturesOf(x), held, Vector::Ones(sensors), options, {});
  if (!fit.ok()) return fit.status();
  const auto combinations = SinglePrecisionJudge::CombinationsFor(*fit, alphas);
  if (!combinations.ok()) return combinations.status();
  return SinglePrecisionJudge::Make(
             *fit, held, alphas, *combinations,
             RoundingBound::Independent(Vector::Ones(sensors), kUnitRoundoff<float>))
      .status();
}

TEST(SinglePrecisionJudgeTest, RoundingOfTheGramMatrixIsRaisedOrLeftToDouble) {
  EXPECT_EQ(MadeWithLeastEigenvalue(1e-3), absl::OkStatus());
  EXPECT_EQ(MadeWithLeastEigenvalue(-1e-9), absl::OkStatus());
  EXPECT_TRUE(WhyDouble(MadeWithLeastEigenvalue(-1e-6)).has_value());
}

}  // namespace
}  // namespace brainalign
