// The quick way to leave-one-out errors against the definition: every word left
// out in turn and the regression fitted anew.
#include "core/leave_one_out/leave_one_out.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "core/leave_one_out/concentration.h"
#include "core/leave_one_out/few_words_errors.h"
#include "core/leave_one_out/many_words_errors.h"
#include "core/problem/folds.h"
#include "core/regressions/problem_features.h"
#include "gtest/gtest.h"
#include "tests/core/leave_one_out/problems.h"

namespace brainalign::left_out {
namespace {

TEST(LeaveOneOutTest, ChoosesAsLeavingEachWordOutDoes) {
  ExpectToAgree(MakeProblem(600, 5, 12, 0.0));
}

TEST(LeaveOneOutTest, ChoosesAsLeavingEachWordOutDoesOnHeavyTailedAmplitudes) {
  ExpectToAgree(MakeProblem(600, 5, 40, 0.8));
}

// As a large dimension of a sparse code does that single words use: their leverages are 1 but for
// less than rounding.
TEST(LeaveOneOutTest, ChoosesAsLeavingEachWordOutDoesWhereSingleWordsUseADimension) {
  Problem problem = MakeProblem(240, 6, 12, 0.0);
  problem.x.rightCols(2).setZero();
  for (const int word : {30, 110, 200}) problem.x(word, 4) = 1e6;
  problem.x(115, 5) = -3e5;
  ExpectToAgree(problem);
}

TEST(LeaveOneOutTest, ChoosesAsLeavingEachWordOutDoesOnFewWords) {
  ExpectToAgree(MakeProblem(45, 20, 30, 0.0));
  ExpectToAgree(MakeProblem(90, 40, 30, 0.8));
}

// Words whose features are large are also those that cannot be predicted: then the
// weights follow the squared residuals, and do not add up like errors of either sign.
TEST(LeaveOneOutTest, ChoosesAsLeavingEachWordOutDoesWhereWeightsFollowResiduals) {
  Problem problem = MakeProblem(600, 5, 40, 0.8);
  std::mt19937_64 random(8);
  std::normal_distribution<double> normal;
  for (Eigen::Index i = 0; i < problem.x.rows(); ++i) {
    const double amplitude = problem.x.row(i).squaredNorm();
    for (Eigen::Index c = 0; c < problem.y.cols(); ++c) {
      problem.y(i, c) += amplitude * normal(random);
    }
  }
  ExpectToAgree(problem);
}

// Artefacts make up nearly all squares of some targets, none of which is a probe. They are at words
// where the features are next to constant, so that their weights are all below the mean weight.
Problem MakeArtefactsOfLowLeverage() {
  Problem problem = MakeProblem(1500, 12, 40, 0.0);
  std::vector<Eigen::Index> words;
  for (Eigen::Index i = 0; i < 30; ++i) words.push_back(11 + 49 * i);
  for (const Eigen::Index word : words) problem.x.row(word) *= 0.05;
  for (Eigen::Index target = 4; target < problem.y.cols(); target += 5) {
    problem.y.col(target) = 0.3 * problem.x.col(target % 12);
    for (const Eigen::Index word : words) problem.y(word, target) += word % 2 == 0 ? 20.0 : -20.0;
  }
  // As single precision holds it.
  problem.x = problem.x.cast<float>().cast<double>().eval();
  problem.y = problem.y.cast<float>().cast<double>().eval();
  return problem;
}

TEST(LeaveOneOutTest, ChoosesAsLeavingEachWordOutDoesWhereFewWordsMakeUpTheSquares) {
  ExpectToAgree(MakeArtefactsOfLowLeverage(), 1);
}

TEST(LeaveOneOutTest, ChoosesAsLeavingEachWordOutDoesWhereFewWordsInSinglePrecisionDo) {
  ExpectToAgree<float>(MakeArtefactsOfLowLeverage(), 1);
}

// As single precision holds it, so that what is expected is of the same numbers. Directions of
// the features differ in scale by 1e3; the last two features are copies of others but for little.
Problem MakeManyWords(double tail) {
  Problem problem = MakeProblem(900, 12, 60, tail);
  problem.spec.alphas = {1e-4, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e7};
  for (Eigen::Index j = 0; j < 10; ++j) problem.x.col(j) *= std::pow(10.0, -j / 3.0);
  problem.x.col(10) = problem.x.col(0) + 1e-2 * problem.x.col(10);
  problem.x.col(11) = -problem.x.leftCols(11).rowwise().sum();  // no variance in one direction
  problem.x = problem.x.cast<float>().cast<double>().eval();
  problem.y = problem.y.cast<float>().cast<double>().eval();
  return problem;
}

TEST(LeaveOneOutTest, ChoosesAsLeavingEachWordOutDoesWithWordsInSinglePrecision) {
  ExpectToAgree<float>(MakeManyWords(0.0), 1);
}

TEST(LeaveOneOutTest, ChoosesAsLeavingEachWordOutDoesWithHeavyTailedWordsInSinglePrecision) {
  ExpectToAgree<float>(MakeManyWords(0.8), 1);
}

template <typename T>
Criterion SumBound(const Fit<T>& fit, const RowMatrixRef<T>& targets, const Criterion& residuals) {
  return BoundOfWeightedSums(Concentration<T>(targets, fit.train, fit.sets), fit.train, residuals);
}

// What is said nearly is within its error bound, and exactly is exact.
void ExpectWithinBounds(const CandidateErrors& errors, const Criterion& expected) {
  std::vector<AlphaCandidate> candidates;
  for (Eigen::Index a = 0; a < expected.rows(); ++a) {
    for (Eigen::Index target = 0; target < expected.cols(); target += 2) {
      candidates.push_back({a, target});
    }
  }
  const CandidateCriteria nearly = errors.At(0, candidates);
  const CandidateCriteria exactly = errors.At(1, candidates);
  const CandidateCriteria last = errors.At(errors.levels() - 1, candidates);
  std::vector<double> shares;  // error bounds of the errors
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    const auto at = static_cast<Eigen::Index>(c);
    const double error = expected(candidates[c].alpha, candidates[c].target);
    EXPECT_NEAR(nearly.sum(at), error, nearly.error_bound(at) + 1e-9 * error);
    // Words in single precision are not quite those that `expected` is of.
    EXPECT_NEAR(exactly.sum(at), error, exactly.error_bound(at) + 1e-7 * error);
    EXPECT_NEAR(last.sum(at), error, 1e-7 * error);
    shares.push_back(nearly.error_bound(at) / error);
  }
  // Bounds that are of use: nearly all are small.
  std::sort(shares.begin(), shares.end());
  EXPECT_LT(shares[shares.size() * 8 / 10], 2e-4);
}

TEST(ManyWordsErrorsTest, ErrorsLieWithinTheirBounds) {
  for (const double tail : {0.0, 0.8}) {
    const Problem problem = MakeManyWords(tail);
    const ColMatrix<float> x = problem.x.cast<float>();
    const RowMatrix<float> y = problem.y.cast<float>();
    const RowMatrixRef<float> targets(y);
    const Fit<float> fit = MakeFit<float>(problem, 1);
    const LeverageSample sample = SampleLeverages(fit.ridge, x, fit.sets, problem.spec.alphas);
    const Criterion residuals = ResidualSquares(fit.ridge, fit.b, fit.train, problem.spec.alphas);
    ExpectWithinBounds(
        ManyWordsErrors({fit.ridge, x, fit.b, fit.train, targets, problem.spec.alphas}, fit.sets,
                        sample, residuals, SumBound(fit, targets, residuals)),
        ByDefinition(problem, 1));
  }
}

TEST(FewWordsErrorsTest, ErrorsLieWithinTheirBounds) {
  for (const double tail : {0.0, 0.8}) {
    const Problem problem = MakeManyWords(tail);
    const RowMatrixRef<double> targets(problem.y);
    const Fit<double> fit = MakeFit<double>(problem, 1);
    const auto weights =
        MakeLeaveOneOutWeights<double>(fit.ridge, problem.x, fit.sets, problem.spec.alphas);
    const Criterion residuals = ResidualSquares(fit.ridge, fit.b, fit.train, problem.spec.alphas);
    const Criterion none = Criterion::Zero(residuals.rows(), residuals.cols());
    ExpectWithinBounds(
        FewWordsErrors({fit.ridge, problem.x, fit.b, fit.train, targets, problem.spec.alphas},
                       fit.sets, weights, residuals, SumBound(fit, targets, residuals), none),
        ByDefinition(problem, 1));
  }
}

// Errors about which nothing is known but an error bound that is far too small: entries that
// are summed in any case show it.
TEST(NearTiesTest, ABoundThatIsTooSmallIsNoticed) {
  const Problem problem = MakeProblem(600, 5, 40, 0.8);
  const Fit<double> fit = MakeFit(problem, 0);
  const Criterion exact = ByDefinition(problem, 0);
  Criterion estimate = exact;
  std::mt19937_64 random(9);
  std::uniform_real_distribution<double> uniform(0.8, 1.2);
  for (double& entry : estimate.reshaped()) entry *= uniform(random);
  ASSERT_NE(ChoosePerTarget(estimate, Ties::kToSmaller), ChoosePerTarget(exact, Ties::kToSmaller));
  const auto weights =
      MakeLeaveOneOutWeights<double>(fit.ridge, problem.x, fit.sets, problem.spec.alphas);
  const RowMatrixRef<double> targets(problem.y);
  const Criterion residuals = ResidualSquares(fit.ridge, fit.b, fit.train, problem.spec.alphas);
  const Criterion none = Criterion::Zero(residuals.rows(), residuals.cols());
  const Criterion sum_bound = SumBound(fit, targets, residuals);
  const FewWordsErrors errors(
      {fit.ridge, problem.x, fit.b, fit.train, targets, problem.spec.alphas}, fit.sets, weights,
      residuals, sum_bound, none);
  SettleNearTies(errors, 1e-3 * estimate, nullptr, 8, estimate);
  EXPECT_EQ(ChoosePerTarget(estimate, Ties::kToSmaller), ChoosePerTarget(exact, Ties::kToSmaller));
}

// The same, where targets share an alpha.
TEST(NearTiesTest, SharedAlphaIsChosenFromExactSums) {
  const Problem problem = MakeProblem(600, 5, 40, 0.8);
  const Fit<double> fit = MakeFit(problem, 0);
  const Criterion exact = ByDefinition(problem, 0);
  Eigen::ArrayXd weight(40);
  for (Eigen::Index c = 0; c < 40; ++c) weight(c) = 1.0 + 0.1 * static_cast<double>(c);
  const std::vector<ColumnGroup> groups = {{0, 7}, {7, 40}};
  const SharedChoice shared{weight, groups};
  const Criterion errors =
      fit.loo.Evaluate(fit.ridge, problem.x, fit.b, fit.train, problem.y, &shared);
  EXPECT_EQ(ChooseShared(errors, weight, groups, Ties::kToSmaller),
            ChooseShared(exact, weight, groups, Ties::kToSmaller));
}

}  // namespace
}  // namespace brainalign::left_out
