// Sums and routes of the regression against closed forms.
#include "core/ridge/ridge.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/linalg/triangular_factor.h"
#include "core/problem/folds.h"
#include "core/regressions/problem_features.h"
#include "core/regressions/regression_by_target.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/linalg/decompositions.h"
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
    const auto ridge = Ridge::Make(FeaturesOf(x), FeaturesOf(x), scale, {1e-4, basis}, {});
    ASSERT_TRUE(ridge.ok()) << ridge.status();
    for (double alpha : {1e-4, 1.0, 1e4}) {
      RowMatrix<double> z;
      ridge->Solve(alpha, ridge->Rotate(cross), z);
      Matrix gram = scaled.transpose() * scaled;
      gram.diagonal().array() += alpha;
      const Matrix expected = SolvePositive(gram, scaled.transpose() * AboutMean(y));
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
  const auto from_gram = Ridge::Make(FeaturesOf(x), FeaturesOf(test), scale, {1.0}, {});
  const auto from_words = Ridge::Make(FeaturesOf(x), FeaturesOf(test), scale, {1.0}, {&rows});
  ASSERT_TRUE(from_gram.ok() && from_words.ok());
  const RowMatrix<double> cross = AboutMean(x).transpose() * AboutMean(y);
  const RowMatrix<double> test_cross = AboutMean(test).transpose() * AboutMean(test_y);
  RowMatrix<double> z;
  from_gram->Solve(1.0, from_gram->Rotate(cross), z);
  const auto a = from_gram->evaluation().Predict(z, from_gram->Rotate(test_cross));
  ASSERT_TRUE(from_words->evaluation().direct());
  const auto b = from_words->evaluation().Predict(z, AboutMean(test_y));

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
  const auto ridge = Ridge::Make(FeaturesOf(x), FeaturesOf(x), Vector::Ones(6), {1e-4}, {});
  ASSERT_TRUE(ridge.ok());
  const Matrix y = x.col(0) + 2 * x.col(2);
  const RowMatrix<double> cross = AboutMean(x).transpose() * AboutMean(y);
  RowMatrix<double> z;
  ridge->Solve(1e-4, ridge->Rotate(cross), z);
  const Matrix fitted = AboutMean(x) * (ridge->rotation() * z);
  EXPECT_LT((fitted - AboutMean(y)).norm() / AboutMean(y).norm(), 1e-6);
}

// (n, p) with singular values from 1 down to 1e-7 about the mean, as sensors have that follow from
// a few sources but for the rounding of float32.
Matrix NearlyDependent(int words, unsigned seed) {
  const Vector singular = (Eigen::ArrayXd::LinSpaced(8, 0, -7) * std::log(10.0)).exp().matrix();
  return OrthonormalColumns(AboutMean(RandomMatrix(words, 8, seed))) * singular.asDiagonal() *
         OrthonormalColumns(RandomMatrix(8, 8, 31));
}

TEST(RidgeTest, FactorsOfTheWordsServeAPenaltyThatAGramMatrixCannot) {
  constexpr double kAlpha = 1e-15;
  const Matrix x = NearlyDependent(60, 11);
  const Matrix test = NearlyDependent(30, 12);
  const Matrix y = AboutMean(RandomMatrix(60, 2, 13));
  const SingularValues svd = SingularValuesOf(AboutMean(x));
  const Vector& s = svd.values;
  const Vector shrunk = s.array() / (s.array().square() + kAlpha);
  const Matrix predicted =
      AboutMean(test) * (svd.right * shrunk.asDiagonal() * (svd.left.transpose() * y));
  const auto factor_of = [](const Matrix& rows) {
    TriangularFactor factor(rows.cols());
    for (Eigen::Index first = 0; first < rows.rows(); first += 7) {
      factor.Add(AboutMean(rows).middleRows(first, std::min<Eigen::Index>(7, rows.rows() - first)));
    }
    return factor.factor();
  };
  const Ridge::Words words = {nullptr, [&] { return factor_of(x); },
                              [&] { return factor_of(test); }};
  const RowMatrix<double> cross = AboutMean(x).transpose() * y;
  // The largest relative error of the predictions' squares.
  const auto error = [&](const Ridge::Words& of, Ridge::Basis basis) {
    const auto ridge =
        Ridge::Make(FeaturesOf(x), FeaturesOf(test), Vector::Ones(8), {kAlpha, basis}, of);
    if (!ridge.ok()) return std::numeric_limits<double>::infinity();
    RowMatrix<double> z;
    ridge->Solve(kAlpha, ridge->Rotate(cross), z);
    const Eigen::ArrayXd squares = ridge->evaluation().Squares(z);
    const Eigen::ArrayXd expected = predicted.colwise().squaredNorm().transpose().array();
    return ((squares - expected) / expected).abs().maxCoeff();
  };
  for (const Ridge::Basis basis : {Ridge::Basis::kTridiagonal, Ridge::Basis::kEigen}) {
    EXPECT_LT(error(words, basis), 1e-7);
    EXPECT_GT(error({}, basis), 1e-5);  // else the factors need not be there
  }
}

// Columns of unit variance that do not depend on each other, the second 1e13 times smaller: its
// direction is no rounding. A third that repeats the first adds one that is.
TEST(EigenOfFactorTest, KeepsSmallColumnsBesideLargeOnes) {
  const Matrix columns = OrthonormalColumns(RandomMatrix(50, 2, 17));
  Matrix rows(50, 3);
  rows << columns.col(0), 1e-13 * columns.col(1), columns.col(0);
  TriangularFactor factor(3);
  factor.Add(rows);
  Vector values;
  Matrix vectors;
  ASSERT_TRUE(EigenOfFactor(factor.factor(), values, vectors).ok());
  EXPECT_NEAR(values.maxCoeff(), 2, 1e-12);
  EXPECT_EQ((values.array() > 0).count(), 2);
  Eigen::Index small = 0;
  vectors.row(1).cwiseAbs().maxCoeff(&small);
  EXPECT_NEAR(values(small) / 1e-26, 1, 0.05);
  EXPECT_NEAR(std::abs(vectors(1, small)), 1, 1e-5);
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
    const auto made = MakeRegressionsByTarget(features, segments, spec, /*back=*/nullptr);
    EXPECT_TRUE(made.ok());
    const auto cross = CrossOfAllFolds<double>(features, y, segments);
    std::vector<double> all;
    for (std::size_t k = 0; k < 3; ++k) {
      const TargetColumns<double> targets{
          {AssembleTargets<double>(sums, y, segments.folds[k]), Eigen::ArrayXd::Zero(4)},
          y,
          Eigen::ArrayXd::Ones(4),
          {}};
      const WordsAndSums<double> of_words{features.values[features.block(static_cast<int>(k))],
                                          cross[k]};
      RegressionWorkspace<RegressionByTarget<double>> workspace;
      const auto of_fold = ChooseAndScore((*made)[k], spec, targets, of_words, workspace);
      EXPECT_TRUE(of_fold.ok()) << of_fold.status();
      for (double score : of_fold->score) all.push_back(score);
    }
    return all;
  };
  EXPECT_FALSE(WantsDual(segments, 20));
  EXPECT_TRUE(WantsDual(segments, 41));
  EXPECT_THAT(scores(dual), ::testing::Pointwise(::testing::DoubleNear(1e-9), scores(primal)));
}

TEST(TargetMomentsTest, CrossProductsOfShiftedRangesPairTheWordsThatAreNamed) {
  const Matrix x = RandomMatrix(90, 4, 12);
  const RowMatrix<double> y = RandomMatrix(90, 3, 13);
  const std::vector<RangePair> ranges = {{0, 30, 60}, {60, 0, 30}};  // shifted by 30, in a circle
  const Matrix expected =
      x.topRows(60).transpose() * y.bottomRows(60) + x.bottomRows(30).transpose() * y.topRows(30);
  EXPECT_LT((CrossSumsOver<double>(x, y, ranges).product - expected).norm(), 1e-12);
  const ColMatrix<float> single_x = x.cast<float>();
  const RowMatrix<float> single_y = y.cast<float>();
  EXPECT_LT((CrossSumsOver<float>(single_x, single_y, ranges).product - expected).norm(), 1e-4);
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
