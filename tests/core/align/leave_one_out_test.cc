// The quick way to leave-one-out errors against the definition: every word left
// out in turn and the regression fitted anew.
#include <Eigen/Dense>
#include <memory>
#include <random>
#include <vector>

#include "core/align/folds.h"
#include "core/align/leave_one_out_residuals.h"
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

void ExpectToAgree(const Problem& problem, bool quick_expected) {
  ProblemFeatures<double> features;
  features.values.push_back(problem.x);
  features.segment_sums.push_back(SegmentFeatureSums<double>(
      problem.x, Vector::Zero(problem.x.cols()), Vector::Ones(problem.x.cols()), problem.segments));
  auto problems = MakeProblems(features, problem.segments, problem.spec);
  ASSERT_TRUE(problems.ok()) << problems.status();
  const auto quick =
      MakeLeaveOneOut(features, *problems, problem.segments, problem.spec, problem.y.cols());
  EXPECT_EQ(quick.has_value(), quick_expected);
  const auto cross = CrossOfAllFolds<double>(features, problem.y, problem.segments);
  const auto sums = SegmentTargetSums<double>(problem.y, problem.segments);
  for (int fold = 0; fold < problem.spec.folds; ++fold) {
    const auto k = static_cast<std::size_t>(fold);
    const FoldSets& sets = problem.segments.folds[k];
    const FoldTargets targets = AssembleTargets<double>(sums, problem.y, sets);
    const Ridge& fit = (*problems)[k].fit();
    const RowMatrix<double> centred =
        cross[k].train.product -
        targets.train.count * fit.train_mean() * targets.train.mean.matrix().transpose();
    const RowMatrix<double> b = fit.Rotate(centred);
    const Criterion expected = ByDefinition(problem, fold);
    const Criterion residuals = LeaveOneOutCriterion<double>(
        fit, b, targets.train, problem.x, problem.y,
        Positions(problem.segments, sets.parts.front()), problem.spec.alphas, nullptr);
    EXPECT_LT(((residuals - expected).array() / expected.array()).abs().maxCoeff(), 1e-5);
    EXPECT_EQ(ChoosePerTarget(residuals, Ties::kToSmaller),
              ChoosePerTarget(expected, Ties::kToSmaller));
    if (!quick) continue;
    const Criterion expanded = quick->Evaluate(fold, b, targets.train, problem.y,
                                               quick->SumTargets(problem.y, -1)[k], nullptr);
    // Near enough to tell which alphas come into question; the choice is exact.
    EXPECT_LT(((expanded - expected).array() / expected.array()).abs().maxCoeff(), 1e-2);
    EXPECT_EQ(ChoosePerTarget(expanded, Ties::kToSmaller),
              ChoosePerTarget(expected, Ties::kToSmaller));
  }
}

TEST(LeaveOneOutTest, ExpandedWeightsAgreeWithLeavingEachWordOut) {
  ExpectToAgree(MakeProblem(600, 5, 12, 0.0), true);
}

TEST(LeaveOneOutTest, ExpandedWeightsAgreeOnHeavyTailedAmplitudes) {
  ExpectToAgree(MakeProblem(600, 5, 40, 0.8), true);
}

TEST(LeaveOneOutTest, FewWordsAreDoneByResiduals) {
  ExpectToAgree(MakeProblem(45, 20, 3, 0.0), false);
}

}  // namespace
}  // namespace brainalign
