// How often p values and intervals are right, over experiments that are simulated with a known
// truth.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/align/compare.h"
#include "core/align/read_off_uncertainty.h"
#include "core/align/readout.h"
#include "core/inference/uncertainty.h"
#include "gtest/gtest.h"
#include "tests/core/calibration/conditions.h"
#include "tests/core/calibration/experiments.h"
#include "tests/core/calibration/rates.h"
#include "tests/durability/stage/proof.h"

namespace brainalign {
namespace {

constexpr double kLevel = 0.05;
constexpr int kPairedDraws = 400;
// What share of 95 % intervals holds the truth at least.
constexpr double kLeastCover = 0.93;
// Half the distance of samples at 10 Hz, seconds.
constexpr double kHalfSample = 0.05;
// Monte Carlo errors that a rate may be off its bound by. A condition that holds its bound passes
// by chance in all but one of a thousand.
constexpr double kErrors = 3;

int experiments = 40;
int thread_count = 1;
std::string only;  // conditions whose names have this in them
bool all_conditions = false;

// The conditions of a test that this run looks at: in the short form the first three.
std::vector<Condition> Chosen(const std::vector<Condition>& conditions) {
  std::vector<Condition> chosen;
  for (const Condition& condition : conditions) {
    const bool named = !only.empty() && condition.name.find(only) != std::string::npos;
    if (named || (only.empty() && (all_conditions || chosen.size() < 3))) {
      chosen.push_back(condition);
    }
  }
  return chosen;
}

std::vector<AlignmentResult> RunAll(const Condition& condition, int model = 0) {
  std::vector<AlignmentResult> results(static_cast<std::size_t>(experiments));
  ForEachReplicate(experiments, thread_count, [&](int replicate) {
    results[static_cast<std::size_t>(replicate)] =
        RunExperiment(condition, ProofSeed(), replicate, model);
  });
  return results;
}

bool AllRan(const std::vector<AlignmentResult>& results) {
  return std::all_of(results.begin(), results.end(),
                     [](const AlignmentResult& result) { return result.uncertainty.has_value(); });
}

void Say(const Condition& condition, const char* what, const Rate& rate) {
  if (rate.count == 0) return;  // too few blocks
  std::cout << "  " << condition.name << ": " << what << " " << InWords(rate) << " of "
            << rate.count << std::endl;
}

void ExpectAtMost(const Condition& condition, const char* what, const Rate& rate, double bound) {
  Say(condition, what, rate);
  EXPECT_LE(rate.share - kErrors * rate.error, bound) << condition.name << ": " << what;
}

void ExpectAtLeast(const Condition& condition, const char* what, const Rate& rate, double bound) {
  Say(condition, what, rate);
  EXPECT_GE(rate.share + kErrors * rate.error, bound) << condition.name << ": " << what;
}

void ExpectUniform(const Condition& condition, const char* what, const std::vector<double>& p) {
  const double uniformity = UniformityP(p, condition.options.uncertainty.nulls);
  std::cout << "  " << condition.name << ": " << what << ", Kolmogorov-Smirnov p " << uniformity
            << std::endl;
  EXPECT_GT(uniformity, 1e-3) << condition.name << ": " << what;
}

TEST(CalibrationTest, PValuesOfNoRelationAreUniform) {
  for (const Condition& condition : Chosen(UnrelatedConditions())) {
    std::vector<double> of_max;
    std::vector<double> of_mean;
    std::vector<double> of_mass;
    std::vector<double> of_a_cell;
    std::vector<double> of_score;
    std::vector<double> shares;
    for (const AlignmentResult& result : RunAll(condition)) {
      if (!result.uncertainty) continue;
      const NoRelation& none = *result.uncertainty->no_relation;
      of_max.push_back(none.tests.p_max);
      of_mean.push_back(none.tests.p_mean_of_maxima);
      of_mass.push_back(none.clusters.p_max);
      const std::vector<double>& cells = none.tests.p_cell;
      of_a_cell.push_back(cells[cells.size() / 2]);
      shares.push_back(RateBelow(cells, kLevel).share);
      if (none.tests.p_temporal_score) of_score.push_back(*none.tests.p_temporal_score);
    }
    // Sessions of fewer than 50 words are known to be liberal, and labelled (docs/uncertainty.md).
    const double bound = condition.words_per_session < 50 ? 0.09 : 0.065;
    const double of_maxima = std::max(bound, condition.most_maxima);
    ExpectAtMost(condition, "largest score", RateBelow(of_max, kLevel), of_maxima);
    ExpectAtMost(condition, "mean of maxima", RateBelow(of_mean, kLevel), of_maxima);
    const double of_cells = std::max(bound, condition.most_cells);
    ExpectAtMost(condition, "cluster mass", RateBelow(of_mass, kLevel), of_cells);
    ExpectAtMost(condition, "cells", MeanOf(shares), of_cells);
    ExpectAtMost(condition, "temporal score", RateBelow(of_score, kLevel), bound);
    if (condition.is_uniform) ExpectUniform(condition, "largest score", of_max);
    if (condition.is_uniform) ExpectUniform(condition, "one cell", of_a_cell);
  }
}

// Without detrending, drift that both sides share makes every p value small. It is told as a
// caution; this shows that the program would find it.
TEST(CalibrationTest, SharedDriftBreaksTheNullUnlessItIsTakenOut) {
  Condition condition = UnrelatedConditions().front();
  condition.name = "drift in both sides";
  condition.slow_drift = 0.5;
  if (!only.empty() && condition.name.find(only) == std::string::npos) return;
  std::vector<double> p;
  for (const AlignmentResult& result : RunAll(condition)) {
    if (!result.uncertainty) continue;
    p.push_back(result.uncertainty->no_relation->tests.p_max);
    EXPECT_TRUE(result.uncertainty->brain_drift > 0.01 && result.uncertainty->model_drift > 0.01);
  }
  ExpectAtLeast(condition, "largest score", RateBelow(p, kLevel), 0.9);
}

// What activations add to nuisance is found, where it is taken out of many columns, too.
TEST(CalibrationTest, ARelationBeyondNuisanceIsFound) {
  std::vector<Condition> unrelated = UnrelatedConditions();
  const auto of_many = std::find_if(unrelated.begin(), unrelated.end(), [](const Condition& c) {
    return c.name == "nuisance taken out of 64 columns";
  });
  Condition condition = *of_many;
  condition.name = "relation beyond nuisance taken out of 64 columns";
  condition.snr = 0.5;
  if (only.empty() ? !all_conditions : condition.name.find(only) == std::string::npos) return;
  std::vector<double> p;
  for (const AlignmentResult& result : RunAll(condition)) {
    if (result.uncertainty) p.push_back(result.uncertainty->no_relation->tests.p_max);
  }
  ExpectAtLeast(condition, "largest score", RateBelow(p, kLevel), 0.9);
}

// Swaps of whole sessions hold there. Each p is a multiple of 1 / 45, so 0.044 is the rate of a
// uniform one. They hold for a metric of two matrices with detrending, too, where shifts do not.
TEST(CalibrationTest, SwapsOfSessionsHoldUnderSharedDrift) {
  Condition swapped = UnrelatedConditions().front();
  swapped.name = "swapped sessions, drift in both sides";
  swapped.slow_drift = 0.5;
  swapped.options.uncertainty.nulls = 44;
  swapped.options.uncertainty.null_by = NullBy::kSwap;
  Condition detrended = swapped;
  detrended.name = "swapped sessions, metric cka_debiased, drift in both sides, detrended";
  detrended.words_per_session = 100;
  detrended.dims = 6;
  detrended.layers = 3;
  detrended.options.metric = Metric::kCkaDebiased;
  detrended.options.selection.reset();
  detrended.options.uncertainty.detrend = 3;
  for (const Condition& condition : {swapped, detrended}) {
    const bool chosen = only.empty() ? all_conditions || condition.name == swapped.name
                                     : condition.name.find(only) != std::string::npos;
    if (!chosen) continue;
    std::vector<double> p;
    for (const AlignmentResult& result : RunAll(condition)) {
      if (result.uncertainty) p.push_back(result.uncertainty->no_relation->tests.p_max);
    }
    ExpectAtMost(condition, "largest score", RateBelow(p, kLevel), 0.065);
  }
}

// p_order of experiments, by t_max and by t_half. What was not defined has p 1.
struct OrderPs {
  std::vector<double> of_max;
  std::vector<double> of_half;
  // From two levels of draws; where there are too many blocks for these, from one.
  std::vector<double> two_level_of_max;
  std::vector<double> two_level_of_half;
  std::vector<double> parametric;
};

OrderPs OrderOf(const std::vector<AlignmentResult>& results) {
  OrderPs p;
  for (const AlignmentResult& result : results) {
    if (!result.uncertainty) continue;
    const OrderTest& order = *result.uncertainty->order;
    p.of_max.push_back(order.p_temporal_score.value_or(1));
    p.of_half.push_back(order.p_half_score.value_or(1));
    p.two_level_of_max.push_back(order.two_level_p_temporal_score.value_or(p.of_max.back()));
    p.two_level_of_half.push_back(order.two_level_p_half_score.value_or(p.of_half.back()));
    const double parametric = result.readout.temporal_score_p;
    p.parametric.push_back(std::isnan(parametric) ? 1 : parametric);
  }
  return p;
}

TEST(CalibrationTest, OneTimeCourseForAllLayersIsSeldomCalledAnOrder) {
  for (const Condition& condition : Chosen(UnorderedConditions())) {
    const OrderPs p = OrderOf(RunAll(condition));
    Say(condition, "parametric p", RateBelow(p.parametric, kLevel));
    // One level of draws is known to be liberal with few blocks, and labelled.
    Say(condition, "p_order of t_max", RateBelow(p.of_max, kLevel));
    Say(condition, "p_order of t_half", RateBelow(p.of_half, kLevel));
    ExpectAtMost(condition, "two-level p of t_max", RateBelow(p.two_level_of_max, kLevel), 0.065);
    ExpectAtMost(condition, "two-level p of t_half", RateBelow(p.two_level_of_half, kLevel), 0.065);
  }
}

// Adds whether the interval holds the truth, if there is an interval and a truth.
void Add(const std::optional<Interval>& interval, double truth, std::vector<bool>& hits) {
  if (!interval || std::isnan(truth)) return;
  hits.push_back(interval->low <= truth && truth <= interval->high);
}

// An interval that reaches at least `reach` to both sides of its middle.
std::optional<Interval> Widened(const std::optional<Interval>& interval, double reach) {
  if (!interval) return interval;
  const double middle = (interval->low + interval->high) / 2;
  return Interval{std::min(interval->low, middle - reach),
                  std::max(interval->high, middle + reach)};
}

// The expected matrix, which intervals are about: the mean of the matrices of all experiments.
AlignmentResult ExpectedOf(const std::vector<AlignmentResult>& results) {
  AlignmentResult expected = results.front();
  std::fill(expected.score.begin(), expected.score.end(), 0.0);
  for (const AlignmentResult& result : results) {
    for (std::size_t cell = 0; cell < expected.score.size(); ++cell) {
      expected.score[cell] += result.score[cell] / static_cast<double>(results.size());
    }
  }
  expected.readout = ReadOff(expected.score, expected.times_seconds, expected.depth,
                             expected.spec.window_bounds_seconds);
  ReadOffUncertainty(expected);
  return expected;
}

TEST(CalibrationTest, OrderIsFoundAndIntervalsHoldTheTruth) {
  for (const Condition& condition : Chosen(OrderedConditions())) {
    const std::vector<AlignmentResult> results = RunAll(condition);
    if (!AllRan(results)) return;
    const OrderPs p = OrderOf(results);
    const AlignmentResult expected = ExpectedOf(results);
    const double peak = expected.readout.alignment_score_best_layer;
    std::cout << "  " << condition.name << ": expected peak " << peak << ", temporal score "
              << expected.readout.temporal_score << std::endl;
    Say(condition, "order found by t_max", RateBelow(p.of_max, kLevel));
    Say(condition, "order found by t_half", RateBelow(p.of_half, kLevel));
    Say(condition, "order found by the two-level p of t_max",
        RateBelow(p.two_level_of_max, kLevel));
    Say(condition, "order found by the two-level p of t_half",
        RateBelow(p.two_level_of_half, kLevel));
    std::vector<double> peaks;  // shares of cells, of each experiment
    std::vector<double> others;
    std::vector<bool> band;
    std::vector<double> t_max;  // shares of layers
    std::vector<double> widened_t_max;
    std::vector<bool> narrow_t_max;  // layers of all experiments
    std::vector<bool> is_narrow;
    std::vector<bool> slope;
    for (const AlignmentResult& result : results) {
      const Uncertainty& uncertainty = *result.uncertainty;
      if (!uncertainty.intervals.t_quantile) continue;
      std::vector<bool> at_peaks;
      std::vector<bool> elsewhere;
      const std::vector<double> errors = StandardErrors(uncertainty);
      double furthest = 0;
      for (std::size_t cell = 0; cell < expected.score.size(); ++cell) {
        const double off = std::abs(result.score[cell] - expected.score[cell]);
        const double error = errors[cell];
        furthest = std::max(furthest, off / error);
        (expected.score[cell] > 0.3 * peak ? at_peaks : elsewhere)
            .push_back(off <= *uncertainty.intervals.t_quantile * error);
      }
      peaks.push_back(RateOf(at_peaks).share);
      others.push_back(RateOf(elsewhere).share);
      if (uncertainty.intervals.simultaneous_quantile) {
        band.push_back(furthest <= *uncertainty.intervals.simultaneous_quantile);
      }
      std::vector<bool> of_layers;
      std::vector<bool> of_widened;
      for (std::size_t layer = 0; layer < expected.depth.size(); ++layer) {
        const std::optional<Interval>& interval = uncertainty.intervals.t_max[layer];
        const double truth = expected.readout.t_max[layer];
        Add(interval, truth, of_layers);
        Add(Widened(interval, kHalfSample), truth, of_widened);
        if (!interval) continue;
        is_narrow.push_back(interval->high - interval->low < 2 * kHalfSample);
        if (is_narrow.back()) Add(interval, truth, narrow_t_max);
      }
      t_max.push_back(RateOf(of_layers).share);
      widened_t_max.push_back(RateOf(of_widened).share);
      if (expected.uncertainty->slope) {
        Add(uncertainty.intervals.slope, *expected.uncertainty->slope, slope);
      }
    }
    ExpectAtLeast(condition, "cells with signal inside their intervals", MeanOf(peaks),
                  kLeastCover);
    ExpectAtLeast(condition, "other cells", MeanOf(others), kLeastCover);
    Say(condition, "matrix inside the band", RateOf(band));
    ExpectAtLeast(condition, "t_max inside its interval", MeanOf(t_max), kLeastCover);
    // Narrower ones are told in a caution.
    Say(condition, "intervals of t_max narrower than half a sample each way", RateOf(is_narrow));
    Say(condition, "t_max inside those", RateOf(narrow_t_max));
    ExpectAtLeast(condition, "t_max inside its interval, widened to half a sample each way",
                  MeanOf(widened_t_max), kLeastCover);
    ExpectAtLeast(condition, "slope inside its interval", RateOf(slope), kLeastCover);
  }
}

TEST(CalibrationTest, TwoEqualModelsSeldomDiffer) {
  for (const Condition& condition : Chosen(PairedConditions())) {
    const std::vector<AlignmentResult> first = RunAll(condition, 0);
    const std::vector<AlignmentResult> second = RunAll(condition, 1);
    if (!AllRan(first) || !AllRan(second)) return;
    std::vector<double> of_score;
    std::vector<double> familywise;
    std::vector<double> cells;
    for (std::size_t i = 0; i < first.size(); ++i) {
      const auto comparison =
          Compare(ComparedOf(first[i]), ComparedOf(second[i]), ProofSeed(), kPairedDraws);
      ASSERT_TRUE(comparison.ok()) << comparison.status();
      const PairedTest& test = comparison->test;
      if (test.alignment_p) of_score.push_back(*test.alignment_p);
      if (!test.p_familywise.empty()) {
        familywise.push_back(*std::min_element(test.p_familywise.begin(), test.p_familywise.end()));
      }
      cells.push_back(RateBelow(test.p_cell, kLevel).share);
    }
    ExpectAtMost(condition, "alignment scores differ", RateBelow(of_score, kLevel), kLevel);
    ExpectAtMost(condition, "any cell differs, family-wise", RateBelow(familywise, kLevel), kLevel);
    ExpectAtMost(condition, "cells differ", MeanOf(cells), kLevel);
  }
}

}  // namespace
}  // namespace brainalign

int main(int argc, char** argv) {
  using namespace brainalign;  // NOLINT(google-build-using-namespace)
  CLI::App options("Counts how often p values and intervals are right, over simulated experiments");
  options.add_option("--experiments", experiments, "How many of each condition")
      ->capture_default_str();
  options.add_option("--threads", thread_count, "Experiments at a time")->capture_default_str();
  options.add_option("--only", only, "Conditions with this in their name");
  options.add_flag("--all", all_conditions, "All conditions, not the first three of each kind");
  return RunProof(argc, argv, options, [] {
    experiments = 400;
    all_conditions = true;
    thread_count = static_cast<int>(std::thread::hardware_concurrency());
  });
}
