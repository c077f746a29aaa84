// Each implementation of FoldRegression, step by step, against regressions that are computed here
// from the words by their definition.
#include "core/regressions/fold_regression.h"

#include <cmath>
#include <utility>
#include <vector>

#include "core/problem/folds.h"
#include "core/problem/segments.h"
#include "core/regressions/problem_features.h"
#include "core/regressions/regression_by_target.h"
#include "core/regressions/regression_in_panels.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/linalg/decompositions.h"
#include "tests/core/linalg/random_matrix.h"

namespace brainalign {
namespace {

constexpr int kWords = 240;
constexpr int kFeatures = 6;
constexpr int kTargets = 5;
constexpr int kFold = 1;

AlignmentSpec GcvSpec() {
  AlignmentSpec spec;
  spec.folds = 3;
  spec.alphas = {1e-1, 1e1, 1e2, 1e3, 1e5};
  spec.selection = Selection::kGcv;
  spec.zscore_words = FitWords::kTraining;
  return spec;
}

// Features and targets (words by columns) of which single precision holds every value. Targets go
// from a strong relation to none; the last is constant.
struct DrawnWords {
  Segments segments;
  Matrix x;
  Matrix y;

  explicit DrawnWords(const AlignmentSpec& spec)
      : x(Rounded(RandomMatrix(kWords, kFeatures, 1))), y(kWords, kTargets) {
    FoldInputs inputs;
    inputs.words = kWords;
    std::vector<FieldProblem> problems;
    segments = MakeSegments(MakeFolds(inputs, spec, problems), kWords);
    EXPECT_TRUE(problems.empty());
    x.col(2) *= 8;  // deviations differ
    const Matrix noise = RandomMatrix(kWords, kTargets, 2);
    const Matrix weights = RandomMatrix(kFeatures, kTargets, 3);
    for (int target = 0; target < kTargets; ++target) {
      // None is so small that single precision could not tell the alphas apart.
      const double deviation = 4.0 * (target + 0.2) * (target + 0.2);
      y.col(target) = x * weights.col(target) + deviation * noise.col(target);
    }
    y.rightCols(1).setConstant(0.5);
    y = Rounded(y);
  }

  // The targets as if they had been heard `words` later.
  void ShiftTargets(int words) {
    const Matrix given = y;
    for (int word = 0; word < kWords; ++word) y.row((word + words) % kWords) = given.row(word);
  }

  static Matrix Rounded(const Matrix& values) { return values.cast<float>().cast<double>(); }
};

Matrix RowsAt(const Matrix& all, const std::vector<std::int32_t>& positions) {
  return all(positions, Eigen::all);
}

Matrix About(const Matrix& rows, const Eigen::RowVectorXd& mean) { return rows.rowwise() - mean; }

// One fold by its definition (docs/method.md, "The score of one cell").
struct DefinedFold {
  Matrix train_x, train_y;  // about the training means, features scaled to unit deviation
  Matrix test_x, test_y;    // about the same means, scaled alike
  Eigen::RowVectorXd mean_x, mean_y, scale;

  explicit DefinedFold(const DrawnWords& words) {
    const FoldSets& sets = words.segments.folds[kFold];
    const auto train = TrainPositions(words.segments, sets);
    const auto test = Positions(words.segments, sets.test);
    mean_x = RowsAt(words.x, train).colwise().mean();
    mean_y = RowsAt(words.y, train).colwise().mean();
    train_x = About(RowsAt(words.x, train), mean_x);
    scale = (train_x.colwise().squaredNorm() / static_cast<double>(train.size())).cwiseSqrt();
    scale = scale.cwiseInverse();
    train_x = train_x * scale.asDiagonal();
    train_y = About(RowsAt(words.y, train), mean_y);
    test_x = About(RowsAt(words.x, test), mean_x) * scale.asDiagonal();
    test_y = About(RowsAt(words.y, test), mean_y);
  }

  Matrix Inverse(double alpha) const {
    Matrix gram = train_x.transpose() * train_x;
    gram.diagonal().array() += alpha;
    return InverseOf(gram);
  }

  Vector Weights(double alpha, int target) const {
    return Inverse(alpha) * train_x.transpose() * train_y.col(target);
  }

  double Gcv(double alpha, int target) const {
    const double n = static_cast<double>(train_x.rows());
    const double df = (train_x * Inverse(alpha) * train_x.transpose()).trace();
    const double rss = (train_y.col(target) - train_x * Weights(alpha, target)).squaredNorm();
    return rss / std::pow(1 - (1 + df) / n, 2);
  }

  Vector Predicted(double alpha, int target) const { return test_x * Weights(alpha, target); }

  HeldOutSums Sums(const std::vector<double>& alphas, const std::vector<int>& index) const {
    HeldOutSums sums;
    sums.squares = sums.products = sums.shift = Eigen::ArrayXd::Zero(kTargets);
    for (int target = 0; target < kTargets; ++target) {
      const Vector predicted = Predicted(
          alphas[static_cast<std::size_t>(index[static_cast<std::size_t>(target)])], target);
      const Vector about = predicted.array() - predicted.mean();
      sums.squares(target) = about.squaredNorm();
      sums.products(target) = about.dot(test_y.col(target));
      sums.shift(target) = predicted.mean();
    }
    return sums;
  }
};

// The implementation under test, ready for the targets of `words` in one fold.
template <typename T>
struct ByTarget {
  using Regression = RegressionByTarget<T>;
  static constexpr double kTolerance = sizeof(T) == sizeof(float) ? 2e-4 : 1e-9;

  ByTarget(const DrawnWords& words, const AlignmentSpec& spec)
      : y(words.y.template cast<T>()), features(FeaturesOf(words)) {
    regressions = MakeRegressionsByTarget(features, words.segments, spec, /*back=*/nullptr).value();
    cross = CrossOfAllFolds<T>(features, y, words.segments);
    FoldTargets statistics =
        AssembleTargets<T>(SegmentTargetSums<T>(y, words.segments), y, words.segments.folds[kFold]);
    Eigen::ArrayXd origin = statistics.train.mean;
    targets.emplace_back(TargetColumns<T>{
        {std::move(statistics), std::move(origin)}, y, Eigen::ArrayXd::Ones(kTargets), {}});
  }

  static ProblemFeatures<T> FeaturesOf(const DrawnWords& words) {
    ProblemFeatures<T> features;
    features.values.push_back(words.x.cast<T>());
    features.segment_sums.push_back(SegmentFeatureSums<T>(
        features.values.front(), Vector::Zero(kFeatures), Vector::Ones(kFeatures), words.segments));
    features.zscore = true;
    return features;
  }

  const Regression& fold() const { return regressions[kFold]; }
  WordsAndSums<T> sums() const { return {features.values.front(), cross[kFold]}; }

  RowMatrix<T> y;
  ProblemFeatures<T> features;
  std::vector<Regression> regressions;
  std::vector<PerSet<CrossSums>> cross;
  std::vector<TargetColumns<T>> targets;  // one
};

struct InPanels {
  using Regression = RegressionInPanels;
  static constexpr double kTolerance = 2e-4;

  InPanels(const DrawnWords& words, const AlignmentSpec& spec) : y(words.y.cast<float>()) {
    const ProblemFeatures<float> features = ByTarget<float>::FeaturesOf(words);
    regressions = MakeRegressionsInPanels(features.values.front(), features.segment_sums.front(),
                                          words.segments, spec, /*back=*/nullptr)
                      .value();
    const FoldSets& sets = words.segments.folds[kFold];
    total = words.x.transpose() * words.y;
    const auto positions = Positions(words.segments, sets.test);
    test = RowsAt(words.x, positions).transpose() * RowsAt(words.y, positions);
    FoldTargets statistics =
        AssembleTargets<float>(SegmentTargetSums<float>(y, words.segments), y, sets);
    targets.emplace_back(std::move(statistics), Eigen::ArrayXd::Zero(kTargets));
  }

  const Regression& fold() const { return regressions[kFold]; }
  PanelSums<double> sums() const { return {total, test, none}; }

  RowMatrix<float> y;
  std::vector<Regression> regressions;
  RowMatrix<double> total;
  RowMatrix<double> test;
  RowMatrix<double> none;
  std::vector<PanelTargets<double>> targets;  // one
};

void ExpectSums(const HeldOutSums& sums, const HeldOutSums& expected, double tolerance) {
  for (int target = 0; target < kTargets; ++target) {
    const double size = 1 + std::abs(expected.squares(target));
    EXPECT_NEAR(sums.squares(target), expected.squares(target), tolerance * size) << target;
    EXPECT_NEAR(sums.products(target), expected.products(target),
                tolerance * (size + std::abs(expected.products(target))))
        << target;
    EXPECT_NEAR(sums.shift(target), expected.shift(target), tolerance * size) << target;
  }
}

template <typename Implementation>
class FoldRegressionTest : public ::testing::Test {
 protected:
  using Regression = typename Implementation::Regression;

  // Rotate, Solve and Judge at the alphas of `chosen`.
  HeldOutSums Judge(const Implementation& made, const ChosenAlphas& chosen) {
    EXPECT_TRUE(made.fold()
                    .Rotate(made.targets.front(), made.sums(), workspace_.buffers, workspace_.cross)
                    .ok());
    made.fold().Solve(spec_.alphas, workspace_.cross, chosen, workspace_.solution);
    return made.fold().Judge(workspace_.solution, made.fold().evaluation(), workspace_.cross,
                             workspace_.buffers);
  }

  ChosenAlphas Choose(const Implementation& made) {
    EXPECT_TRUE(made.fold()
                    .Rotate(made.targets.front(), made.sums(), workspace_.buffers, workspace_.cross)
                    .ok());
    return made.fold().Choose(spec_, made.targets.front(), workspace_.cross, workspace_.buffers);
  }

  AlignmentSpec spec_ = GcvSpec();
  DrawnWords words_{spec_};
  RegressionWorkspace<Regression> workspace_;
};

using Implementations = ::testing::Types<ByTarget<float>, ByTarget<double>, InPanels>;
TYPED_TEST_SUITE(FoldRegressionTest, Implementations);

TYPED_TEST(FoldRegressionTest, ChoosesTheAlphaOfTheLeastGcvForEachTarget) {
  const TypeParam made(this->words_, this->spec_);
  const ChosenAlphas chosen = this->Choose(made);
  const DefinedFold expected(this->words_);
  std::vector<int> distinct;
  for (int target = 0; target + 1 < kTargets; ++target) {  // the last is constant
    int least = 0;
    for (int a = 1; a < static_cast<int>(this->spec_.alphas.size()); ++a) {
      const auto gcv = [&](int of) {
        return expected.Gcv(this->spec_.alphas[static_cast<std::size_t>(of)], target);
      };
      if (gcv(a) < gcv(least)) least = a;
    }
    EXPECT_EQ(chosen.index[static_cast<std::size_t>(target)], least) << target;
    EXPECT_FALSE(chosen.uncertain(target)) << target;
    distinct.push_back(least);
  }
  EXPECT_NE(distinct.front(), distinct.back());  // else each target has the same alpha by chance
}

TYPED_TEST(FoldRegressionTest, SolvesAndJudgesAtAnyAlphas) {
  const TypeParam made(this->words_, this->spec_);
  const DefinedFold expected(this->words_);
  const std::vector<int> last(kTargets, static_cast<int>(this->spec_.alphas.size()) - 1);
  for (const std::vector<int>& index : {std::vector<int>{0, 1, 2, 3, 4}, last}) {
    ExpectSums(this->Judge(made, {index, Flags::Constant(kTargets, false)}),
               expected.Sums(this->spec_.alphas, index), TypeParam::kTolerance);
  }
}

TYPED_TEST(FoldRegressionTest, ANullIsJudgedOnShiftedCrossProductsWithTheObservedAlphas) {
  const ChosenAlphas observed = this->Choose(TypeParam(this->words_, this->spec_));
  for (const int shift : {17, 120}) {
    DrawnWords shifted = this->words_;
    shifted.ShiftTargets(shift);
    const TypeParam made(shifted, this->spec_);
    ExpectSums(this->Judge(made, observed),
               DefinedFold(shifted).Sums(this->spec_.alphas, observed.index),
               TypeParam::kTolerance);
  }
}

TYPED_TEST(FoldRegressionTest, ScoresFollowFromTheSumsByEachMetric) {
  const TypeParam made(this->words_, this->spec_);
  const DefinedFold expected(this->words_);
  const double n = static_cast<double>(expected.test_x.rows());
  for (const Metric metric : {Metric::kPearson, Metric::kCosine, Metric::kR2}) {
    this->spec_.metric = metric;
    const auto scores = ChooseAndScore(made.fold(), this->spec_, made.targets.front(), made.sums(),
                                       this->workspace_);
    ASSERT_TRUE(scores.ok()) << scores.status();
    EXPECT_EQ(scores->alphas.index, this->Choose(made).index);
    ExpectSums(scores->held_out, expected.Sums(this->spec_.alphas, scores->alphas.index),
               TypeParam::kTolerance);
    for (int target = 0; target + 1 < kTargets; ++target) {
      const auto t = static_cast<std::size_t>(target);
      const double alpha = this->spec_.alphas[static_cast<std::size_t>(scores->alphas.index[t])];
      const Vector predicted = expected.Predicted(alpha, target);
      const Vector observed = expected.test_y.col(target);
      const Vector about = predicted.array() - predicted.mean();
      const Vector observed_about = observed.array() - observed.mean();
      const double origin = expected.mean_y(target);
      double score = about.dot(observed_about) / about.norm() / observed_about.norm();
      if (metric == Metric::kCosine) {
        const Vector a = predicted.array() + origin;
        const Vector b = observed.array() + origin;
        score = a.dot(b) / a.norm() / b.norm();
      } else if (metric == Metric::kR2) {
        score = 1 - (observed - predicted).squaredNorm() / (n * observed_about.squaredNorm() / n);
      }
      EXPECT_NEAR(scores->score(target), score, TypeParam::kTolerance) << target;
      EXPECT_LT(scores->error_bound(target), 1e-3) << target;
    }
    EXPECT_EQ(scores->score(kTargets - 1), 0);
    EXPECT_EQ(scores->constant_targets, 1);
  }
}

// A bootstrap by blocks of held-out words, and times other than that of the fit.
TEST(RegressionByTargetTest, JudgesOtherWordsByTheirMoments) {
  const AlignmentSpec spec = GcvSpec();
  const DrawnWords words(spec);
  const ByTarget<double> made(words, spec);
  RegressionWorkspace<RegressionByTarget<double>> workspace;
  ASSERT_TRUE(made.fold()
                  .Rotate(made.targets.front(), made.sums(), workspace.buffers, workspace.cross)
                  .ok());
  const ChosenAlphas chosen = {{0, 1, 2, 3, 4}, Flags::Constant(kTargets, false)};
  made.fold().Solve(spec.alphas, workspace.cross, chosen, workspace.solution);
  DefinedFold expected(words);
  constexpr int kBlock = 30;
  const auto test = Positions(words.segments, words.segments.folds[kFold].test);
  const std::vector<std::int32_t> block(test.begin(), test.begin() + kBlock);
  const Matrix x = RowsAt(words.x, block);
  const Matrix y = RowsAt(words.y, block);
  FeatureSums sums = FeatureSums::Zero(kFeatures);
  sums.AddRows(x);
  workspace.cross.test = made.fold().fit().Rotate(About(x, x.colwise().mean()).transpose() *
                                                  About(y, y.colwise().mean()));
  const HeldOutSums judged =
      made.fold().Judge(workspace.solution, made.fold().fit().MomentsOf(Centre(sums)),
                        workspace.cross, workspace.buffers);
  expected.test_x = expected.test_x.topRows(kBlock).eval();
  expected.test_y = expected.test_y.topRows(kBlock).eval();
  ExpectSums(judged, expected.Sums(spec.alphas, chosen.index), 1e-9);
}

}  // namespace
}  // namespace brainalign
