// Tiles of nulls and influences: the same bits in any order, in both precisions, on odd data.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/align/alignment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/align.h"
#include "tests/core/align/least_memory.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

SimulatedShape SmallShape() {
  SimulatedShape shape;
  shape.words = 150;
  shape.sensors = 5;
  shape.dims = 4;
  return shape;
}

AlignmentOptions Asking(int nulls, int draws) {
  AlignmentOptions options;
  options.alphas = {1, 100, 1e4};
  options.uncertainty.nulls = nulls;
  options.uncertainty.draws = draws;
  options.uncertainty.seed = 3;
  options.uncertainty.block_words = 5;
  return options;
}

double LargestDifference(const std::vector<double>& a, const std::vector<double>& b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    largest = std::max(largest, std::abs(a[i] - b[i]));
  }
  return largest;
}

bool AllFinite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

std::unique_ptr<Alignment> Prepared(const AlignmentInputs& inputs,
                                    const AlignmentOptions& options) {
  absl::StatusOr<std::unique_ptr<Alignment>> made = Alignment::Create(inputs, options, nullptr);
  EXPECT_TRUE(made.ok()) << made.status();
  PrepareAll(**made);
  return *std::move(made);
}

struct Route {
  std::string name;
  AlignmentOptions options;
};

void PrintTo(const Route& route, std::ostream* out) { *out << route.name; }

std::vector<Route> Routes() {
  std::vector<Route> routes = {{"one_basis", Asking(3, 10)}, {"basis_per_fold", Asking(3, 10)},
                               {"to_brain", Asking(3, 0)},   {"to_brain_pca", Asking(3, 0)},
                               {"in_double", Asking(3, 10)}, {"gcv", Asking(3, 10)}};
  routes[1].options.pca = 3;
  for (const std::size_t to_brain : {2, 3}) {
    routes[to_brain].options.direction = Direction::kModelToBrain;
  }
  routes[3].options.pca = 3;
  routes[4].options.precision = Precision::kDouble;
  routes[5].options.selection = Selection::kGcv;
  for (const Metric metric : {Metric::kCca, Metric::kCka, Metric::kCkaDebiased, Metric::kRsa}) {
    for (const int pca : {0, 3}) {
      Route route = {std::string(Name(metric)) + (pca > 0 ? "_pca" : ""), Asking(3, 0)};
      route.options.alphas.clear();
      route.options.metric = metric;
      route.options.pca = pca;
      routes.push_back(route);
    }
  }
  return routes;
}

class TilesOfUncertaintyTest : public testing::TestWithParam<Route> {};

TEST_P(TilesOfUncertaintyTest, HaveTheSameBitsWithoutTheTilesBeforeThem) {
  const AlignmentInputs inputs = SimulateRecording(SmallShape());
  const AlignmentResult whole = Align(inputs, GetParam().options, /*threads=*/3);
  // As after a restart that found the tiles of scores: alphas are chosen again.
  const std::unique_ptr<Alignment> again = Prepared(inputs, GetParam().options);
  const CancelFlag cancel = false;
  int compared = 0;
  for (int index = static_cast<int>(again->tiles().size()) - 1; index >= 0; --index) {
    const Tile& tile = again->tiles()[static_cast<std::size_t>(index)];
    if (tile.kind == TileKind::kScores) continue;
    absl::StatusOr<TileScores> scores = again->Compute(index, cancel);
    ASSERT_TRUE(scores.ok()) << scores.status();
    const auto compare = [&](const std::vector<double>& values, const std::vector<double>& all,
                             int first_row) {
      ASSERT_EQ(values.size() % static_cast<std::size_t>(tile.layer_count * tile.time_count), 0U);
      for (std::size_t i = 0; i < values.size(); ++i, ++compared) {
        const int time = tile.time_begin + static_cast<int>(i) % tile.time_count;
        const int rest = static_cast<int>(i) / tile.time_count;
        const int layer = tile.layer_begin + rest % tile.layer_count;
        const int row = first_row + rest / tile.layer_count;
        ASSERT_EQ(values[i],
                  all[static_cast<std::size_t>((row * whole.layers + layer) * whole.times + time)]);
      }
    };
    compare(scores->null_scores, whole.null_scores, tile.null_begin);
    compare(scores->refit_influence, whole.refit_influence, 0);
    compare(scores->alphas_influence, whole.alphas_influence, 0);
  }
  const bool by_inner_folds =
      whole.spec.uncertainty.draws > 0 && whole.spec.chooses_by_inner_folds();
  EXPECT_EQ(!whole.alphas_influence.empty(), by_inner_folds);
  EXPECT_EQ(compared, std::ssize(whole.null_scores) + std::ssize(whole.refit_influence) +
                          std::ssize(whole.alphas_influence));
}

INSTANTIATE_TEST_SUITE_P(Routes, TilesOfUncertaintyTest, testing::ValuesIn(Routes()),
                         [](const testing::TestParamInfo<Route>& test) { return test.param.name; });

TEST(NullTilesTest, FewerNullsAreTheFirstTilesOfMore) {
  const AlignmentInputs inputs = SimulateRecording(SmallShape());
  const std::unique_ptr<Alignment> few = Prepared(inputs, Asking(199, 0));
  const std::unique_ptr<Alignment> many = Prepared(inputs, Asking(250, 0));
  ASSERT_LT(few->tiles().size(), many->tiles().size());
  for (std::size_t i = 0; i < few->tiles().size(); ++i) {
    EXPECT_EQ(few->tiles()[i], many->tiles()[i]) << i;
  }
}

TEST(NullTilesTest, NullsChangeNoScore) {
  const AlignmentInputs inputs = SimulateRecording(SmallShape());
  EXPECT_EQ(Align(inputs, Asking(2, 10)).score_per_fold,
            Align(inputs, Asking(0, 0)).score_per_fold);
}

// With more than 2,048 words numbers are held in single precision, and nulls are made in panels.
TEST(NullsInSinglePrecisionTest, AgreeWithFloat64) {
  SimulatedShape shape = SmallShape();
  shape.words = 2300;
  const AlignmentInputs inputs = SimulateRecording(shape);
  for (const int pca : {0, 3}) {
    AlignmentOptions options = Asking(3, 10);
    options.uncertainty.block_words = 50;
    options.pca = pca;
    const AlignmentResult in_single = Align(inputs, options);
    options.precision = Precision::kDouble;
    const AlignmentResult in_double = Align(inputs, options);
    EXPECT_FALSE(in_single.self_check.fell_back);
    EXPECT_LT(LargestDifference(in_single.null_scores, in_double.null_scores), 1e-5);
    EXPECT_LT(LargestDifference(in_single.held_out_influence, in_double.held_out_influence), 1e-5);
    EXPECT_LT(LargestDifference(in_single.refit_influence, in_double.refit_influence), 1e-5);
    EXPECT_FALSE(in_single.alphas_influence.empty());
    EXPECT_LT(LargestDifference(in_single.alphas_influence, in_double.alphas_influence), 1e-5);
  }
}

TEST(NullsOnOddDataTest, AreFinite) {
  SimulatedShape shape = SmallShape();
  AlignmentInputs inputs = AsEpochs(SimulateRecording(shape));
  const auto words = static_cast<std::size_t>(shape.words);
  // A constant sensor, and one that is another's copy.
  std::vector<double> brain = inputs.brain.epochs.ToDoubles();
  for (std::size_t w = 0; w < words; ++w) {
    for (std::size_t t = 0; t < 4; ++t) {
      brain[(w * 5 + 1) * 4 + t] = 2.5;
      brain[(w * 5 + 3) * 4 + t] = brain[(w * 5 + 2) * 4 + t];
    }
  }
  inputs.brain.epochs = TensorOfDoubles({shape.words, 5, 4}, brain);
  // Massive activations, and a dimension that is constant on all words but one.
  std::vector<double> layer = inputs.layers[0].activations.ToDoubles();
  for (std::size_t w = 0; w < words; ++w) {
    layer[w * 4] = 1e6 + layer[w * 4];
    layer[w * 4 + 1] = w == 7 ? 1 : 0;
  }
  inputs.layers[0].activations = TensorOfDoubles({shape.words, 4}, layer);
  // A session of one word.
  inputs.brain.groups.clear();
  inputs.brain.sessions.clear();
  for (int w = 0; w < shape.words; ++w) inputs.brain.sessions.push_back(w == 0 ? 0 : 1 + w / 76);
  for (const bool detrends : {false, true}) {
    AlignmentOptions options = Asking(3, 10);
    if (detrends) options.uncertainty.detrend = 2;
    const AlignmentResult result = Align(inputs, options);
    EXPECT_TRUE(AllFinite(result.null_scores));
    EXPECT_TRUE(AllFinite(result.held_out_influence));
    EXPECT_TRUE(AllFinite(result.refit_influence));
    EXPECT_EQ(result.input.constant_sensors, std::vector<int>{1});
  }
  for (const Metric metric : {Metric::kCca, Metric::kCka, Metric::kCkaDebiased, Metric::kRsa}) {
    AlignmentOptions options = Asking(3, 0);
    options.alphas.clear();
    options.metric = metric;
    const AlignmentResult result = Align(inputs, options);
    EXPECT_EQ(result.null_scores.size(), 3 * result.score.size());
    EXPECT_TRUE(AllFinite(result.null_scores)) << Name(metric);
  }
}

// Of the metrics of two matrices, each tile finds again what nulls need of a layer.
TEST(NullsOfTwoMatricesTest, AreTheSameInLeastMemory) {
  SimulatedShape shape = SmallShape();
  shape.times = 40;  // four to a tile
  shape.dims = 40;
  const AlignmentInputs inputs = SimulateRecording(shape);
  for (const Metric metric : {Metric::kCca, Metric::kRsa}) {
    AlignmentOptions options;
    options.metric = metric;
    options.pca = 20;
    options.uncertainty.nulls = 2;
    AlignmentResources poor;
    poor.threads = 1;
    poor.scratch_folder = testing::TempDir();
    poor.memory_bytes = LeastMemoryBytes(inputs, options, poor);
    const AlignmentResult rich = Align(inputs, options, 2);
    const AlignmentResult same = Align(inputs, options, 1, poor);
    EXPECT_EQ(same.null_scores, rich.null_scores) << Name(metric);
    EXPECT_EQ(same.score_for_nulls, rich.score_for_nulls) << Name(metric);
    EXPECT_EQ(same.score_for_nulls.size(), rich.score.size()) << Name(metric);
  }
}

TEST(NullsOfTwoMatricesTest, WorkOfEveryUnitIsPlanned) {
  for (const Metric metric : {Metric::kCca, Metric::kCka}) {
    AlignmentOptions options;
    options.metric = metric;
    options.pca = 3;
    options.uncertainty.nulls = 150;
    const AlignmentInputs inputs = SimulateRecording(SmallShape());
    const auto alignment = Alignment::Create(inputs, options, nullptr);
    ASSERT_TRUE(alignment.ok()) << alignment.status();
    const AlignmentPlan& plan = (*alignment)->plan();
    EXPECT_EQ(plan.preparations.size() + plan.tiles.size() + plan.checks.size(),
              (*alignment)->units().size());
    ASSERT_EQ(plan.tiles.size(), (*alignment)->tiles().size());
    for (std::size_t i = 0; i < plan.tiles.size(); ++i) {
      const Tile& tile = (*alignment)->tiles()[i];
      if (tile.kind != TileKind::kNulls) continue;
      EXPECT_GT(plan.tiles[i].operations(), tile.null_count * plan.tiles[0].operations() / 4);
    }
  }
}

TEST(DetrendTest, TakesOutPolynomialsOfBothSides) {
  SimulatedShape shape = SmallShape();
  shape.sessions = 1;
  AlignmentInputs plain = AsEpochs(SimulateRecording(shape));
  plain.brain.onsets_seconds.clear();
  plain.brain.groups.clear();
  plain.brain.sessions.clear();
  AlignmentInputs drifting = plain;
  std::vector<double> brain = plain.brain.epochs.ToDoubles();
  std::vector<double> layer = plain.layers[1].activations.ToDoubles();
  const std::size_t of_word = brain.size() / static_cast<std::size_t>(shape.words);
  for (std::size_t i = 0; i < brain.size(); ++i) {
    const double x = static_cast<double>(i / of_word) / shape.words;
    brain[i] += 30 * x - 12 * x * x;
  }
  for (std::size_t i = 0; i < layer.size(); ++i) {
    const double x = static_cast<double>(i / 4) / shape.words;
    layer[i] += 5 - 20 * x * x;
  }
  drifting.brain.epochs = TensorOfDoubles({shape.words, shape.sensors, shape.times}, brain);
  drifting.layers[1].activations = TensorOfDoubles({shape.words, 4}, layer);
  AlignmentOptions options = Asking(2, 10);
  const AlignmentResult with_drift = Align(drifting, options);
  EXPECT_GT(*with_drift.uncertainty_facts.brain_drift, 0.5);
  EXPECT_GT(*with_drift.uncertainty_facts.model_drift, 0.1);
  options.uncertainty.detrend = 2;
  const AlignmentResult expected = Align(plain, options);
  const AlignmentResult actual = Align(drifting, options);
  EXPECT_LT(LargestDifference(actual.score, expected.score), 1e-9);
  EXPECT_LT(LargestDifference(actual.null_scores, expected.null_scores), 1e-9);
  EXPECT_GT(LargestDifference(with_drift.score, expected.score), 1e-2);
  EXPECT_LT(*actual.uncertainty_facts.brain_drift, 0.01);
}

TEST(UncertaintyOptionsTest, AreRefusedWhereNothingIsComputed) {
  const AlignmentInputs inputs = SimulateRecording(SmallShape());
  const auto refusal = [&](const AlignmentOptions& options) {
    std::vector<FieldProblem> problems;
    EXPECT_FALSE(Alignment::Create(inputs, options, &problems).ok());
    EXPECT_EQ(problems.size(), 1U);
    return problems.empty() ? FieldProblem() : problems.front();
  };
  AlignmentOptions options = Asking(2, 10);
  options.direction = Direction::kModelToBrain;
  const FieldProblem of_direction = refusal(options);
  EXPECT_EQ(of_direction.field, "options.draws");
  EXPECT_THAT(of_direction.description, HasSubstr("draws is 10"));
  EXPECT_THAT(of_direction.description, HasSubstr("brain_to_model"));
  options.direction = Direction::kBrainToModel;
  options.metric = Metric::kR2;
  EXPECT_THAT(refusal(options).description, HasSubstr("r2"));
}

}  // namespace
}  // namespace brainalign
