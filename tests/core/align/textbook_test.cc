// Experiments and options drawn at random, whose scores the textbook's formulas give: what nobody
// thought of putting together.
#include "tests/core/align/textbook.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "core/align/alignment.h"
#include "gtest/gtest.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}

  template <typename T>
  T From(const std::vector<T>& values) {
    return values[random_() % values.size()];
  }
  bool Chance(int percent) { return random_() % 100 < static_cast<std::uint64_t>(percent); }
  float Normal() { return normal_(random_); }

 private:
  std::mt19937_64 random_;
  std::normal_distribution<float> normal_;
};

// Of some words, few or, with `many`, more than are held in double precision.
AlignmentInputs RandomExperiment(Draw& draw, bool many) {
  const int words = many ? draw.From<int>({2049, 2200}) : draw.From<int>({21, 40, 50, 77, 120});
  const int sensors = many ? draw.From<int>({1, 4, 9}) : draw.From<int>({1, 2, 5, 12, 30, 60});
  const int times = many ? 1 : draw.From<int>({1, 2, 3});
  const int dims = many ? draw.From<int>({1, 3, 12})
                        : draw.From<int>({1, 3, 8, words * 4 / 5, words - 1, words, words + 1});
  AlignmentInputs inputs;
  std::vector<float> epochs(static_cast<std::size_t>(words * sensors * times));
  for (float& value : epochs) value = 3 + draw.Normal();
  inputs.brain.epochs = TensorOfFloats({words, sensors, times}, epochs);
  for (int t = 0; t < times; ++t) inputs.brain.times_seconds.push_back(0.1 * t);
  const int layers = draw.From<int>({1, 3});
  for (int layer = 0; layer < layers; ++layer) {
    const float share = draw.From<float>({0, 1, 5});  // of what the sensors drive
    std::vector<float> values(static_cast<std::size_t>(words * dims));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t word = i / static_cast<std::size_t>(dims);
      const std::size_t sensor = i % static_cast<std::size_t>(std::min(dims, sensors));
      values[i] =
          draw.Normal() + share * epochs[(word * static_cast<std::size_t>(sensors) + sensor) *
                                         static_cast<std::size_t>(times)];
    }
    inputs.layers.push_back({TensorOfFloats({words, dims}, values), 1.0 / (1 + layer), "layer"});
  }
  if (draw.Chance(50)) {
    double onset = 0;
    for (int word = 0; word < words; ++word) {
      inputs.brain.onsets_seconds.push_back(onset += draw.From<double>({0.05, 0.2, 0.4}));
    }
  }
  if (draw.Chance(50)) {
    const int groups = draw.From<int>({5, 7});
    const bool mixed = draw.Chance(30);
    for (int word = 0; word < words; ++word) {
      inputs.brain.groups.push_back(mixed ? word * 3 % groups : word * groups / words);
      inputs.brain.sessions.push_back(inputs.brain.groups.back());
    }
  }
  return inputs;
}

// `many` as above: in single precision the mean of components is rounding, about which a cosine
// with predictions that are next to nothing turns.
AlignmentOptions RandomOptions(Draw& draw, bool many) {
  AlignmentOptions options;
  options.preset = draw.From<Preset>({Preset::kStrict, Preset::kPaper});
  options.direction = draw.From<Direction>(
      {Direction::kBrainToModel, Direction::kBrainToModel, Direction::kModelToBrain});
  options.metric = draw.From<Metric>({Metric::kPearson, Metric::kCosine, Metric::kR2});
  if (many && options.metric == Metric::kCosine) options.metric = Metric::kPearson;
  options.folds = draw.From<int>({2, 3, 5});
  options.inner_folds = draw.From<int>({2, 5});
  options.shared_alpha = draw.Chance(30);
  options.pca = draw.From<int>({0, 1, 3, 8});
  if (draw.Chance(60)) {
    options.selection = draw.From<Selection>(
        {Selection::kFixed, Selection::kLoo, Selection::kGcv, Selection::kBlocked});
  }
  if (draw.Chance(50)) options.alphas = {0.1, 10, 1000};
  if (options.selection == Selection::kFixed) options.alphas = {draw.From<double>({0.01, 100})};
  if (draw.Chance(30)) options.purge_seconds = draw.From<double>({0, 0.3, 1});
  if (draw.Chance(40)) {
    options.zscore_words = draw.From<FitWords>({FitWords::kAll, FitWords::kTraining});
  }
  if (draw.Chance(40)) {
    options.pca_words = draw.From<FitWords>({FitWords::kAll, FitWords::kTraining});
  }
  return options;
}

std::string Describe(const AlignmentInputs& inputs, const AlignmentSpec& spec) {
  std::ostringstream text;
  text << inputs.brain.epochs.dim(0) << " words, " << inputs.brain.epochs.dim(1) << " sensors, "
       << inputs.layers.front().activations.dim(1) << " dimensions, pca " << spec.pca << " on "
       << Name(spec.pca_words) << ", z-score on " << Name(spec.zscore_words) << ", "
       << Name(spec.direction) << ", " << Name(spec.selection) << " of " << spec.alphas.size()
       << (spec.shared_alpha ? " shared" : "") << ", " << Name(spec.metric) << ", "
       << Name(spec.fold_by) << ", purge " << spec.purge_seconds;
  return text.str();
}

// The largest difference of the scores of single columns (cells, columns) from the means over folds
// of `expected` (K * cells) of (columns).
double WorstOfColumns(const std::vector<double>& columns,
                      const std::vector<std::vector<double>>& expected, std::size_t cells) {
  const std::size_t length = columns.size() / cells;
  const std::size_t folds = expected.size() / cells;
  double worst = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    double mean = 0;
    for (std::size_t k = 0; k < folds; ++k) {
      mean += expected[k * cells + i / length].at(i % length) / static_cast<double>(folds);
    }
    worst = std::max(worst, std::abs(columns[i] - mean));
  }
  return worst;
}

// How many of the drawn experiments could be computed; all must agree to `tolerance`.
int CountAgreeing(int first_seed, int count, bool many, double tolerance) {
  int computed = 0;
  for (int seed = first_seed; seed < first_seed + count; ++seed) {
    Draw draw(static_cast<std::uint64_t>(seed));
    const AlignmentInputs inputs = RandomExperiment(draw, many);
    AlignmentOptions options = RandomOptions(draw, many);
    const bool to_brain = options.direction == Direction::kModelToBrain;
    if (seed % 2 == 0) options.arrays = {to_brain ? "per_sensor" : "per_target"};
    std::vector<FieldProblem> problems;
    const auto alignment = Alignment::Create(inputs, options, &problems);
    if (!alignment.ok()) {  // more components than words or dimensions, a fold without words
      EXPECT_FALSE(problems.empty()) << "seed " << seed << ": " << alignment.status();
      continue;
    }
    const CancelFlag cancel{false};
    double share = 0;
    const auto result =
        RunAlignment(**alignment, 2, cancel, nullptr, [&](double done, double) { share = done; });
    EXPECT_TRUE(result.ok()) << "seed " << seed << ": " << result.status();
    if (!result.ok()) continue;
    EXPECT_LE(share, 1.0);
    const std::vector<double> expected = TextbookScores(inputs, result->spec);
    EXPECT_EQ(result->score_per_fold.size(), expected.size());
    double worst = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      worst = std::max(worst, std::abs(result->score_per_fold[i] - expected[i]));
    }
    EXPECT_LE(worst, tolerance) << "seed " << seed << ": " << Describe(inputs, result->spec);
    if (result->spec.column_scores) {
      EXPECT_LE(WorstOfColumns(to_brain ? result->score_per_sensor : result->score_per_target,
                               TextbookColumnScores(inputs, result->spec), result->score.size()),
                10 * tolerance)
          << "seed " << seed << ": " << Describe(inputs, result->spec);
    }
    ++computed;
  }
  return computed;
}

TEST(TextbookTest, RandomExperimentsOfFewWords) {
  EXPECT_GE(CountAgreeing(1, 150, false, 1e-7), 75);
}

// Held in single precision.
TEST(TextbookTest, RandomExperimentsOfManyWords) {
  EXPECT_GE(CountAgreeing(1001, 20, true, 1e-5), 10);
}

}  // namespace
}  // namespace brainalign
