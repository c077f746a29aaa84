#include "tests/client/rigour/made_up_facts.h"

namespace brainalign {

JobFacts Strict() {
  JobFacts facts;
  facts.best = ScoreAt{0.3, "mid", 0.4};
  facts.before_best = ScoreAt{0.06, "low", -0.2};
  facts.mean_of_maxima = 0.25;
  facts.temporal_score = 0.93;
  facts.temporal_score_p = 1e-4;
  facts.nulls = 199;
  facts.p_max = 0.005;
  facts.p_before = 0.4;
  facts.draws = 2000;
  facts.df = 60;
  facts.p_order = 0.001;
  facts.p_order_half = 0.002;
  facts.slope = 0.32;
  facts.slope_interval = Interval{0.2, 0.44};
  facts.autocorrelation_integral = {1, 2, 3};
  facts.depth = {0.2, 0.5, 0.8};
  return facts;
}

RigourFacts Facts() {
  RigourFacts facts;
  facts.score_name = "Pearson r";
  facts.why_no_null = "no nulls were asked for";
  facts.why_no_draws = "no draws were asked for";
  facts.strict = Strict();
  facts.paper.facts = Strict();
  facts.paper.facts->mean_of_maxima = 0.31;
  facts.shuffled.facts = Strict();
  facts.shuffled.facts->mean_of_maxima = 0.4;
  facts.detrended.facts = Strict();
  facts.nuisance.facts = Strict();
  facts.nuisance.facts->best = ScoreAt{0.28, "mid", 0.4};
  facts.nuisance.facts->mean_of_maxima = 0.22;
  facts.nuisance_names = {"@position", "@interval"};
  facts.previous_words.facts = Strict();
  facts.previous_words.facts->best = ScoreAt{0.26, "mid", 0.4};
  facts.previous_words.facts->mean_of_maxima = 0.2;
  facts.swapped.facts = Strict();
  facts.swapped.facts->best = ScoreAt{0.27, "mid", 0.4};
  facts.swapped.facts->nulls = 44;
  facts.swapped.facts->p_max = 0.022;
  facts.neighbours = {.layer = "mid", .brain = 0.3, .before = 0.45, .after = 0.41, .why_not = ""};
  facts.ceiling = {.items = 120, .ceiling = 0.42, .seconds = 0.35, .why_not = ""};
  facts.untrained.facts = Strict();
  Comparison comparison;
  comparison.df = 60;
  comparison.test.alignment_difference = 0.05;
  comparison.test.alignment_interval = Interval{0.01, 0.09};
  comparison.test.alignment_p = 0.02;
  facts.untrained.comparison = comparison;
  return facts;
}

}  // namespace brainalign
