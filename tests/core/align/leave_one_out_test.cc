// The quick way to leave-one-out errors against the definition: every word left
// out in turn and the regression fitted anew.
#include "core/align/leave_one_out.h"

#include <Eigen/Dense>
#include <memory>
#include <random>
#include <vector>

#include "core/align/folds.h"
#include "core/align/problem_features.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

struct Problem {
  AlignmentSpec spec;
  Segments segments;
  ColMatrix<double> x;
  RowMatrix<double> y;
};

// `tail`: how heavy the words' amplitudes are; 0: all alike.
Problem MakeProblem(int words, int features, int targets, double tail) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal;
  Problem problem;
  problem.spec.selection = Selection::kLoo;
  problem.spec.folds = 3;
  problem.spec.alphas = {1e-3, 1e-1, 1e1, 1e3, 1e5};
  FoldInputs inputs;
  inputs.words = words;
  std::vector<FieldProblem> problems;
  problem.segments = MakeSegments(MakeFolds(inputs, problem.spec, problems), words);
  EXPECT_TRUE(problems.empty());
  problem.x.resize(words, features);
  problem.y.resize(words, targets);
  for (int i = 0; i < words; ++i) {
    const double amplitude = std::exp(tail * normal(random));
    for (int j = 0; j < features; ++j) problem.x(i, j) = amplitude * normal(random);
    for (int j = 0; j < targets; ++j) {
      problem.y(i, j) = 0.4 * problem.x(i, j % features) + normal(random) + 1.0;
    }
  }
  return problem;
}

// Squared errors (alphas, targets) over fold `fold`'s training words, by fitting
// without each word.
Criterion ByDefinition(const Problem& problem, int fold) {
  const auto positions = Positions(
      problem.segments, problem.segments.folds[static_cast<std::size_t>(fold)].parts.front());
  const auto n = static_cast<Eigen::Index>(positions.size());
  Criterion criterion =
      Criterion::Zero(static_cast<Eigen::Index>(problem.spec.alphas.size()), problem.y.cols());
  for (Eigen::Index out = 0; out < n; ++out) {
    Matrix x(n - 1, problem.x.cols());
    Matrix y(n - 1, problem.y.cols());
    for (Eigen::Index i = 0, to = 0; i < n; ++i) {
      if (i == out) continue;
      x.row(to) = problem.x.row(positions[static_cast<std::size_t>(i)]);
      y.row(to++) = problem.y.row(positions[static_cast<std::size_t>(i)]);
    }
    const Eigen::RowVectorXd x_mean = x.colwise().mean();
    const Eigen::RowVectorXd y_mean = y.colwise().mean();
    x.rowwise() -= x_mean;
    y.rowwise() -= y_mean;
    for (std::size_t a = 0; a < problem.spec.alphas.size(); ++a) {
      Matrix gram = x.transpose() * x;
      gram.diagonal().array() += problem.spec.alphas[a];
      const Matrix w = gram.ldlt().solve(x.transpose() * y);
      const std::int32_t position = positions[static_cast<std::size_t>(out)];
      const Eigen::RowVectorXd error =
          problem.y.row(position) - y_mean - (problem.x.row(position) - x_mean) * w;
      criterion.row(static_cast<Eigen::Index>(a)) += error.array().square().matrix();
    }
  }
  return criterion;
}

// A fold's fit and what belongs to it.
struct Fit {
  FoldSets sets;
  TargetStatistics train;
  RowMatrix<double> b;  // rotated training cross-products
  Ridge ridge;
  LeaveOneOut<double> loo;
};

Fit MakeFit(const Problem& problem, int fold) {
  ProblemFeatures<double> features;
  features.values.push_back(problem.x);
  features.segment_sums.push_back(SegmentFeatureSums<double>(
      problem.x, Vector::Zero(problem.x.cols()), Vector::Ones(problem.x.cols()), problem.segments));
  const auto problems = MakeProblems(features, problem.segments, problem.spec);
  const auto cross = CrossOfAllFolds<double>(features, problem.y, problem.segments);
  const auto sums = SegmentTargetSums<double>(problem.y, problem.segments);
  const auto k = static_cast<std::size_t>(fold);
  const FoldSets& sets = problem.segments.folds[k];
  const FoldTargets targets = AssembleTargets<double>(sums, problem.y, sets);
  const Ridge& ridge = (*problems)[k].fit();
  const RowMatrix<double> centred =
      cross[k].train.product -
      targets.train.count * ridge.train_mean() * targets.train.mean.matrix().transpose();
  return {sets, targets.train, ridge.Rotate(centred), ridge,
          LeaveOneOut<double>::Make(ridge, problem.x, sets, problem.spec.alphas)};
}

// In every target: the least error and that which is next are exact where they come near.
void ExpectToAgree(const Problem& problem) {
  for (int fold = 0; fold < problem.spec.folds; ++fold) {
    const Fit fit = MakeFit(problem, fold);
    const Criterion expected = ByDefinition(problem, fold);
    const Criterion errors =
        fit.loo.Evaluate(fit.ridge, problem.x, fit.b, fit.train, problem.y, nullptr);
    const std::vector<int> best = ChoosePerTarget(expected, Ties::kToSmaller);
    EXPECT_EQ(ChoosePerTarget(errors, Ties::kToSmaller), best);
    for (std::size_t c = 0; c < best.size(); ++c) {
      const auto target = static_cast<Eigen::Index>(c);
      for (Eigen::Index a = 0; a < expected.rows(); ++a) {
        // Far from the best, an estimate will do, as long as it is far as well.
        if (expected(a, target) > 1.02 * expected(best[c], target)) continue;
        EXPECT_NEAR(errors(a, target), expected(a, target), 2e-2 * expected(a, target));
      }
    }
  }
}

TEST(LeaveOneOutTest, ChoosesAsLeavingEachWordOutDoes) {
  ExpectToAgree(MakeProblem(600, 5, 12, 0.0));
}

TEST(LeaveOneOutTest, ChoosesAsLeavingEachWordOutDoesOnHeavyTailedAmplitudes) {
  ExpectToAgree(MakeProblem(600, 5, 40, 0.8));
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

// Errors about which nothing is known but a doubt that is far too small: entries that
// are summed in any case show it.
TEST(NearTiesTest, DoubtThatIsTooSmallIsNoticed) {
  const Problem problem = MakeProblem(600, 5, 40, 0.8);
  const Fit fit = MakeFit(problem, 0);
  const Criterion exact = ByDefinition(problem, 0);
  Criterion estimate = exact;
  std::mt19937_64 random(9);
  std::uniform_real_distribution<double> uniform(0.8, 1.2);
  for (double& entry : estimate.reshaped()) entry *= uniform(random);
  ASSERT_NE(ChoosePerTarget(estimate, Ties::kToSmaller), ChoosePerTarget(exact, Ties::kToSmaller));
  const auto weights =
      MakeLeaveOneOutWeights<double>(fit.ridge, problem.x, fit.sets, problem.spec.alphas);
  SettleNearTies<double>(fit.ridge, fit.b, fit.train, {problem.x, problem.y, weights},
                         problem.spec.alphas, 1e-3 * estimate, nullptr, estimate);
  EXPECT_EQ(ChoosePerTarget(estimate, Ties::kToSmaller), ChoosePerTarget(exact, Ties::kToSmaller));
}

// The same, where targets share an alpha.
TEST(NearTiesTest, SharedAlphaIsChosenFromExactSums) {
  const Problem problem = MakeProblem(600, 5, 40, 0.8);
  const Fit fit = MakeFit(problem, 0);
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
}  // namespace brainalign
