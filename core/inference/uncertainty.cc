#include "core/inference/uncertainty.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/inference/block_intervals.h"
#include "core/inference/circular_shift.h"
#include "core/inference/cluster_mass.h"
#include "core/inference/curve_times.h"
#include "core/inference/drift.h"
#include "core/inference/order_test.h"
#include "core/inference/session_swap.h"
#include "core/inference/session_words.h"
#include "core/inference/two_level_order.h"
#include "core/linalg/lapack.h"

namespace brainalign {
namespace {

absl::Status CheckArray(const char* name, const double* values, Eigen::Index rows,
                        Eigen::Index columns, Eigen::Index expected_rows,
                        Eigen::Index expected_columns) {
  if (rows != expected_rows || columns != expected_columns) {
    return absl::InvalidArgumentError(absl::StrCat(name, " has shape (", rows, ", ", columns,
                                                   "); it must be (", expected_rows, ", ",
                                                   expected_columns, ")"));
  }
  if (!std::all_of(values, values + rows * columns, [](double v) { return std::isfinite(v); })) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " has a number that is not finite; all must be finite"));
  }
  return absl::OkStatus();
}

absl::Status CheckMatrix(const char* name, const RowMatrix<double>& matrix, std::size_t rows,
                         std::size_t columns) {
  return CheckArray(name, matrix.data(), matrix.rows(), matrix.cols(),
                    static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
}

absl::Status CheckVector(const char* name, const std::vector<double>& values, std::size_t size) {
  return CheckArray(name, values.data(), 1, std::ssize(values), 1, static_cast<Eigen::Index>(size));
}

absl::Status CheckInputs(const UncertaintyFacts& facts, const UncertaintyInputs& inputs) {
  const ScoreMatrix& seen = inputs.seen;
  if (seen.depth.empty() || seen.times_seconds.empty()) {
    return absl::InvalidArgumentError("the matrix has no layer or no time; it must have both");
  }
  const std::size_t cells = seen.layers() * seen.times_seconds.size();
  absl::Status status = CheckVector("score", seen.score, cells);
  status.Update(CheckVector("depth", seen.depth, seen.depth.size()));
  status.Update(CheckVector("times_seconds", seen.times_seconds, seen.times_seconds.size()));
  if (!inputs.score_for_nulls.empty()) {
    status.Update(CheckVector("score_for_nulls", inputs.score_for_nulls, cells));
  }
  if (facts.nulls > 0) {
    status.Update(CheckMatrix("null", inputs.null, static_cast<std::size_t>(facts.nulls), cells));
  }
  if (inputs.held_out_influence.rows() > 0 || inputs.refit_influence.rows() > 0) {
    const std::size_t blocks = facts.fold_of_block.size();
    status.Update(CheckMatrix("held_out_influence", inputs.held_out_influence, blocks, cells));
    status.Update(CheckMatrix("refit_influence", inputs.refit_influence, blocks, cells));
    if (const auto folds = Size(inputs.alphas_influence.rows()); folds > 0) {
      status.Update(CheckMatrix("alphas_influence", inputs.alphas_influence, folds, cells));
    }
  }
  return status;
}

NoRelation TestNulls(const UncertaintyFacts& facts, const UncertaintyInputs& inputs) {
  NoRelation result;
  result.nulls = facts.nulls;
  result.nulls_asked = facts.nulls_asked;
  result.null_by = facts.null_by;
  result.min_shift_words = facts.min_shift_words;
  result.words_left_out = facts.words_left_out;
  result.words_in_short_sessions = facts.words_in_short_sessions;
  ScoreMatrix seen = inputs.seen;
  if (!inputs.score_for_nulls.empty()) {
    for (std::size_t cell = 0; cell < seen.score.size(); ++cell) {
      result.largest_basis_difference =
          std::max(result.largest_basis_difference,
                   std::abs(seen.score[cell] - inputs.score_for_nulls[cell]));
    }
    seen.score = inputs.score_for_nulls;
  }
  if (facts.null_by == NullBy::kSwap) {
    result.tests = TestLargestScore(seen, inputs.null);
    result.clusters.p_max = std::numeric_limits<double>::quiet_NaN();
  } else {
    result.tests = TestNoRelation(seen, inputs.null);
    result.clusters = TestClusters(seen, inputs.null);
  }
  return result;
}

absl::Status AddBlockResults(const UncertaintyFacts& facts, const UncertaintyInputs& inputs,
                             Uncertainty& result) {
  const BlockInfluence influence =
      CentreInFolds(inputs.held_out_influence + inputs.refit_influence, facts.fold_of_block);
  const int df = influence.degrees_of_freedom;
  result.blocks = BlockFacts{.words = facts.block_words,
                             .count = static_cast<int>(facts.fold_of_block.size()),
                             .df = df,
                             .too_few_for_intervals = df < kIntervalDegrees,
                             .too_few_for_simultaneous = df < kSimultaneousDegrees};
  if (NeighboursAreCorrelated(influence.values, facts.fold_of_block)) {
    result.cautions.push_back(Caution::kBlocksCorrelated);
  }
  result.se_refit = StandardErrors(influence.values);
  result.se_fixed_maps =
      StandardErrors(CentreInFolds(inputs.held_out_influence, facts.fold_of_block).values);
  const BlockInfluence with_alphas = AddAlphas(influence, inputs.alphas_influence);
  if (const Eigen::Index rows = inputs.alphas_influence.rows(); rows > 0) {
    result.se_alphas = StandardErrors(with_alphas.values.bottomRows(rows));
  }
  result.intervals =
      IntervalsOf(inputs.seen, with_alphas, StandardErrors(result), facts.seed, facts.draws);
  // The test of order leaves the noise of chosen alphas out (docs/calibration.md).
  absl::StatusOr<OrderTest> order = TestOrder(inputs.seen, influence, facts.seed, facts.draws);
  if (!order.ok()) return order.status();
  result.order = *std::move(order);
  return AddSecondLevel(inputs.seen, influence, facts.fold_of_block, facts.seed, facts.draws,
                        *result.order);
}

void AddCautions(const UncertaintyFacts& facts, Uncertainty& result) {
  const auto add_if = [&](bool applies, Caution caution) {
    if (applies) result.cautions.push_back(caution);
  };
  const bool swaps = facts.null_by == NullBy::kSwap;
  const double least_drift =
      std::min(result.brain_drift.value_or(0), result.model_drift.value_or(0));
  add_if(!swaps && least_drift > kDriftToWarnOf, Caution::kBothSidesDrift);
  if (result.no_relation.has_value() && swaps) {
    add_if(true, Caution::kSwapTestsLargestScore);
    const std::int64_t used =
        std::accumulate(facts.words_of_block.begin(), facts.words_of_block.end(), std::int64_t{0});
    add_if(facts.words_left_out > used, Caution::kSwapLeftOutMostWords);
  }
  if (result.no_relation.has_value() && !swaps) {
    const NoRelation& null = *result.no_relation;
    add_if(!facts.detrended, Caution::kNoSharedDriftAssumed);
    add_if(null.words_in_short_sessions > 0, Caution::kFewSessionWords);
    add_if(null.nulls < null.nulls_asked, Caution::kNullsLimitedByOffsets);
    add_if(null.tests.fdr_limited_by_nulls, Caution::kFdrLimitedByNulls);
    add_if(true, Caution::kNullPSlightlySmall);
    add_if(null.tests.p_temporal_score.has_value(), Caution::kNullScoreIsNoOrderTest);
    add_if(!null.clusters.p.empty(), Caution::kClusterHasNoEdges);
  }
  if (result.blocks.has_value()) {
    add_if(result.blocks->too_few_for_intervals, Caution::kNoIntervals);
    add_if(result.blocks->too_few_for_simultaneous, Caution::kNoSimultaneousBand);
    const bool has_second_level = result.order->two_level_p_temporal_score.has_value() ||
                                  result.order->two_level_p_half_score.has_value();
    add_if(has_second_level, Caution::kOrderLiberalWithFewBlocks);
    add_if(result.blocks->too_few_for_intervals && result.order->p_temporal_score.has_value(),
           Caution::kOrderOfTooFewBlocks);
    add_if(!result.blocks->too_few_for_intervals, Caution::kIntervalsOfExpectation);
    add_if(result.intervals.temporal_score_spread.has_value(), Caution::kSpreadIsNoInterval);
  }
}

}  // namespace

std::vector<double> StandardErrors(const Uncertainty& uncertainty) {
  std::vector<double> errors = uncertainty.se_refit;
  for (std::size_t cell = 0; cell < uncertainty.se_alphas.size(); ++cell) {
    errors[cell] += uncertainty.se_alphas[cell];
  }
  return errors;
}

UncertaintyPlan PlanUncertainty(const UncertaintyOptions& options,
                                const std::vector<std::int64_t>& sessions,
                                const std::vector<double>& onsets_seconds, double epoch_seconds,
                                const std::vector<Words>& test_words) {
  std::size_t words = 0;
  for (const Words& fold : test_words) words += fold.size();
  const double gap_seconds = WordGapSeconds(onsets_seconds, sessions);
  UncertaintyPlan plan;
  plan.sessions = WordsOfSessions(sessions, static_cast<std::int32_t>(words));
  plan.min_shift_words =
      options.min_shift_words.value_or(MinShiftWords(epoch_seconds, gap_seconds));
  plan.block_words = options.block_words.value_or(BlockWords(epoch_seconds, gap_seconds,
                                                             static_cast<std::int64_t>(words),
                                                             static_cast<int>(test_words.size())));
  plan.nulls_asked = options.nulls;
  plan.null_by = options.null_by;
  if (options.swaps_sessions()) {
    plan.min_shift_words = 0;
    plan.pairings =
        DrawPairings(static_cast<int>(plan.sessions.size()), options.nulls, options.seed);
    plan.nulls = static_cast<int>(plan.pairings.size());
  } else {
    plan.nulls = DifferentNulls(plan.sessions, plan.min_shift_words, options.nulls);
  }
  plan.blocks = MakeBlocks(plan.sessions, test_words, plan.block_words);
  plan.fold_of_block = plan.blocks.fold;
  plan.words_of_block.assign(plan.blocks.count(), 0);
  for (const std::int32_t block : plan.blocks.of_word) {
    ++plan.words_of_block[static_cast<std::size_t>(block)];
  }
  plan.words_in_short_sessions = WordsInShortSessions(plan.sessions);
  plan.short_sessions = ShortSessions(plan.sessions);
  plan.words_fingerprint = FingerprintOfWords(sessions, onsets_seconds, test_words);
  plan.seed = options.seed;
  plan.draws = options.draws;
  plan.detrended = options.detrend.has_value();
  return plan;
}

void ResolveWords(const UncertaintyPlan& plan, UncertaintyOptions& options) {
  if (plan.influence_blocks() > 0) options.block_words = plan.block_words;
  if (plan.nulls > 0 && plan.null_by == NullBy::kShift) {
    options.min_shift_words = plan.min_shift_words;
  }
}

std::vector<std::int32_t> WordsOfNull(const UncertaintyPlan& plan, int null) {
  if (plan.null_by == NullBy::kShift) {
    return ShiftedWords(plan.sessions, plan.min_shift_words, plan.seed,
                        static_cast<std::uint64_t>(null));
  }
  return SwappedWords(plan.sessions, PairingOf(static_cast<int>(plan.sessions.size()), plan.seed,
                                               plan.pairings[static_cast<std::size_t>(null)]));
}

absl::StatusOr<Uncertainty> ComputeUncertainty(const UncertaintyFacts& facts,
                                               const UncertaintyInputs& inputs) {
  if (absl::Status status = CheckInputs(facts, inputs); !status.ok()) return status;
  UseCallersThreads();  // else the bits depend on the program that reads the result
  Uncertainty result;
  result.brain_drift = facts.brain_drift;
  result.model_drift = facts.model_drift;
  const std::vector<double> t_max = TimesOfLayers(PeakTime, inputs.seen.score.data(),
                                                  inputs.seen.layers(), inputs.seen.times_seconds);
  const double slope =
      TrendSeen(t_max, inputs.seen.depth, TimeRoundingSeconds(inputs.seen.times_seconds)).slope;
  if (std::isfinite(slope)) result.slope = slope;
  if (facts.nulls > 0) result.no_relation = TestNulls(facts, inputs);
  if (inputs.held_out_influence.rows() > 0) {
    if (absl::Status status = AddBlockResults(facts, inputs, result); !status.ok()) return status;
  } else {
    absl::StatusOr<OrderTest> without_p = TestOrder(inputs.seen, {}, facts.seed, /*draws=*/0);
    if (!without_p.ok()) return without_p.status();
    result.order = *std::move(without_p);
  }
  AddCautions(facts, result);
  return result;
}

}  // namespace brainalign
