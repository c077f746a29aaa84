// Sums and routes of the regression against closed forms.
#include "core/ridge/ridge.h"

#include <Eigen/Dense>
#include <vector>

#include "core/problem/folds.h"
#include "core/regressions/fold_problem.h"
#include "core/regressions/problem_features.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/linalg/random_matrix.h"
#include "tests/core/ridge/centred_features.h"

namespace brainalign {
namespace {

Matrix AboutMean(const Matrix& rows) { return rows.rowwise() - rows.colwise().mean(); }

TEST(RidgeTest, BothBasesSolveTheNormalEquations) {
  const Matrix x = RandomMatrix(30, 5, 1);
  const Matrix y = RandomMatrix(30, 2, 2);
  const Vector scale = Vector::LinSpaced(5, 0.5, 2.0);
  const Matrix scaled = AboutMean(x) * scale.asDiagonal();
  const RowMatrix<double> cross = AboutMean(x).transpose() * AboutMean(y);
  for (Ridge::Basis basis : {Ridge::Basis::kTridiagonal, Ridge::Basis::kEigen}) {
    const auto ridge = Ridge::Make(FeaturesOf(x), FeaturesOf(x), scale, {1e-4, basis}, nullptr);
    ASSERT_TRUE(ridge.ok()) << ridge.status();
    for (double alpha : {1e-4, 1.0, 1e4}) {
      RowMatrix<double> z;
      ridge->Solve(alpha, ridge->Rotate(cross), z);
      Matrix gram = scaled.transpose() * scaled;
      gram.diagonal().array() += alpha;
      const Matrix expected = gram.ldlt().solve(scaled.transpose() * AboutMean(y));
      const Matrix weights = scale.cwiseInverse().asDiagonal() * ridge->rotation() * z;
      EXPECT_LT((weights - expected).cwiseAbs().maxCoeff(), 1e-10) << alpha;
    }
  }
}

TEST(RidgeTest, PredictionsFromWordsAndFromTheGramMatrixAgree) {
  const Matrix x = RandomMatrix(40, 12, 3);
  const Matrix y = RandomMatrix(40, 3, 4);
  const Matrix test = RandomMatrix(9, 12, 5);  // fewer words than features
  const Matrix test_y = RandomMatrix(9, 3, 6);
  const Vector scale = Vector::Ones(12);
  const Matrix rows = AboutMean(test);
  const auto from_gram = Ridge::Make(FeaturesOf(x), FeaturesOf(test), scale, {1.0}, nullptr);
  const auto from_words = Ridge::Make(FeaturesOf(x), FeaturesOf(test), scale, {1.0}, &rows);
  ASSERT_TRUE(from_gram.ok() && from_words.ok());
  const RowMatrix<double> cross = AboutMean(x).transpose() * AboutMean(y);
  const RowMatrix<double> test_cross = AboutMean(test).transpose() * AboutMean(test_y);
  RowMatrix<double> z;
  from_gram->Solve(1.0, from_gram->Rotate(cross), z);
  const auto a = from_gram->Predict(z, from_gram->Rotate(test_cross));
  ASSERT_TRUE(from_words->direct());
  const auto b = from_words->Predict(z, AboutMean(test_y));

  // By forming the predictions.
  const Matrix predicted = test * (from_gram->rotation() * z);
  const Matrix about = AboutMean(predicted);
  for (Eigen::Index target = 0; target < 3; ++target) {
    const double squares = about.col(target).squaredNorm();
    const double products = about.col(target).dot(AboutMean(test_y).col(target));
    EXPECT_NEAR(a.squares(target), squares, 1e-10);
    EXPECT_NEAR(b.squares(target), squares, 1e-10);
    EXPECT_NEAR(a.products(target), products, 1e-10);
    EXPECT_NEAR(b.products(target), products, 1e-10);
    const double shift =
        predicted.col(target).mean() - (x * (from_gram->rotation() * z)).col(target).mean();
    EXPECT_NEAR(a.shift(target), shift, 1e-10);
  }
}

TEST(RidgeTest, DirectionsWithoutVarianceDoNotBreakTheSmallestAlpha) {
  Matrix x = RandomMatrix(50, 6, 7) * 1e3;
  x.col(4) = x.col(0) - x.col(1);
  x.col(5).setZero();
  const auto ridge = Ridge::Make(FeaturesOf(x), FeaturesOf(x), Vector::Ones(6), {1e-4}, nullptr);
  ASSERT_TRUE(ridge.ok());
  const Matrix y = x.col(0) + 2 * x.col(2);
  const RowMatrix<double> cross = AboutMean(x).transpose() * AboutMean(y);
  RowMatrix<double> z;
  ridge->Solve(1e-4, ridge->Rotate(cross), z);
  const Matrix fitted = AboutMean(x) * (ridge->rotation() * z);
  EXPECT_LT((fitted - AboutMean(y)).norm() / AboutMean(y).norm(), 1e-6);
}

// The dual solves the same regression as the primal where both can be used.
TEST(DualTest, GivesTheScoresOfThePrimal) {
  const int words = 60;
  const Matrix x = RandomMatrix(words, 20, 8);
  RowMatrix<double> y = x.leftCols(4) + 2 * RandomMatrix(words, 4, 9);
  AlignmentSpec spec;
  spec.folds = 3;
  spec.alphas = {1e-2, 1e0, 1e2};
  spec.selection = Selection::kBlocked;
  FoldInputs inputs;
  inputs.words = words;
  std::vector<FieldProblem> problems;
  const Segments segments = MakeSegments(MakeFolds(inputs, spec, problems), words);
  ASSERT_TRUE(problems.empty());

  ProblemFeatures<double> primal;
  primal.values.push_back(x);
  primal.segment_sums.push_back(
      SegmentFeatureSums<double>(x, Vector::Zero(20), Vector::Ones(20), segments));
  primal.zscore = true;
  const ProblemFeatures<double> dual = TurnToDual<double>(x, segments, true);
  const auto sums = SegmentTargetSums<double>(y, segments);
  const auto scores = [&](const ProblemFeatures<double>& features) {
    const auto made = MakeProblems(features, segments, spec);
    EXPECT_TRUE(made.ok());
    const auto cross = CrossOfAllFolds<double>(features, y, segments);
    std::vector<double> all;
    for (std::size_t k = 0; k < 3; ++k) {
      const TargetColumns<double> targets{y,
                                          AssembleTargets<double>(sums, y, segments.folds[k]),
                                          Eigen::ArrayXd::Zero(4),
                                          Eigen::ArrayXd::Ones(4),
                                          {}};
      const FoldScores of_fold = (*made)[k].Score(
          features.values[features.block(static_cast<int>(k))], spec, targets, cross[k]);
      for (double score : of_fold.score) all.push_back(score);
    }
    return all;
  };
  EXPECT_FALSE(WantsDual(segments, 20));
  EXPECT_TRUE(WantsDual(segments, 41));
  EXPECT_THAT(scores(dual), ::testing::Pointwise(::testing::DoubleNear(1e-9), scores(primal)));
}

TEST(FeatureMomentsTest, SumsOfDisjointSetsAddUp) {
  const Matrix x = RandomMatrix(30, 4, 10);
  FeatureSums all = FeatureSums::Zero(4);
  all.AddRows(x);
  FeatureSums parts = FeatureSums::Zero(4);
  parts.AddRows(x.topRows(13));
  FeatureSums rest = FeatureSums::Zero(4);
  rest.AddRows(x.bottomRows(17));
  parts.Add(rest);
  EXPECT_EQ(parts.count, all.count);
  EXPECT_LT((parts.sum - all.sum).norm(), 1e-12);
  parts.Subtract(rest);
  const Matrix expected = AboutMean(x.topRows(13)).transpose() * AboutMean(x.topRows(13));
  EXPECT_LT((Centre(parts).gram - expected).norm(), 1e-10);
  EXPECT_LT((Centre(all.Without(rest)).gram - expected).norm(), 1e-10);
}

TEST(FeatureMomentsTest, AFeatureConstantInASetHasNoVarianceThere) {
  Matrix x = RandomMatrix(200, 2, 11);
  x.col(1).setConstant(0.1);  // not a binary fraction: sums of squares round
  const CentredFeatures centred = FeaturesOf(x);
  EXPECT_EQ(centred.gram(1, 1), 0.0);
  EXPECT_EQ(centred.gram(0, 1), 0.0);
}

}  // namespace
}  // namespace brainalign
