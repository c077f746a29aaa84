#include "client/rigour/facts.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/printable.h"

namespace brainalign {
namespace {

// Times nearer to word onset than rounding of decimal times are not before it.
constexpr double kOnsetRoundingSeconds = 1e-9;

bool IsBeforeOnset(double seconds) { return seconds < -kOnsetRoundingSeconds; }

// The largest defined score of the times that are wanted.
std::optional<ScoreAt> LargestScore(const AlignmentResult& a, bool before_onset) {
  std::optional<ScoreAt> best;
  const auto times = static_cast<std::size_t>(a.times);
  for (std::size_t cell = 0; cell < a.score.size(); ++cell) {
    const double score = a.score[cell];
    const double seconds = a.times_seconds[cell % times];
    if (std::isnan(score) || (before_onset && !IsBeforeOnset(seconds))) continue;
    if (best.has_value() && score <= best->score) continue;
    best = ScoreAt{score, Printable(a.layer_names[cell / times]), seconds};
  }
  return best;
}

void AddNulls(const AlignmentResult& a, const NoRelation& null, JobFacts& facts) {
  facts.nulls = null.nulls;
  facts.words_left_out = null.words_left_out;
  facts.p_max = null.tests.p_max;
  const auto times = static_cast<std::size_t>(a.times);
  for (std::size_t cell = 0; cell < null.tests.p_familywise.size(); ++cell) {
    if (!IsBeforeOnset(a.times_seconds[cell % times])) continue;
    facts.p_before = std::min(facts.p_before.value_or(1), null.tests.p_familywise[cell]);
  }
}

}  // namespace

JobFacts FactsOf(const AlignmentResult& a) {
  JobFacts facts;
  facts.best = LargestScore(a, /*before_onset=*/false);
  facts.before_best = LargestScore(a, /*before_onset=*/true);
  facts.mean_of_maxima = a.readout.alignment_score_mean_of_layer_maxima;
  facts.temporal_score = a.readout.temporal_score;
  facts.temporal_score_p = a.readout.temporal_score_p;
  facts.autocorrelation_integral = a.autocorrelation_integral;
  facts.depth = a.depth;
  if (!a.uncertainty.has_value()) return facts;
  const Uncertainty& u = *a.uncertainty;
  if (u.no_relation.has_value()) AddNulls(a, *u.no_relation, facts);
  for (const Caution caution : u.cautions) {
    facts.both_sides_drift = facts.both_sides_drift || caution == Caution::kBothSidesDrift;
    facts.few_session_words = facts.few_session_words || caution == Caution::kFewSessionWords;
    facts.blocks_are_correlated =
        facts.blocks_are_correlated || caution == Caution::kBlocksCorrelated;
    facts.alphas_by_inner_folds =
        facts.alphas_by_inner_folds || caution == Caution::kAlphasByInnerFolds;
  }
  if (u.blocks.has_value()) {
    facts.draws = a.uncertainty_facts.draws;
    facts.df = u.blocks->df;
  }
  // With fewer degrees of freedom p_order was never simulated.
  if (u.order.has_value() && u.blocks.has_value() && !u.blocks->too_few_for_intervals) {
    facts.p_order = u.order->p_temporal_score;
    facts.p_order_half = u.order->p_half_score;
    facts.two_level_p_order = u.order->two_level_p_temporal_score;
    facts.two_level_p_order_half = u.order->two_level_p_half_score;
  }
  facts.slope = u.slope;
  facts.slope_interval = u.intervals.slope;
  return facts;
}

}  // namespace brainalign
