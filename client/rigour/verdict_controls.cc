#include "client/rigour/verdict_controls.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/report/report_data.h"
#include "client/rigour/verdict_text.h"

namespace brainalign {

namespace {

constexpr char kWordBefore[] = "the vectors of the word before";

// Of a part with the nuisance `names`; `ending` is that of its verb.
void JudgeTakenOut(const RigourFacts& facts, const RigourPart& part, const std::string& names,
                   const char* ending, Relation relation, Verdict& verdict) {
  const auto not_testable = [&](const std::string& why) {
    verdict.not_testable.push_back(absl::StrCat("Whether ", names.empty() ? "nuisance" : names,
                                                " explain", ending, " the relation: ", why, "."));
  };
  if (!part.facts.has_value()) return not_testable(part.why_not);
  if (const std::string why = WhyNoNull(facts); !why.empty()) return not_testable(why);
  if (relation != Relation::kEstablished) return not_testable("no relation was established");
  if (!part.facts->best.has_value() || !part.facts->p_max.has_value()) {
    return not_testable("no score is defined for the rest of the activations");
  }
  const std::string seen =
      facts.nuisance_is_band
          ? absl::StrFormat(
                "the most that activations add to what %s alone predict%s of the brain, %s, has a "
                "family-wise %s (in 60 simulated experiments without such an addition two of these "
                "were at most 0.05); the mean of layer maxima is %.3f, and %.3f without nuisance",
                names, ending, CellText(facts, *part.facts->best), PText(*part.facts->p_max),
                part.facts->mean_of_maxima, facts.strict.mean_of_maxima)
          : absl::StrFormat(
                "with %s taken out of the activations, the largest score, %s, has a family-wise "
                "%s; the mean of layer maxima is %.3f, and %.3f without taking anything out",
                names, CellText(facts, *part.facts->best), PText(*part.facts->p_max),
                part.facts->mean_of_maxima, facts.strict.mean_of_maxima);
  if (!IsSignificant(part.facts->p_max)) {
    verdict.not_established.push_back(absl::StrCat("A relation beyond ", names, ": ", seen,
                                                   ". This does not show that there is none."));
    return;
  }
  verdict.established.push_back(absl::StrCat("The relation is more than linear effects of ", names,
                                             ": ", seen, ".", NullLabel(*part.facts)));
}

}  // namespace

void JudgeNuisance(const RigourFacts& facts, Relation relation, Verdict& verdict) {
  JudgeTakenOut(facts, facts.nuisance, absl::StrJoin(facts.nuisance_names, ", "),
                facts.nuisance_names.size() < 2 ? "s" : "", relation, verdict);
}

void JudgePreviousWords(const RigourFacts& facts, Relation relation, Verdict& verdict) {
  JudgeTakenOut(facts, facts.previous_words, kWordBefore, "", relation, verdict);
}

void JudgeSwaps(const RigourFacts& facts, Relation relation, Verdict& verdict) {
  const RigourPart& part = facts.swapped;
  const auto not_testable = [&](const std::string& why) {
    verdict.not_testable.push_back(absl::StrCat(
        "Whether the relation is more than drift that both sides share, by swaps of whole "
        "sessions: ",
        why, "."));
  };
  if (!part.facts.has_value()) return not_testable(part.why_not);
  const JobFacts& swapped = *part.facts;
  if (!swapped.best.has_value() || !swapped.p_max.has_value()) {
    return not_testable("no score is defined for sessions of the same length");
  }
  const double least = 1.0 / (1.0 + swapped.nulls);
  if (least > kSignificantP) {
    return not_testable(absl::StrFormat("%d pairings give no p below %.2g; 19 are needed for %g",
                                        swapped.nulls, least, kSignificantP));
  }
  if (relation != Relation::kEstablished) {
    return not_testable(
        absl::StrFormat("no relation was established (the largest score has %s among %d pairings)",
                        PText(*swapped.p_max), swapped.nulls));
  }
  const std::string left_out =
      swapped.words_left_out == 0
          ? ""
          : absl::StrFormat(
                " (without the %d words by which sessions are longer than the shortest)",
                swapped.words_left_out);
  const std::string seen = absl::StrFormat(
      "the largest score, %s%s, has %s among %d pairings of the recording of each session with the "
      "activations of another; the smallest possible is %.2g",
      CellText(facts, *swapped.best), left_out, PText(*swapped.p_max), swapped.nulls, least);
  if (!IsSignificant(swapped.p_max)) {
    verdict.not_established.push_back(absl::StrCat(
        "A relation beyond drift that both sides share, by swaps of whole sessions: ", seen,
        ". This does not show that there is none."));
    return;
  }
  verdict.established.push_back(
      absl::StrCat("The relation is more than drift that both sides share: ", seen, "."));
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
      PText(*test.alignment_p),
      facts.strict.alphas_by_inner_folds
          ? ". Not calibrated: the test takes the chosen penalties as given"
          : "");
  if (!IsSignificant(test.alignment_p)) {
    verdict.not_established.push_back(
        absl::StrCat("A difference of the trained and the untrained model: ", seen,
                     ". This does not show that there is none."));
    return;
  }
  if (untrained.comparison->blocks_are_correlated) {
    verdict.not_established.push_back(
        absl::StrCat("A difference of the trained and the untrained model: ", seen, ", but ",
                     BlocksAreCorrelated(), "."));
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
      paper.mean_of_maxima, NumberText(paper.temporal_score), facts.strict.mean_of_maxima,
      NumberText(facts.strict.temporal_score));
  if (std::isfinite(paper.temporal_score_p)) {
    absl::StrAppendFormat(&text,
                          " Its parametric %s is not calibrated: it rejected 10 to 37 %% at 0.05 "
                          "where neighbouring layers were correlated.",
                          PText(paper.temporal_score_p));
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
          ? absl::StrFormat(
                ": %.3f of it need not hold for words that are not surrounded by training words",
                claimed - honest)
          : std::string()));
}

void DescribeNeighbours(const RigourFacts& facts, Verdict& verdict) {
  const NeighbourFacts& found = facts.neighbours;
  if (!found.before.has_value() || !found.after.has_value()) {
    verdict.not_testable.push_back(
        absl::StrCat("What smoothness of the activations over words gives: ", found.why_not, "."));
    return;
  }
  std::string text = absl::StrFormat(
      "On the same folds, activations of %s are predicted from those of the word before with "
      "%s = %.3f, and of the word after with %.3f.",
      found.layer, facts.score_name, *found.before, *found.after);
  if (!found.brain_is_predicted) {
    absl::StrAppendFormat(
        &text, " The brain predicts them with %.3f.%s", found.brain,
        found.brain <= std::max(*found.before, *found.after)
            ? " A brain that only represented neighbouring words could reach this."
            : "");
  }
  verdict.described.push_back(text + " The difference was not tested.");
}

void DescribeCeiling(const RigourFacts& facts, Verdict& verdict) {
  const CeilingFacts& found = facts.ceiling;
  if (!found.why_not.empty()) {
    verdict.not_testable.push_back(absl::StrCat(
        "How high a score the recording allows: ", found.why_not,
        ". docs/ceiling.md has other ways, such as another subject with the same words."));
    return;
  }
  verdict.described.push_back(absl::StrFormat(
      "From %d repeated words, a perfect model in direction model_to_brain would reach r = %.3f at "
      "%.3f s: the median over sensors, for words presented once. It has no interval.",
      found.items, found.ceiling, found.seconds + 0.0));
}

void NameTheUntested(const RigourFacts& facts, Verdict& verdict) {
  std::vector<std::string> taken;
  if (facts.nuisance.facts.has_value()) {
    taken.push_back(absl::StrJoin(facts.nuisance_names, ", "));
  }
  if (facts.previous_words.facts.has_value()) taken.emplace_back(kWordBefore);
  verdict.not_testable.push_back(absl::StrCat(
      "Whether other properties of the words explain the scores (length, frequency, surprisal, "
      "previous words, acoustics): ",
      taken.empty() ? std::string("no nuisance was taken out")
                    : absl::StrCat("nothing but ", absl::StrJoin(taken, ", or in another part "),
                                   facts.nuisance_is_band ? " stood beside the activations"
                                                          : " was taken out"),
      " (--nuisance, such as @previous:2 for the vectors of previous words; --nuisance-file)."));
  verdict.not_testable.push_back(
      "Whether other people show the same: this is one recording (brainalign subjects puts several "
      "results together).");
}

}  // namespace brainalign
