#include "client/rigour/verdict.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/report/report_data.h"

namespace brainalign {
namespace {

constexpr double kMillisecondsOfSecond = 1000;
constexpr double kNoWidthSeconds = 1e-9;

std::string P(double p) { return absl::StrFormat("p = %.2g", p); }

std::string Number(double value) {
  return std::isnan(value) ? "undefined" : absl::StrFormat("%.2f", value);
}

std::string At(const RigourFacts& facts, const ScoreAt& score) {
  return absl::StrFormat("%s = %.3f for %s at %.2f s", facts.score_name, score.score, score.layer,
                         score.seconds);
}

std::string PText(const std::optional<double>& p) { return p.has_value() ? P(*p) : "no p"; }

bool IsSignificant(const std::optional<double>& p) { return p.has_value() && *p <= kSignificantP; }

// What is known not to be calibrated about p values under shifts (docs/calibration.md).
std::string NullLabel(const JobFacts& facts) {
  std::string label =
      " In simulations without a relation, 7 % instead of 5 % had such a p at 0.05 or less.";
  if (facts.few_session_words) {
    label += " Not calibrated: sessions of fewer than 50 words make it smaller still.";
  }
  return label;
}

// Why nothing can be told of chance; empty if it can.
std::string WhyNoNull(const RigourFacts& facts) {
  const JobFacts& strict = facts.strict;
  if (!strict.p_max.has_value()) return facts.why_no_null;
  const double least = 1.0 / (1.0 + strict.nulls);
  if (least <= kSignificantP) return "";
  return absl::StrFormat("%d nulls give no p below %.2g; 19 are needed for %g", strict.nulls, least,
                         kSignificantP);
}

enum class Relation { kEstablished, kNotShown, kNotTested };

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
                      At(facts, *strict.best), P(*strict.p_max), strict.nulls);
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
                                               ", and ", P(*p), " after detrending.",
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

// "temporal score 0.93, p_order = 0.001 by t_max and 0.002 by t_half".
std::string OrderText(const JobFacts& facts) {
  std::string text = absl::StrFormat("temporal score %.2f, p_order = %.2g by t_max",
                                     facts.temporal_score, *facts.p_order);
  if (facts.p_order_half.has_value()) {
    absl::StrAppendFormat(&text, " and %.2g by t_half, which is not counted", *facts.p_order_half);
  }
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
  if (!strict.p_order.has_value()) {
    return not_testable(
        "the temporal score is undefined (it needs three layers, each with a positive maximum)");
  }
  if (relation == Relation::kNotTested) return not_testable("it was not tested for a relation");
  if (relation == Relation::kNotShown) {
    return not_testable("no relation was established, and an order of chance means nothing");
  }
  if (!IsSignificant(strict.p_order)) {
    return not_established("; this does not show that there is none");
  }
  if (strict.df < kOrderDegrees) {
    return not_established(absl::StrFormat(
        ". Not calibrated: with %d degrees of freedom, fewer than %d, this test rejected 8 to 9 %% "
        "at 0.05 where there was no order",
        strict.df, kOrderDegrees));
  }
  std::string detrended;
  if (facts.detrended.facts.has_value()) {
    const std::optional<double>& p = facts.detrended.facts->p_order;
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
                                        At(facts, *strict.before_best), ShareOfPeak(strict));
  if (const std::string why = WhyNoNull(facts); !why.empty() || !strict.p_before.has_value()) {
    verdict.not_testable.push_back(
        absl::StrCat("Whether activations are predicted before word onset: ", seen, ", and ",
                     why.empty() ? "it has no p" : why, "."));
    return;
  }
  const std::string p = absl::StrCat(", smallest family-wise ", P(*strict.p_before), " there");
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
      "onset, where the words before it, and what the stimulus lets one expect, are the same for "
      "brain and model.");
}

void JudgeUntrained(const RigourFacts& facts, Verdict& verdict) {
  const UntrainedFacts& untrained = facts.untrained;
  const auto not_testable = [&](const std::string& why) {
    verdict.not_testable.push_back(
        absl::StrCat("Whether training of the model matters: ", why, "."));
  };
  if (!untrained.comparison.has_value()) return not_testable(untrained.why_not);
  const PairedTest& test = untrained.comparison->test;
  if (!test.alignment_p.has_value() || !test.alignment_interval.has_value()) {
    return not_testable(absl::StrFormat("%d degrees of freedom, fewer than 10, give no p",
                                        untrained.comparison->df));
  }
  const std::string seen = absl::StrFormat(
      "trained less untrained %.3f (95 %% interval %.3f to %.3f, %s; mean over layers, at the time "
      "where the sum of both is largest)%s",
      test.alignment_difference, test.alignment_interval->low, test.alignment_interval->high,
      P(*test.alignment_p),
      facts.strict.alphas_by_inner_folds
          ? ". Not calibrated: the test takes the chosen penalties as given"
          : "");
  if (!IsSignificant(test.alignment_p)) {
    verdict.not_established.push_back(
        absl::StrCat("A difference of the trained and the untrained model: ", seen,
                     ". This does not show that there is none."));
    return;
  }
  verdict.established.push_back(
      absl::StrCat("The ", test.alignment_difference > 0 ? "trained" : "untrained",
                   " model aligns better: ", seen, "."));
}

void DescribePaper(const RigourFacts& facts, Verdict& verdict) {
  if (!facts.paper.facts.has_value()) {
    verdict.not_testable.push_back(
        absl::StrCat("What the published protocol would report: ", facts.paper.why_not, "."));
    return;
  }
  const JobFacts& paper = *facts.paper.facts;
  std::string text = absl::StrFormat(
      "The published protocol (paper) would report a mean of layer maxima of %.3f and a temporal "
      "score of %s; strict gives %.3f and %s. The difference was not tested.",
      paper.mean_of_maxima, Number(paper.temporal_score), facts.strict.mean_of_maxima,
      Number(facts.strict.temporal_score));
  if (std::isfinite(paper.temporal_score_p)) {
    absl::StrAppendFormat(&text,
                          " Its parametric %s is not calibrated: it rejected 10 to 37 %% at 0.05 "
                          "where neighbouring layers were correlated.",
                          P(paper.temporal_score_p));
  }
  verdict.described.push_back(text);
}

void DescribeShuffled(const RigourFacts& facts, Verdict& verdict) {
  if (!facts.shuffled.facts.has_value()) {
    verdict.not_testable.push_back(
        absl::StrCat("What shuffled folds would claim: ", facts.shuffled.why_not, "."));
    return;
  }
  const double claimed = facts.shuffled.facts->mean_of_maxima;
  const double honest = facts.strict.mean_of_maxima;
  verdict.described.push_back(absl::StrFormat(
      "Shuffled folds would claim a mean of layer maxima of %.3f; held-out stretches give %.3f%s. "
      "The difference was not tested.",
      claimed, honest,
      claimed > honest
          ? absl::StrFormat(": %.3f of it need not hold for words that do not lie among "
                            "training words",
                            claimed - honest)
          : std::string()));
}

void JudgeLeaks(const RigourFacts& facts, Verdict& verdict) {
  if (facts.weaker_steps.empty()) return;
  verdict.not_established.push_back(
      absl::StrCat("That test words were kept out of every step of the fit: as asked, ",
                   absl::StrJoin(facts.weaker_steps, ", and "), "."));
}

// What no part looks at. Every verdict says it.
void NameTheUntested(Verdict& verdict) {
  verdict.not_testable.push_back(
      "Whether other properties of the words explain the scores (position, rate, duration, length, "
      "frequency, previous words, acoustics): these parts have no nuisance control.");
  verdict.not_testable.push_back(
      "Whether other people show the same: this is one recording (brainalign subjects puts several "
      "results together).");
}

}  // namespace

Verdict MakeVerdict(const RigourFacts& facts) {
  Verdict verdict;
  const Relation relation = JudgeRelation(facts, verdict);
  JudgeLeaks(facts, verdict);
  JudgeOrder(facts, relation, verdict);
  JudgeBeforeOnset(facts, verdict);
  JudgeUntrained(facts, verdict);
  DescribePaper(facts, verdict);
  DescribeShuffled(facts, verdict);
  NameTheUntested(verdict);
  return verdict;
}

}  // namespace brainalign
