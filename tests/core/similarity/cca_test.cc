#include "core/similarity/cca.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/core/linalg/random_matrix.h"

namespace brainalign {
namespace {

CentredFeatures MomentsOfWords(const Matrix& words) {
  FeatureSums sums = FeatureSums::Zero(words.cols());
  sums.AddRows(words);
  return Centre(std::move(sums));
}

Matrix AboutMeans(const Matrix& values) {
  return values.rowwise() - Eigen::RowVectorXd(values.colwise().mean());
}

CcaSide CcaSideOf(const Matrix& words, bool zscore, double rho) {
  return CcaSide::Make(MomentsOfWords(words), zscore, static_cast<double>(words.cols()), rho)
      .value();
}

TEST(CcaTest, VariatesAreWhiteAndPairedOnTheirTrainingWords) {
  const Matrix x = RandomMatrix(400, 5, 1);
  Matrix y = RandomMatrix(400, 3, 2);
  y.leftCols(2) += x.leftCols(2);
  constexpr double kRho = 1e-6;
  const CanonicalPairs pairs = FindPairs(CcaSideOf(x, true, kRho), CcaSideOf(y, false, kRho),
                                         AboutMeans(x).transpose() * AboutMeans(y), 3)
                                   .value();
  EXPECT_EQ(pairs.defined, 3);
  const Matrix a = AboutMeans(x) * pairs.x;
  const Matrix b = AboutMeans(y) * pairs.y;
  EXPECT_LT((b.transpose() * b - Matrix::Identity(3, 3)).cwiseAbs().maxCoeff(), 1e-4);
  EXPECT_LT((a.transpose() * a - Matrix::Identity(3, 3)).cwiseAbs().maxCoeff(), 1e-4);
  const Matrix cross = a.transpose() * b;
  EXPECT_LT((cross - Matrix(cross.diagonal().asDiagonal())).cwiseAbs().maxCoeff(), 1e-10);
  EXPECT_GT(cross(0, 0), cross(1, 1));
  EXPECT_GT(cross(1, 1), cross(2, 2));
}

TEST(CcaTest, ConstantColumnsAndSidesHaveNoWeight) {
  Matrix x = RandomMatrix(50, 4, 3);
  x.col(1).setConstant(0.7);
  const Matrix y = x + RandomMatrix(50, 4, 4);
  const Matrix cross = AboutMeans(x).transpose() * AboutMeans(y);
  const CcaSide of_y = CcaSideOf(y, false, 1e-3);
  const CanonicalPairs pairs = FindPairs(CcaSideOf(x, true, 1e-3), of_y, cross, 4).value();
  EXPECT_EQ(pairs.defined, 3);
  EXPECT_EQ(pairs.x.row(1).cwiseAbs().maxCoeff(), 0);
  EXPECT_EQ(pairs.x.col(3).cwiseAbs().maxCoeff(), 0);

  const Matrix constant = Matrix::Constant(50, 4, 1e18);
  const CanonicalPairs none = FindPairs(CcaSideOf(constant, true, 1e-3), of_y, cross, 4).value();
  EXPECT_EQ(none.defined, 0);
  Variates variates = Variates::Zero(50, 4);
  variates.Add(constant, Vector::Constant(4, 1e18), none.x);
  const SimilarityScore score = ScoreVariates(variates, variates, none.defined);
  EXPECT_EQ(score.score, 0);
  EXPECT_EQ(score.undefined, 4);
}

// As after a rotation of few words.
TEST(CcaTest, PairsBeyondTheSmallerSideAreUndefined) {
  const Matrix x = RandomMatrix(50, 3, 7);
  const Matrix y = x + RandomMatrix(50, 3, 8);
  const CanonicalPairs pairs = FindPairs(CcaSideOf(x, true, 1e-3), CcaSideOf(y, false, 1e-3),
                                         AboutMeans(x).transpose() * AboutMeans(y), 10)
                                   .value();
  EXPECT_EQ(pairs.defined, 3);
  EXPECT_EQ(pairs.x.cols(), 10);
  EXPECT_EQ(pairs.y.rightCols(7).cwiseAbs().maxCoeff(), 0);
}

TEST(CcaTest, VariatesThatAreConstantOnHeldOutWordsScoreZero) {
  Matrix x = Matrix::Constant(20, 2, 1.7);
  Variates constant = Variates::Zero(20, 1);
  constant.Add(x, Vector::Zero(2), Matrix::Constant(2, 1, 0.3));
  Variates varying = Variates::Zero(20, 1);
  varying.Add(RandomMatrix(20, 2, 5), Vector::Zero(2), Matrix::Ones(2, 1));
  EXPECT_EQ(ScoreVariates(constant, varying, 1).score, 0);
  EXPECT_EQ(ScoreVariates(constant, varying, 1).undefined, 1);
  EXPECT_NEAR(ScoreVariates(varying, varying, 1).score, 1, 1e-12);
}

TEST(CcaTest, ACovarianceThatIsNotPositiveDefiniteIsAnError) {
  Matrix x = RandomMatrix(30, 3, 6);
  CentredFeatures train = MomentsOfWords(x);
  train.gram(1, 0) = 1e6;
  const absl::StatusOr<CcaSide> side = CcaSide::Make(std::move(train), false, 3, 1e-9);
  EXPECT_TRUE(absl::IsInternal(side.status())) << side.status();
  EXPECT_NE(std::string(side.status().message()).find("cca_rho"), std::string::npos);
}

}  // namespace
}  // namespace brainalign
