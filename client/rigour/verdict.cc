#include "client/rigour/verdict.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/rigour/verdict_controls.h"
#include "client/rigour/verdict_text.h"

namespace brainalign {
namespace {

constexpr double kMillisecondsOfSecond = 1000;
constexpr double kNoWidthSeconds = 1e-9;

// How shared drift was dealt with where the detrended part could not be run.
std::string WithoutDetrending(const RigourFacts& facts) {
  if (facts.strict_is_detrended) return "both sides were detrended";
  return absl::StrCat("not repeated with detrending, as ", facts.detrended.why_not,
                      ", so it assumes that brain and model share no slow drift");
}

Relation JudgeRelation(const RigourFacts& facts, Verdict& verdict) {
  const JobFacts& strict = facts.strict;
  if (const std::string why = WhyNoNull(facts); !why.empty()) {
    verdict.not_testable.push_back(
        absl::StrCat("Whether brain and activations are related at all: ", why, "."));
    return Relation::kNotTested;
  }
  if (!strict.best.has_value()) {
    verdict.not_testable.push_back(
        "Whether brain and activations are related at all: no score is defined.");
    return Relation::kNotTested;
  }
  const std::string seen =
      absl::StrFormat("the largest score, %s, has a family-wise %s under %d circular shifts",
                      CellText(facts, *strict.best), PText(*strict.p_max), strict.nulls);
  if (!IsSignificant(strict.p_max)) {
    verdict.not_established.push_back(absl::StrCat("A relation of brain and activations: ", seen,
                                                   ". This does not show that there is none."));
    return Relation::kNotShown;
  }
  if (facts.detrended.facts.has_value()) {
    const std::optional<double>& p = facts.detrended.facts->p_max;
    if (!IsSignificant(p)) {
      verdict.not_established.push_back(absl::StrCat("A relation beyond slow drift: ", seen,
                                                     ", but ", PText(p), " after detrending."));
      return Relation::kNotShown;
    }
    verdict.established.push_back(absl::StrCat("Brain and activations are related: ", seen,
                                               ", and ", PText(*p), " after detrending.",
                                               NullLabel(strict)));
    return Relation::kEstablished;
  }
  if (strict.both_sides_drift && !facts.strict_is_detrended) {
    verdict.not_established.push_back(absl::StrCat("A relation beyond slow drift: ", seen,
                                                   ", but both sides drift, and it was ",
                                                   WithoutDetrending(facts), "."));
    return Relation::kNotShown;
  }
  verdict.established.push_back(absl::StrCat("Brain and activations are related: ", seen, "; ",
                                             WithoutDetrending(facts), ".", NullLabel(strict)));
  return Relation::kEstablished;
}

// ", slope of t_max 320 ms per unit of depth (95 % interval 200 to 440)".
std::string SlopeText(const JobFacts& facts) {
  if (!facts.slope.has_value()) return "";
  std::string text = absl::StrFormat(", slope of t_max %.0f ms per unit of depth",
                                     *facts.slope * kMillisecondsOfSecond);
  if (!facts.slope_interval.has_value()) return text;
  const Interval& interval = *facts.slope_interval;
  absl::StrAppendFormat(&text, " (95 %% interval %.0f to %.0f",
                        interval.low * kMillisecondsOfSecond,
                        interval.high * kMillisecondsOfSecond);
  if (interval.high - interval.low < kNoWidthSeconds) {
    text += "; no draw moved a maximum to another time sample, so it is no finer than their step";
  }
  if (facts.alphas_by_inner_folds) {
    text += "; not calibrated: it takes the chosen penalties as given";
  }
  text += ")";
  return text;
}

// By t_max, which the order is judged by: from two levels of draws where there is one.
std::optional<double> JudgedP(const JobFacts& facts) {
  return facts.two_level_p_order.has_value() ? facts.two_level_p_order : facts.p_order;
}

// "temporal score 0.93, p_order = 0.001 by t_max and 0.002 by t_half".
std::string OrderText(const JobFacts& facts) {
  const bool two_levels = facts.two_level_p_order.has_value();
  std::string text = absl::StrFormat("temporal score %.2f, p_order = %.2g by t_max",
                                     facts.temporal_score, *JudgedP(facts));
  const std::optional<double>& half =
      two_levels ? facts.two_level_p_order_half : facts.p_order_half;
  if (half.has_value()) {
    absl::StrAppendFormat(&text, " and %.2g by t_half, which is not counted", *half);
  }
  if (two_levels) text += " (from two levels of draws)";
  return text;
}

// Pearson r; NaN where it is undefined.
double Correlation(const std::vector<double>& a, const std::vector<double>& b) {
  double a_mean = 0;
  double b_mean = 0;
  const auto n = static_cast<double>(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    a_mean += a[i] / n;
    b_mean += b[i] / n;
  }
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - a_mean) * (b[i] - b_mean);
    aa += (a[i] - a_mean) * (a[i] - a_mean);
    bb += (b[i] - b_mean) * (b[i] - b_mean);
  }
  return ab / std::sqrt(aa * bb);
}

// Layers that smooth over past words have an order without any delay.
void JudgeDelay(const JobFacts& strict, Verdict& verdict) {
  std::string sentence =
      "That this order is a delay: layers that only smooth over past words have a temporal score "
      "near 1 or -1 without one, and this was not tested.";
  const std::vector<double>& integral = strict.autocorrelation_integral;
  if (integral.size() >= 3 && integral.size() == strict.depth.size()) {
    const auto [least, most] = std::minmax_element(integral.begin(), integral.end());
    absl::StrAppendFormat(
        &sentence,
        " The autocorrelation of the layers over words has an integral of %.1f to "
        "%.1f words",
        *least, *most);
    const double r = Correlation(integral, strict.depth);
    if (std::isfinite(r)) absl::StrAppendFormat(&sentence, " (Pearson r with depth %.2f)", r);
    sentence += ".";
  }
  verdict.not_established.push_back(sentence);
}

void JudgeOrder(const RigourFacts& facts, Relation relation, Verdict& verdict) {
  const JobFacts& strict = facts.strict;
  const auto not_testable = [&](const std::string& why) {
    verdict.not_testable.push_back(
        absl::StrCat("Whether layers follow each other in time: ", why, "."));
  };
  const auto not_established = [&](const std::string& but) {
    verdict.not_established.push_back(
        absl::StrCat("An order of the layers in time: ", OrderText(strict), but, "."));
  };
  if (strict.draws == 0) return not_testable(facts.why_no_draws);
  if (!strict.p_order.has_value() && std::isfinite(strict.temporal_score)) {
    return not_testable(absl::StrFormat(
        "%d degrees of freedom are too few for p_order, which needs 10", strict.df));
  }
  if (!strict.p_order.has_value()) {
    return not_testable(
        "the temporal score is undefined (it needs three layers, each with a positive maximum)");
  }
  if (relation == Relation::kNotTested) return not_testable("it was not tested for a relation");
  if (relation == Relation::kNotShown) {
    return not_testable("no relation was established, so an order may be due to chance");
  }
  if (!IsSignificant(JudgedP(strict))) {
    return not_established("; this does not show that there is none");
  }
  if (strict.blocks_are_correlated) {
    return not_established(absl::StrCat(", but ", BlocksAreCorrelated()));
  }
  std::string detrended;
  if (facts.detrended.facts.has_value()) {
    const std::optional<double> p = JudgedP(*facts.detrended.facts);
    const std::string after = p.has_value()
                                  ? absl::StrFormat("p_order = %.2g by t_max after detrending", *p)
                                  : "undefined after detrending";
    if (!IsSignificant(p)) return not_established(absl::StrCat(", but ", after));
    detrended = absl::StrCat("; ", after);
  } else {
    detrended = absl::StrCat("; ", WithoutDetrending(facts));
  }
  verdict.established.push_back(
      absl::StrCat("Layers differ in time course in order of depth, deeper ones ",
                   strict.temporal_score > 0 ? "later" : "earlier", ": ", OrderText(strict),
                   SlopeText(strict), detrended, "."));
  JudgeDelay(strict, verdict);
}

// ", 40 % of the peak"; nothing where there is no peak.
std::string ShareOfPeak(const JobFacts& strict) {
  if (!strict.best.has_value() || !(strict.best->score > 0)) return "";
  return absl::StrFormat(", %.0f %% of the peak",
                         100 * strict.before_best->score / strict.best->score);
}

void JudgeBeforeOnset(const RigourFacts& facts, Verdict& verdict) {
  const JobFacts& strict = facts.strict;
  if (!strict.before_best.has_value()) {
    verdict.not_testable.push_back(
        "Whether activations are predicted before word onset: there is no time before 0 with a "
        "score.");
    return;
  }
  const std::string seen = absl::StrCat("the largest score before word onset is ",
                                        CellText(facts, *strict.before_best), ShareOfPeak(strict));
  if (const std::string why = WhyNoNull(facts); !why.empty() || !strict.p_before.has_value()) {
    verdict.not_testable.push_back(
        absl::StrCat("Whether activations are predicted before word onset: ", seen, ", and ",
                     why.empty() ? "it has no p" : why, "."));
    return;
  }
  const std::string p = absl::StrCat(", smallest family-wise ", PText(*strict.p_before), " there");
  const JobFacts* const detrended =
      facts.detrended.facts.has_value() ? &*facts.detrended.facts : nullptr;
  const bool may_be_drift = detrended != nullptr
                                ? !IsSignificant(detrended->p_before)
                                : strict.both_sides_drift && !facts.strict_is_detrended;
  if (!IsSignificant(strict.p_before)) {
    verdict.not_established.push_back(absl::StrCat("Scores before word onset: ", seen, p,
                                                   ". This does not show that there are none."));
    return;
  }
  if (may_be_drift) {
    verdict.not_established.push_back(
        absl::StrCat("Scores before word onset beyond slow drift: ", seen, p,
                     detrended == nullptr
                         ? ", but both sides drift"
                         : absl::StrCat(", but ", PText(detrended->p_before), " after detrending"),
                     "."));
    return;
  }
  verdict.established.push_back(absl::StrCat("Activations are predicted before word onset: ", seen,
                                             p, ".", NullLabel(strict)));
  verdict.not_established.push_back(
      "That the alignment is a response to the word itself: activations are predicted before its "
      "onset, when brain and model share the preceding words and what these let one expect.");
}

void JudgeLeaks(const RigourFacts& facts, Verdict& verdict) {
  if (facts.weaker_steps.empty()) return;
  verdict.not_established.push_back(
      absl::StrCat("That test words were kept out of every step of the fit: as asked, ",
                   absl::StrJoin(facts.weaker_steps, ", and "), "."));
}

}  // namespace

Verdict MakeVerdict(const RigourFacts& facts) {
  Verdict verdict;
  const Relation relation = JudgeRelation(facts, verdict);
  JudgeLeaks(facts, verdict);
  JudgeOrder(facts, relation, verdict);
  JudgeBeforeOnset(facts, verdict);
  JudgeNuisance(facts, relation, verdict);
  JudgePreviousWords(facts, relation, verdict);
  JudgeSwaps(facts, relation, verdict);
  JudgeUntrained(facts, verdict);
  DescribePaper(facts, verdict);
  DescribeShuffled(facts, verdict);
  DescribeNeighbours(facts, verdict);
  DescribeCeiling(facts, verdict);
  NameTheUntested(facts, verdict);
  return verdict;
}

}  // namespace brainalign
