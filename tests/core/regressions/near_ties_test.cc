// Alphas whose criteria agree to more digits than single precision has: the choice must be that of
// the definition (docs/method.md, "Choosing the penalty").
#include <Eigen/Dense>
#include <cmath>
#include <vector>

#include "core/problem/folds.h"
#include "core/problem/segments.h"
#include "core/regressions/fold_words.h"
#include "core/regressions/problem_features.h"
#include "core/regressions/regression_by_target.h"
#include "gtest/gtest.h"
#include "tests/core/linalg/random_matrix.h"

namespace brainalign {
namespace {

constexpr int kWordCount = 400;
constexpr int kFeatureCount = 8;
constexpr int kTargetCount = 30;

struct TiedProblem {
  AlignmentSpec spec;
  Segments segments;
  ColMatrix<float> x;
  RowMatrix<float> y;

  TiedProblem(Selection selection, bool shared) {
    spec.folds = 3;
    spec.inner_folds = 3;
    spec.selection = selection;
    spec.shared_alpha = shared;
    // From one alpha to the next a criterion changes by a billionth of itself or less.
    for (int a = 0; a < 5; ++a) spec.alphas.push_back(20.0 * (1.0 + 1e-7 * a));
    FoldInputs inputs;
    inputs.words = kWordCount;
    std::vector<FieldProblem> problems;
    segments = MakeSegments(MakeFolds(inputs, spec, problems), kWordCount);
    EXPECT_TRUE(problems.empty());
    const Matrix words = RandomMatrix(kWordCount, kFeatureCount, 1);
    const Matrix noise = RandomMatrix(kWordCount, kTargetCount, 2);
    Matrix targets = words * RandomMatrix(kFeatureCount, kTargetCount, 3);
    // From those that want less than these alphas to those that want more.
    for (int c = 0; c < kTargetCount; ++c) {
      targets.col(c) += (1.0 + 0.5 * static_cast<double>(c)) * noise.col(c);
    }
    x = words.cast<float>();
    y = targets.cast<float>();
  }
};

// Residuals of the words at `held`, fitted on those at `kept`.
Matrix ResidualsOfFit(const Matrix& x, const Matrix& y, const std::vector<std::int32_t>& kept,
                      const std::vector<std::int32_t>& held, double alpha) {
  Matrix kept_x = x(kept, Eigen::all);
  Matrix kept_y = y(kept, Eigen::all);
  const Eigen::RowVectorXd mean_x = kept_x.colwise().mean();
  const Eigen::RowVectorXd mean_y = kept_y.colwise().mean();
  kept_x.rowwise() -= mean_x;
  kept_y.rowwise() -= mean_y;
  Matrix gram = kept_x.transpose() * kept_x;
  gram.diagonal().array() += alpha;
  const Matrix weights = gram.ldlt().solve(kept_x.transpose() * kept_y);
  const Matrix held_x = x(held, Eigen::all).rowwise() - mean_x;
  return (y(held, Eigen::all).rowwise() - mean_y) - held_x * weights;
}

// (A, m) By the definition, in fold 0.
Criterion CriterionAsDefined(const TiedProblem& problem) {
  const FoldSets& sets = problem.segments.folds.front();
  const std::vector<std::int32_t> train = TrainPositions(problem.segments, sets);
  const Matrix x = problem.x.cast<double>();
  const Matrix y = problem.y.cast<double>();
  Matrix about = x(train, Eigen::all);
  about.rowwise() -= Eigen::RowVectorXd(about.colwise().mean());
  const double n = static_cast<double>(train.size());
  Criterion criterion =
      Criterion::Zero(static_cast<Eigen::Index>(problem.spec.alphas.size()), kTargetCount);
  for (Eigen::Index a = 0; a < criterion.rows(); ++a) {
    const double alpha = problem.spec.alphas[Size(a)];
    if (problem.spec.selection == Selection::kBlocked) {
      for (std::size_t j = 0; j < sets.parts.size(); ++j) {
        const Matrix residuals =
            ResidualsOfFit(x, y, InnerTrainPositions(problem.segments, sets, j),
                           Positions(problem.segments, sets.parts[j]), alpha);
        criterion.row(a) += residuals.colwise().squaredNorm();
      }
      continue;
    }
    Matrix gram = about.transpose() * about;
    gram.diagonal().array() += alpha;
    const Eigen::ArrayXd leverage =
        (about * gram.inverse()).cwiseProduct(about).rowwise().sum().array() + 1.0 / n;
    const Matrix residuals = ResidualsOfFit(x, y, train, train, alpha);
    const bool gcv = problem.spec.selection == Selection::kGcv;
    Eigen::ArrayXd left = 1.0 - leverage;
    if (gcv) left.setConstant(1.0 - leverage.mean());
    criterion.row(a) = (left.inverse().matrix().asDiagonal() * residuals).colwise().squaredNorm();
  }
  return criterion;
}

void ExpectTheChoiceOfTheDefinition(Selection selection, bool shared) {
  const TiedProblem problem(selection, shared);
  ProblemFeatures<float> features;
  features.values.push_back(problem.x);
  features.segment_sums.push_back(SegmentFeatureSums<float>(
      problem.x, Vector::Zero(kFeatureCount), Vector::Ones(kFeatureCount), problem.segments));
  const auto regressions =
      MakeRegressionsByTarget(features, problem.segments, problem.spec, /*back=*/nullptr);
  ASSERT_TRUE(regressions.ok()) << regressions.status();
  const RegressionByTarget<float>& fold = regressions->front();
  const auto cross = CrossOfAllFolds<float>(features, problem.y, problem.segments);
  FoldTargets statistics =
      AssembleTargets<float>(SegmentTargetSums<float>(problem.y, problem.segments), problem.y,
                             problem.segments.folds.front());
  Eigen::ArrayXd origin = statistics.train.mean;
  const std::vector<ColumnGroup> groups = {{0, 10}, {10, kTargetCount}};
  const TargetColumns<float> targets{{std::move(statistics), std::move(origin)},
                                     problem.y,
                                     Eigen::ArrayXd::Ones(kTargetCount),
                                     groups};
  RegressionWorkspace<RegressionByTarget<float>> workspace;
  const WordsAndSums<float> sums{features.values.front(), cross.front()};
  ASSERT_TRUE(fold.Turn(targets, sums, workspace.buffers, workspace.cross).ok());
  const ChosenAlphas chosen =
      fold.Choose(problem.spec, targets, workspace.cross, workspace.buffers);

  const Criterion expected = CriterionAsDefined(problem);
  const Ties ties = Ties::kToLarger;
  EXPECT_EQ(chosen.index, shared ? ChooseShared(expected, targets.weight, groups, ties)
                                 : ChoosePerTarget(expected, ties));
}

TEST(NearTiesOfRegressionsTest, BlockedSelectionChoosesAsDefined) {
  ExpectTheChoiceOfTheDefinition(Selection::kBlocked, false);
}

TEST(NearTiesOfRegressionsTest, BlockedSelectionOfASharedAlphaChoosesAsDefined) {
  ExpectTheChoiceOfTheDefinition(Selection::kBlocked, true);
}

TEST(NearTiesOfRegressionsTest, GcvChoosesAsDefined) {
  ExpectTheChoiceOfTheDefinition(Selection::kGcv, false);
}

TEST(NearTiesOfRegressionsTest, GcvOfASharedAlphaChoosesAsDefined) {
  ExpectTheChoiceOfTheDefinition(Selection::kGcv, true);
}

TEST(NearTiesOfRegressionsTest, LeaveOneOutChoosesAsDefined) {
  ExpectTheChoiceOfTheDefinition(Selection::kLoo, false);
}

TEST(NearTiesOfRegressionsTest, LeaveOneOutOfASharedAlphaChoosesAsDefined) {
  ExpectTheChoiceOfTheDefinition(Selection::kLoo, true);
}

}  // namespace
}  // namespace brainalign
