#include "core/regressions/explained_by_nuisance.h"

#include <Eigen/LU>
#include <cmath>
#include <limits>

#include "gtest/gtest.h"
#include "tests/core/reproducible_random.h"

namespace brainalign {
namespace {

RowMatrix<double> Normal(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  ReproducibleRandom random(seed);
  RowMatrix<double> values(rows, columns);
  for (Eigen::Index i = 0; i < values.size(); ++i) values.data()[i] = random.Normal();
  return values;
}

// By the hat matrix of the words, as docs/method.md defines it.
Matrix ByHatMatrix(const RowMatrix<double>& nuisance, const RowMatrix<double>& activations) {
  const auto n = static_cast<double>(nuisance.rows());
  Matrix z = nuisance.rowwise() - nuisance.colwise().mean();
  for (Eigen::Index c = 0; c < z.cols(); ++c) z.col(c) /= z.col(c).norm() / std::sqrt(n);
  const Matrix y = activations.rowwise() - activations.colwise().mean();
  const Matrix inner = z * z.transpose();
  Matrix explained(y.rows(), y.cols());
  Vector least = Vector::Constant(y.cols(), std::numeric_limits<double>::infinity());
  for (int decade = -4; decade <= 8; ++decade) {
    const double alpha = std::pow(10.0, decade);
    Matrix beside = inner;
    beside.diagonal().array() += alpha;
    const Matrix hat = beside.partialPivLu().solve(inner);
    const Matrix fit = hat * y;
    const double left = 1 - (1 + hat.trace()) / n;
    for (Eigen::Index c = 0; c < y.cols(); ++c) {
      const double criterion = (y.col(c) - fit.col(c)).squaredNorm() / (left * left);
      if (criterion > least(c)) continue;
      least(c) = criterion;
      explained.col(c) = fit.col(c);
    }
  }
  return explained;
}

void ExpectAsByHatMatrix(Eigen::Index words, Eigen::Index nuisance_columns, double unit) {
  // Three directions, and little beside them.
  RowMatrix<double> nuisance = Normal(words, 3, 1) * Normal(3, nuisance_columns, 3);
  nuisance += 0.05 * Normal(words, nuisance_columns, 4);
  nuisance.col(0) = 1e6 * nuisance.col(0).array() + 1e7;  // its unit does not matter
  RowMatrix<double> activations = Normal(words, 4, 2);
  activations.leftCols(2) += 0.8 * nuisance.middleCols(1, 2);
  activations.col(1).array() += 3;
  activations.col(3).setConstant(5);
  activations *= unit;
  AlignmentSpec spec;
  spec.in_double = true;
  spec.selection = Selection::kFixed;
  spec.alphas = {3};  // is for the alignment
  const auto explained = ExplainedByNuisance(nuisance, activations, spec);
  ASSERT_TRUE(explained.ok()) << explained.status();
  const Matrix expected = ByHatMatrix(nuisance, activations);
  EXPECT_LT((*explained - expected).cwiseAbs().maxCoeff(), 1e-8 * unit);
  EXPECT_GT(expected.col(0).norm(), 0.3 * activations.col(0).norm());
}

TEST(ExplainedByNuisanceTest, IsRidgeOnAllWords) { ExpectAsByHatMatrix(120, 3, 1); }

TEST(ExplainedByNuisanceTest, KeepsTheUnitOfTheActivations) { ExpectAsByHatMatrix(120, 3, 1e-6); }

TEST(ExplainedByNuisanceTest, TakesMoreNuisanceThanWords) { ExpectAsByHatMatrix(40, 70, 1); }

}  // namespace
}  // namespace brainalign
