// Leave-one-out where fits reproduce their training words but for the penalty.
#include "core/leave_one_out/spanned_words.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "tests/core/leave_one_out/problems.h"

namespace brainalign::left_out {
namespace {

// Rows that are orthogonal to each other and to the constant (Helmert): (n - 1, n).
Matrix Contrasts(Eigen::Index n) {
  Matrix rows = Matrix::Zero(n - 1, n);
  for (Eigen::Index k = 1; k < n; ++k) {
    const auto count = static_cast<double>(k);
    rows.row(k - 1).head(k).setConstant(1.0 / std::sqrt(count * (count + 1)));
    rows(k - 1, k) = -count / std::sqrt(count * (count + 1));
  }
  return rows;
}

// As ByDefinition, with each fit in the words' space, where fewer words than features leave nothing
// singular.
Criterion ByDefinitionInTheDual(const Problem& problem, int fold) {
  const auto positions = Positions(
      problem.segments, problem.segments.folds[static_cast<std::size_t>(fold)].parts.front());
  const auto n = static_cast<Eigen::Index>(positions.size());
  const Matrix contrasts = Contrasts(n - 1);
  Criterion criterion =
      Criterion::Zero(static_cast<Eigen::Index>(problem.spec.alphas.size()), problem.y.cols());
  for (const std::int32_t out : positions) {
    std::vector<std::int32_t> others = positions;
    others.erase(std::find(others.begin(), others.end(), out));
    const Matrix all_x = problem.x(others, Eigen::all);
    const Matrix all_y = problem.y(others, Eigen::all);
    const Matrix x = contrasts * all_x;
    const Matrix y = contrasts * all_y;
    const Eigen::RowVectorXd about = problem.x.row(out) - all_x.colwise().mean();
    for (std::size_t a = 0; a < problem.spec.alphas.size(); ++a) {
      Matrix gram = x * x.transpose();
      gram.diagonal().array() += problem.spec.alphas[a];
      const Eigen::RowVectorXd error = problem.y.row(out) - all_y.colwise().mean() -
                                       about * x.transpose() * SolvePositive(gram, y);
      criterion.row(static_cast<Eigen::Index>(a)) += error.array().square().matrix();
    }
  }
  return criterion;
}

// Every error is exact, also beside penalties that are nearly nothing.
void ExpectExactErrorsOfFewWords(const Problem& problem) {
  for (int fold = 0; fold < 3; ++fold) {
    const Fit<double> fit = MakeFit<double>(problem, fold);
    const Criterion expected = ByDefinitionInTheDual(problem, fold);
    Criterion errors = fit.loo.Evaluate(fit.ridge, problem.x, fit.b, fit.train, problem.y, nullptr);
    EXPECT_EQ(ChoosePerTarget(errors, Ties::kToSmaller),
              ChoosePerTarget(expected, Ties::kToSmaller));
    for (Eigen::Index a = 0; a < expected.rows(); ++a) {
      const std::vector<int> index(Size(expected.cols()), static_cast<int>(a));
      fit.loo.SetExactly(fit.ridge, problem.x, fit.b, fit.train, problem.y, index, errors);
      for (Eigen::Index c = 0; c < expected.cols(); ++c) {
        EXPECT_NEAR(errors(a, c), expected(a, c), 1e-7 * expected(a, c)) << a << " " << c;
      }
    }
  }
}

// With fewer words than features residuals and the rest of 1 that leverages leave are alpha / v of
// what they are made of.
TEST(LeaveOneOutTest, IsExactWhereAFitInterpolates) {
  Problem problem = MakeProblem(150, 160, 12, 0.0);
  problem.spec.alphas = {1e-12, 1e-8, 1e-4, 1, 1e4};
  ExpectExactErrorsOfFewWords(problem);
  problem.x *= 1e3;
  problem.spec.alphas = {1e-40, 1e-4, 1e-2, 1e2, 1e6, 1e40};
  ExpectExactErrorsOfFewWords(problem);
}

// More words than features, but most words alone use one: they are spanned, the others are not.
TEST(LeaveOneOutTest, IsExactWhereManyWordsUseADimensionAlone) {
  Problem problem = MakeProblem(210, 4, 12, 0.0);
  Matrix x = Matrix::Zero(210, 4 + 120);
  x.leftCols(4) = problem.x;
  for (Eigen::Index i = 0; i < 120; ++i) x(i + i / 2, 4 + i) = 1e3 + static_cast<double>(i);
  problem.x = x;
  problem.spec.alphas = {1e-3, 1e-1, 1e1, 1e3, 1e5};
  ExpectToAgree(problem);
}

}  // namespace
}  // namespace brainalign::left_out
