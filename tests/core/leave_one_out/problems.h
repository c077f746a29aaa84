#ifndef BRAINALIGN_TESTS_CORE_LEAVE_ONE_OUT_PROBLEMS_H_
#define BRAINALIGN_TESTS_CORE_LEAVE_ONE_OUT_PROBLEMS_H_

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "core/leave_one_out/leave_one_out.h"
#include "core/problem/folds.h"
#include "core/regressions/problem_features.h"
#include "gtest/gtest.h"
#include "tests/core/linalg/decompositions.h"

// Leave-one-out errors of simulated words, and their definition.
namespace brainalign::left_out {

struct Problem {
  AlignmentSpec spec;
  Segments segments;
  ColMatrix<double> x;
  RowMatrix<double> y;
};

// `tail`: how heavy the words' amplitudes are; 0: all alike.
inline Problem MakeProblem(int words, int features, int targets, double tail) {
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
inline Criterion ByDefinition(const Problem& problem, int fold) {
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
      const Matrix w = SolvePositive(gram, x.transpose() * y);
      const std::int32_t position = positions[static_cast<std::size_t>(out)];
      const Eigen::RowVectorXd error =
          problem.y.row(position) - y_mean - (problem.x.row(position) - x_mean) * w;
      criterion.row(static_cast<Eigen::Index>(a)) += error.array().square().matrix();
    }
  }
  return criterion;
}

// A fold's fit and what belongs to it.
template <typename T>
struct Fit {
  FoldSets sets;
  TargetStatistics train;
  RowMatrix<double> b;  // rotated training cross-products
  Ridge ridge;
  LeaveOneOut<T> loo;
};

template <typename T = double>
Fit<T> MakeFit(const Problem& problem, int fold) {
  const ColMatrix<T> x = problem.x.cast<T>();
  const RowMatrix<T> y = problem.y.cast<T>();
  ProblemFeatures<T> features;
  features.values.push_back(x);
  features.segment_sums.push_back(SegmentFeatureSums<T>(
      x, Vector::Zero(problem.x.cols()), Vector::Ones(problem.x.cols()), problem.segments));
  const auto regressions =
      MakeRegressionsByTarget(features, problem.segments, problem.spec, /*back=*/nullptr);
  const auto cross = CrossOfAllFolds<T>(features, y, problem.segments);
  const auto sums = SegmentTargetSums<T>(y, problem.segments);
  const auto k = static_cast<std::size_t>(fold);
  const FoldSets& sets = problem.segments.folds[k];
  const FoldTargets targets = AssembleTargets<T>(sums, y, sets);
  const Ridge& ridge = (*regressions)[k].fit();
  const RowMatrix<double> centred =
      cross[k].train.product -
      targets.train.count * ridge.train_mean() * targets.train.mean.matrix().transpose();
  return {sets, targets.train, ridge.Rotate(centred), ridge,
          LeaveOneOut<T>::Make(ridge, x, sets, problem.spec.alphas).value()};
}

// In every target: the least error and that which is next are exact where they come near.
template <typename T = double>
void ExpectToAgree(const Problem& problem, int folds = 3) {
  const ColMatrix<T> x = problem.x.cast<T>();
  const RowMatrix<T> y = problem.y.cast<T>();
  for (int fold = 0; fold < folds; ++fold) {
    const Fit<T> fit = MakeFit<T>(problem, fold);
    const Criterion expected = ByDefinition(problem, fold);
    const Criterion errors = fit.loo.Evaluate(fit.ridge, x, fit.b, fit.train, y, nullptr);
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

}  // namespace brainalign::left_out

#endif  // BRAINALIGN_TESTS_CORE_LEAVE_ONE_OUT_PROBLEMS_H_
