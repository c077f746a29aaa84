// Cross-products in bf16, and two alphas whose criteria agree to more digits than these have:
// where the two lead to different scores, the choice must be that of the definition.
#include <cmath>
#include <utility>
#include <vector>

#include "core/linalg/bf16_product.h"
#include "core/moments/bf16_features.h"
#include "core/problem/folds.h"
#include "core/problem/segments.h"
#include "core/regressions/fold_words.h"
#include "core/regressions/problem_features.h"
#include "core/regressions/regression_by_target.h"
#include "gtest/gtest.h"
#include "tests/core/linalg/random_matrix.h"
#include "tests/core/regressions/criterion_as_defined.h"

namespace brainalign {
namespace {

constexpr int kTiedWords = 400;
constexpr int kTiedFeatures = 8;
constexpr int kTiedCells = 40;
// Share of a criterion, and of a score, that two alphas differ by.
constexpr double kTie = 1e-7;
constexpr double kVisible = 5e-3;

// Features of very different size, so that alphas change the direction of predictions. The targets
// of one cell.
struct CellOfTies {
  AlignmentSpec spec;
  Segments segments;
  Matrix x;
  Matrix y;

  CellOfTies(Selection selection, int targets, int seed) {
    spec.folds = 3;
    spec.inner_folds = 3;
    spec.selection = selection;
    spec.shared_alpha = targets > 1;
    FoldInputs inputs;
    inputs.words = kTiedWords;
    std::vector<FieldProblem> problems;
    segments = MakeSegments(MakeFolds(inputs, spec, problems), kTiedWords);
    EXPECT_TRUE(problems.empty());
    x = RandomMatrix(kTiedWords, kTiedFeatures, 1);
    for (int j = 0; j < kTiedFeatures; ++j) x.col(j) *= std::pow(0.5, j);
    y = x * RandomMatrix(kTiedFeatures, targets, 10 + seed) +
        (1 + 0.2 * seed) * RandomMatrix(kTiedWords, targets, 100 + seed);
    x = x.cast<float>().cast<double>();
    y = y.cast<float>().cast<double>();
  }

  // The sum over the targets.
  double CriterionOf(double alpha) const {
    AlignmentSpec one = spec;
    one.alphas = {alpha};
    return CriterionAsDefined(x, y, segments, one).sum();
  }

  // Pearson r on the test words of fold 0, the mean over the targets.
  double ScoreOf(double alpha) const {
    const FoldSets& sets = segments.folds.front();
    const std::vector<std::int32_t> test = Positions(segments, sets.test);
    const Matrix residuals = ResidualsOfFit(x, y, TrainPositions(segments, sets), test, alpha);
    Matrix observed = y(test, Eigen::all);
    Matrix predicted = observed - residuals;
    observed.rowwise() -= Eigen::RowVectorXd(observed.colwise().mean());
    predicted.rowwise() -= Eigen::RowVectorXd(predicted.colwise().mean());
    return (observed.cwiseProduct(predicted).colwise().sum().array() /
            (observed.colwise().norm().array() * predicted.colwise().norm().array()))
        .mean();
  }

  // Sets two alphas on both sides of the best one that nearly tie; false if there is no best one.
  bool FindTie(bool larger_is_better) {
    double best = 0.1;
    for (double alpha = best; alpha < 1e4; alpha *= 2) {
      if (CriterionOf(alpha) < CriterionOf(best)) best = alpha;
    }
    const double small = best / 8;
    double inside = best;
    double outside = 1e5;
    const double wanted = CriterionOf(small) * (larger_is_better ? 1 - kTie : 1 + kTie);
    if (best < 1 || CriterionOf(outside) < wanted) return false;
    for (int step = 0; step < 60; ++step) {
      const double middle = std::sqrt(inside * outside);
      (CriterionOf(middle) < wanted ? inside : outside) = middle;
    }
    spec.alphas = {small, inside};
    return true;
  }
};

ChosenAlphas ChosenFromBf16(const CellOfTies& cell) {
  ProblemFeatures<float> features;
  features.values.emplace_back(cell.x.cast<float>());
  features.segment_sums.push_back(
      SegmentFeatureSums<float>(features.values.front(), Vector::Zero(kTiedFeatures),
                                Vector::Ones(kTiedFeatures), cell.segments));
  const RowMatrix<float> y = cell.y.cast<float>();
  const auto axes = FindBf16Axes(features.segment_sums.front());
  EXPECT_TRUE(axes.ok()) << axes.status();
  const Bf16Features rotated = TurnToBf16({{&features.values.front(), &*axes}}).front();
  const auto regressions =
      MakeRegressionsByTarget(features, cell.segments, cell.spec, &rotated.back);
  EXPECT_TRUE(regressions.ok()) << regressions.status();
  const FoldSets& sets = cell.segments.folds.front();
  const auto sums = SegmentCrossSumsInBf16(rotated, RoundToBf16(y), cell.segments);
  EXPECT_TRUE(sums.ok()) << sums.status();
  const PerSet<CrossSums> cross = AssembleCrossSums<float>(*sums, features.values.front(), y, sets);
  FoldTargets statistics =
      AssembleTargets<float>(SegmentTargetSums<float>(y, cell.segments), y, sets);
  Eigen::ArrayXd origin = statistics.train.mean;
  const TargetColumns<float> targets{{std::move(statistics), std::move(origin)},
                                     y,
                                     Eigen::ArrayXd::Ones(y.cols()),
                                     {{0, y.cols()}}};
  RegressionWorkspace<RegressionByTarget<float>> workspace;
  const RegressionByTarget<float>& fold = regressions->front();
  const WordsAndSums<float> words{features.values.front(), cross};
  EXPECT_TRUE(fold.Rotate(targets, words, workspace.buffers, workspace.cross).ok());
  return fold.Choose(cell.spec, targets, workspace.cross, workspace.buffers);
}

class TiesInBf16Test : public ::testing::Test {
 protected:
  // Lets oneDNN emulate bf16 where the processor has none.
  void SetUp() override {
    SetBf16ChoiceForTest(Bf16Choice::kAnywhere);
    if (Bf16KernelName().empty()) GTEST_SKIP() << "oneDNN multiplies no bf16 on this processor";
  }
  void TearDown() override { SetBf16ChoiceForTest(Bf16Choice::kQuick); }

  static void ExpectTheChoiceOfTheDefinition(Selection selection, int targets) {
    int visible = 0;
    for (int seed = 0; seed < kTiedCells; ++seed) {
      CellOfTies cell(selection, targets, seed);
      const bool larger_is_better = seed % 2 == 1;
      if (!cell.FindTie(larger_is_better)) continue;
      const double moved = cell.ScoreOf(cell.spec.alphas[1]) - cell.ScoreOf(cell.spec.alphas[0]);
      if (std::abs(moved) < kVisible) continue;
      ++visible;
      EXPECT_EQ(ChosenFromBf16(cell).index,
                std::vector<int>(static_cast<std::size_t>(targets), larger_is_better ? 1 : 0))
          << "cell " << seed << ", whose score would move by " << moved;
    }
    EXPECT_GE(visible, 8) << "there is too little to decide";
  }
};

TEST_F(TiesInBf16Test, BlockedSelectionChoosesAsDefined) {
  ExpectTheChoiceOfTheDefinition(Selection::kBlocked, 1);
}

TEST_F(TiesInBf16Test, BlockedSelectionOfASharedAlphaChoosesAsDefined) {
  ExpectTheChoiceOfTheDefinition(Selection::kBlocked, 3);
}

TEST_F(TiesInBf16Test, GcvChoosesAsDefined) { ExpectTheChoiceOfTheDefinition(Selection::kGcv, 1); }

TEST_F(TiesInBf16Test, GcvOfASharedAlphaChoosesAsDefined) {
  ExpectTheChoiceOfTheDefinition(Selection::kGcv, 3);
}

TEST_F(TiesInBf16Test, LeaveOneOutChoosesAsDefined) {
  ExpectTheChoiceOfTheDefinition(Selection::kLoo, 1);
}

TEST_F(TiesInBf16Test, LeaveOneOutOfASharedAlphaChoosesAsDefined) {
  ExpectTheChoiceOfTheDefinition(Selection::kLoo, 3);
}

}  // namespace
}  // namespace brainalign
