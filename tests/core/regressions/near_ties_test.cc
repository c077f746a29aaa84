// Alphas whose criteria agree to more digits than single precision has: the choice must be that of
// the definition (docs/method.md, "Choosing the penalty").
#include <Eigen/Dense>
#include <cmath>
#include <vector>

#include "core/problem/folds.h"
#include "core/problem/segments.h"
#include "core/regressions/problem_features.h"
#include "core/regressions/regression_by_target.h"
#include "gtest/gtest.h"
#include "tests/core/linalg/random_matrix.h"
#include "tests/core/regressions/criterion_as_defined.h"

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
  ASSERT_TRUE(fold.Rotate(targets, sums, workspace.buffers, workspace.cross).ok());
  const ChosenAlphas chosen =
      fold.Choose(problem.spec, targets, workspace.cross, workspace.buffers);

  const Criterion expected = CriterionAsDefined(problem.x.cast<double>(), problem.y.cast<double>(),
                                                problem.segments, problem.spec);
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
