#include "client/cli/uncertainty_text.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/terminal/text.h"
#include "client/naming/typed_names.h"
#include "client/report/comparison_cautions.h"
#include "client/report/report_data.h"
#include "core/align/not_calibrated.h"

namespace brainalign {
namespace {

constexpr double kMillisecondsOfSecond = 1000;

std::string P(const std::optional<double>& p) {
  return p.has_value() ? absl::StrFormat("p = %.2g", *p) : "no p";
}

std::string CountBelowLevel(const std::vector<double>& p) {
  const auto below =
      std::count_if(p.begin(), p.end(), [](double one) { return one <= kSignificantP; });
  return absl::StrFormat("%d of %d cells at %g or below", below, p.size(), kSignificantP);
}

// "312 ms (95 % interval 250 to 374)".
std::string Milliseconds(double seconds, const std::optional<Interval>& interval) {
  // Without the sign of what rounds to 0.
  std::string text = absl::StrFormat("%.0f ms", std::round(seconds * kMillisecondsOfSecond) + 0.0);
  if (interval.has_value()) {
    absl::StrAppendFormat(&text, " (95 %% interval %.0f to %.0f)",
                          interval->low * kMillisecondsOfSecond,
                          interval->high * kMillisecondsOfSecond);
  }
  return text;
}

// "p = 0.005 by t_max, p = 0.01 by t_half".
std::string OrderLine(const std::optional<double>& by_max, const std::optional<double>& by_half) {
  return absl::StrCat(P(by_max), " by t_max, ", P(by_half), " by t_half\n");
}

// "1.2 % of the brain's variance".
std::string DriftOfSide(const std::optional<double>& share, const char* side) {
  return share.has_value() ? absl::StrFormat("%.1f %% of the %s's variance", 100 * *share, side)
                           : absl::StrCat("not measurable in the ", side);
}

std::string RelationLine(const NoRelation& null) {
  if (null.null_by == NullBy::kSwap) {
    return absl::StrCat("relation beyond shared drift       largest score ", P(null.tests.p_max),
                        absl::StrFormat(" (%d swaps of whole sessions, no p below %.2g)\n",
                                        null.nulls, 1.0 / (1.0 + null.nulls)));
  }
  std::string text =
      absl::StrCat("any relation                       family-wise ", P(null.tests.p_max), ", ",
                   CountBelowLevel(null.tests.p_familywise), "; clusters ", P(null.clusters.p_max),
                   "; mean of maxima ", P(null.tests.p_mean_of_maxima),
                   absl::StrFormat(" (%d nulls)\n", null.nulls));
  if (null.tests.p_temporal_score.has_value()) {
    absl::StrAppend(&text, "any relation, by the temporal score ", P(null.tests.p_temporal_score),
                    "\n");
  }
  if (null.largest_basis_difference > 0) {
    absl::StrAppendFormat(&text,
                          "nulls have one basis of components for all folds: scores with it differ "
                          "from the matrix by at most %.2g\n",
                          null.largest_basis_difference);
  }
  return text;
}

}  // namespace

std::string UncertaintyText(const AlignmentResult& result) {
  if (!result.uncertainty.has_value()) return "";
  const Uncertainty& u = *result.uncertainty;
  std::string text = "\n";
  if (u.no_relation.has_value()) {
    absl::StrAppend(&text, RelationLine(*u.no_relation));
  }
  if (u.order.has_value() && (u.order->p_temporal_score || u.order->p_half_score)) {
    const OrderTest& order = *u.order;
    const bool has_second_level =
        order.two_level_p_temporal_score.has_value() || order.two_level_p_half_score.has_value();
    if (has_second_level) {
      absl::StrAppend(&text, "order of layers, two levels        ",
                      OrderLine(order.two_level_p_temporal_score, order.two_level_p_half_score));
    }
    absl::StrAppend(&text,
                    has_second_level ? "  p_order of one level of draws    "
                                     : "order of layers (p_order)          ",
                    OrderLine(order.p_temporal_score, order.p_half_score));
  }
  if (u.slope.has_value()) {
    absl::StrAppend(&text, "slope of t_max per unit of depth   ",
                    Milliseconds(*u.slope, u.intervals.slope), "\n");
  }
  if (u.order.has_value() && std::isfinite(u.order->half_slope)) {
    absl::StrAppend(&text, "slope of t_half per unit of depth  ",
                    Milliseconds(u.order->half_slope, u.intervals.half_slope), "\n");
  }
  if (u.intervals.temporal_score_spread.has_value()) {
    absl::StrAppendFormat(&text, "temporal score, 95 %% of the draws   %.2f to %.2f\n",
                          u.intervals.temporal_score_spread->low,
                          u.intervals.temporal_score_spread->high);
  }
  if (u.intervals.simultaneous_quantile.has_value()) {
    absl::StrAppendFormat(&text,
                          "simultaneous band of all cells     score +- %.2f standard errors\n",
                          *u.intervals.simultaneous_quantile);
  }
  // Both sides are looked at together with the autocorrelation.
  if (u.brain_drift || u.model_drift || !result.autocorrelation_lag_1.empty()) {
    absl::StrAppend(&text, "slow drift, beyond chance          ",
                    DriftOfSide(u.brain_drift, "brain"), ", ", DriftOfSide(u.model_drift, "model"),
                    "\n");
  }
  if (u.blocks.has_value()) {
    absl::StrAppendFormat(&text,
                          "%d blocks of about %d words, %d degrees of freedom, %d draws, seed %d\n",
                          u.blocks->count, u.blocks->words, u.blocks->df,
                          result.uncertainty_facts.draws, result.uncertainty_facts.seed);
  }
  for (const auto& [name, sentence] : NotCalibrated(result)) {
    absl::StrAppend(&text, "caution: ", Printable(AsTyped(sentence)), "\n");
  }
  return text;
}

std::string ComparisonText(const ComparedResult& first, const ComparedResult& second,
                           const Comparison& comparison, std::uint64_t seed, int draws) {
  const PairedTest& test = comparison.test;
  std::string text =
      absl::StrCat("first   ", Printable(first.name), "\nsecond  ", Printable(second.name), "\n\n");
  absl::StrAppendFormat(&text, "alignment difference  %.4f", test.alignment_difference);
  if (test.alignment_interval.has_value()) {
    absl::StrAppendFormat(&text, " (95 %% interval %.4f to %.4f)", test.alignment_interval->low,
                          test.alignment_interval->high);
  }
  absl::StrAppend(&text, ", ", P(test.alignment_p), "\n");
  if (test.slope_difference.has_value()) {
    absl::StrAppend(&text, "slope difference      ",
                    Milliseconds(*test.slope_difference, test.slope_interval),
                    " per unit of depth, ", P(test.slope_p), "\n");
  }
  if (!test.p_familywise.empty()) {
    absl::StrAppend(&text, "family-wise           ", CountBelowLevel(test.p_familywise), "\n");
  }
  absl::StrAppendFormat(&text, "%d blocks, %d degrees of freedom, %d draws, seed %d\n",
                        comparison.blocks, comparison.df, draws, seed);
  for (const auto& [name, sentence] : ComparisonCautions(first, second, comparison, draws)) {
    absl::StrAppend(&text, "caution: ", Printable(sentence), "\n");
  }
  return text;
}

std::string PairsText(const std::vector<ComparedResult>& results,
                      const std::vector<ComparedPair>& pairs, std::uint64_t seed, int draws) {
  std::string text;
  for (std::size_t i = 0; i < results.size(); ++i) {
    absl::StrAppendFormat(&text, "%3d  %s\n", i + 1, Printable(results[i].name));
  }
  absl::StrAppendFormat(&text, "\n%-9s %-28s %8s %8s   %-22s %8s %8s\n", "pair",
                        "alignment difference", "p", "Holm", "slope difference, ms", "p", "Holm");
  const auto number = [](const std::optional<double>& p) {
    return p ? absl::StrFormat("%.2g", *p) : std::string("-");
  };
  const auto value = [](double of, const std::optional<Interval>& interval, int digits) {
    const std::string estimate = absl::StrFormat("%.*f", digits, of);
    if (!interval) return estimate;
    return estimate +
           absl::StrFormat(" (%.*f to %.*f)", digits, interval->low, digits, interval->high);
  };
  const auto in_ms = [](const Interval& seconds) {
    return Interval{seconds.low * kMillisecondsOfSecond, seconds.high * kMillisecondsOfSecond};
  };
  for (const ComparedPair& pair : pairs) {
    const PairedTest& test = pair.comparison.test;
    std::string slope = "-";
    if (test.slope_difference) {
      std::optional<Interval> interval;
      if (test.slope_interval) interval = in_ms(*test.slope_interval);
      slope = value(*test.slope_difference * kMillisecondsOfSecond, interval, 0);
    }
    absl::StrAppendFormat(
        &text, "%3d - %-3d %-28s %8s %8s   %-22s %8s %8s\n", pair.first + 1, pair.second + 1,
        value(test.alignment_difference, test.alignment_interval, 4), number(test.alignment_p),
        number(pair.alignment_p.holm), slope, number(test.slope_p), number(pair.slope_p.holm));
  }
  absl::StrAppendFormat(&text, "%d pairs, %d blocks, %d degrees of freedom, %d draws, seed %d\n",
                        pairs.size(), pairs.front().comparison.blocks, pairs.front().comparison.df,
                        draws, seed);
  // Those of single pairs are in the JSON.
  std::map<std::string, int> counts;
  for (const ComparedPair& pair : pairs) {
    for (const auto& [name, sentence] :
         ComparisonCautions(results[pair.first], results[pair.second], pair.comparison, draws)) {
      ++counts[name];
    }
  }
  for (const auto& [name, count] : counts) {
    absl::StrAppendFormat(&text, "caution: %s in %d of %d pairs; see cautions in the JSON\n", name,
                          count, pairs.size());
  }
  return text;
}

}  // namespace brainalign
