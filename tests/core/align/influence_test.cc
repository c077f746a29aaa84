// The influence of blocks of words on every route, against the formulas word by word.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "core/align/alignment.h"
#include "gtest/gtest.h"
#include "tests/core/align/align.h"
#include "tests/core/align/simulated_inputs.h"
#include "tests/core/align/textbook.h"

namespace brainalign {
namespace {

struct InfluenceRoute {
  std::string name;
  int words = 90;
  int sensors = 6;
  int dims = 8;
  int pca = 0;
  FitWords fitted = FitWords::kTraining;
  bool is_scattered = false;
  double tolerance = 1e-10;
};

void PrintTo(const InfluenceRoute& route, std::ostream* out) { *out << route.name; }

// Three layers, of which each has something of the sensors. Neighbouring words overlap, so that a
// purge removes some.
AlignmentInputs InputsOf(const InfluenceRoute& route) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal;
  constexpr int kTimes = 2;
  AlignmentInputs inputs;
  std::vector<double> epochs(static_cast<std::size_t>(route.words * route.sensors * kTimes));
  for (double& value : epochs) value = 2 + normal(random);
  inputs.brain.epochs = TensorOfDoubles({route.words, route.sensors, kTimes}, epochs);
  inputs.brain.times_seconds = {0, 0.3};
  for (int layer = 0; layer < 3; ++layer) {
    std::vector<double> values(static_cast<std::size_t>(route.words * route.dims));
    for (int word = 0; word < route.words; ++word) {
      for (int d = 0; d < route.dims; ++d) {
        const int sensor = word * route.sensors + (d + layer) % route.sensors;
        values[static_cast<std::size_t>(word * route.dims + d)] =
            normal(random) / (1 + d) + epochs[static_cast<std::size_t>(sensor * kTimes)];
      }
    }
    inputs.layers.push_back(
        {TensorOfDoubles({route.words, route.dims}, values), (1.0 + layer) / 3, "layer"});
  }
  for (int word = 0; word < route.words; ++word) {
    inputs.brain.onsets_seconds.push_back(0.2 * word);
    const int group = route.is_scattered ? word % 10 : word * 2 / route.words;
    inputs.brain.groups.push_back(group);
    inputs.brain.sessions.push_back(word * 2 / route.words);
  }
  return inputs;
}

// The block of each word: blocks follow each other by fold, then by session.
std::vector<std::size_t> BlockOfWord(const AlignmentInputs& inputs, const AlignmentResult& result) {
  const std::vector<OuterFold> folds = TextbookFolds(inputs, result.spec);
  std::vector<std::tuple<std::size_t, std::int64_t, std::int32_t>> order;
  for (std::size_t fold = 0; fold < folds.size(); ++fold) {
    for (const std::int32_t word : folds[fold].test) {
      order.emplace_back(fold, inputs.brain.sessions[static_cast<std::size_t>(word)], word);
    }
  }
  std::sort(order.begin(), order.end());
  std::vector<std::size_t> block_of_word(order.size());
  std::size_t next = 0;
  const std::vector<std::int64_t>& words = result.uncertainty_facts.words_of_block;
  for (std::size_t block = 0; block < words.size(); ++block) {
    for (std::int64_t i = 0; i < words[block]; ++i, ++next) {
      block_of_word[static_cast<std::size_t>(std::get<2>(order[next]))] = block;
    }
  }
  EXPECT_EQ(next, order.size());
  return block_of_word;
}

class InfluenceOfBlocksTest : public testing::TestWithParam<InfluenceRoute> {};

TEST_P(InfluenceOfBlocksTest, IsTheSumOverWords) {
  const InfluenceRoute& route = GetParam();
  const AlignmentInputs inputs = InputsOf(route);
  AlignmentOptions options;
  options.selection = route.is_scattered ? Selection::kBlocked : Selection::kGcv;
  options.alphas = {10, 1000};
  options.pca = route.pca;
  options.zscore_words = route.fitted;
  options.pca_words = route.fitted;
  options.fold_by = route.is_scattered ? FoldBy::kGroup : FoldBy::kContiguous;
  options.purge_seconds = 0.5;
  options.uncertainty.draws = 10;
  options.uncertainty.block_words = 7;
  const AlignmentResult result = Align(inputs, options);
  EXPECT_FALSE(result.self_check.fell_back);
  const WordInfluence words = TextbookInfluence(inputs, result.spec);
  const std::vector<std::size_t> block_of_word = BlockOfWord(inputs, result);
  const std::size_t cells = words.refit.size() / block_of_word.size();
  const auto of_blocks = [&](const std::vector<double>& of_words) {
    std::vector<double> sums(result.uncertainty_facts.words_of_block.size() * cells);
    for (std::size_t word = 0; word < block_of_word.size(); ++word) {
      for (std::size_t cell = 0; cell < cells; ++cell) {
        sums[block_of_word[word] * cells + cell] += of_words[word * cells + cell];
      }
    }
    return sums;
  };
  for (const bool refit : {false, true}) {
    const std::vector<double> expected = of_blocks(refit ? words.refit : words.held_out);
    const std::vector<double>& actual = refit ? result.refit_influence : result.held_out_influence;
    ASSERT_EQ(actual.size(), expected.size());
    double largest = 0;
    double worst = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      largest = std::max(largest, std::abs(expected[i]));
      worst = std::max(worst, std::abs(actual[i] - expected[i]));
    }
    EXPECT_GT(largest, 1e-4);
    EXPECT_LE(worst, route.tolerance) << (refit ? "refit" : "held out");
  }
}

// Columns that all folds share, and some of each fold; columns of more layers at a time than one,
// and more of a layer than are worked on at a time; words of a block that do not lie beside each
// other; features of each fold, as in the dual with scales of its own; single precision.
INSTANTIATE_TEST_SUITE_P(
    Routes, InfluenceOfBlocksTest,
    testing::Values(
        InfluenceRoute{.name = "shared"}, InfluenceRoute{.name = "basis_per_fold", .pca = 3},
        InfluenceRoute{.name = "one_basis", .pca = 3, .fitted = FitWords::kAll},
        InfluenceRoute{.name = "many_columns", .dims = 600},
        InfluenceRoute{.name = "scattered", .pca = 3, .is_scattered = true},
        InfluenceRoute{.name = "dual", .words = 60, .sensors = 80},
        InfluenceRoute{.name = "dual_basis_per_fold", .words = 60, .sensors = 80, .pca = 3},
        InfluenceRoute{
            .name = "dual_one_scale", .words = 60, .sensors = 80, .fitted = FitWords::kAll},
        InfluenceRoute{.name = "in_single", .words = 2100, .pca = 3, .tolerance = 1e-7},
        InfluenceRoute{.name = "in_single_shared", .words = 2100, .tolerance = 1e-7}),
    [](const testing::TestParamInfo<InfluenceRoute>& test) { return test.param.name; });

}  // namespace
}  // namespace brainalign
