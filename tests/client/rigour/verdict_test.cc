// Every rule of docs/rigour.md, with numbers that were made up.
#include "client/rigour/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace brainalign {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

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

// Everything done, and everything well.
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
  facts.neighbours = {.layer = "mid", .brain = 0.3, .before = 0.45, .after = 0.41, .why_not = ""};
  facts.untrained.facts = Strict();
  Comparison comparison;
  comparison.df = 60;
  comparison.test.alignment_difference = 0.05;
  comparison.test.alignment_interval = Interval{0.01, 0.09};
  comparison.test.alignment_p = 0.02;
  facts.untrained.comparison = comparison;
  return facts;
}

TEST(VerdictTest, EstablishesWhatEveryTestSupports) {
  const Verdict verdict = MakeVerdict(Facts());
  EXPECT_THAT(
      verdict.established,
      ElementsAre(
          AllOf(
              StartsWith("Brain and activations are related: the largest score, Pearson r = 0.300 "
                         "for mid at 0.40 s, has a family-wise p = 0.005 under 199 circular "
                         "shifts, and p = 0.005 after detrending."),
              HasSubstr("7 % instead of 5 %")),
          AllOf(
              HasSubstr("deeper ones later: temporal score 0.93, p_order = 0.001 by t_max and "
                        "0.002 by t_half, which is not counted, slope of t_max 320 ms per unit of "
                        "depth (95 % interval 200 to 440); p_order = 0.001 by t_max after "
                        "detrending."),
              Not(HasSubstr("Not calibrated"))),
          AllOf(StartsWith("The relation is more than linear effects of @position, @interval: with "
                           "@position, @interval taken out of the activations, the largest score, "
                           "Pearson r = 0.280 for mid at 0.40 s, has a family-wise p = 0.005; the "
                           "mean of layer maxima is 0.220, and 0.250 without taking anything out."),
                HasSubstr("7 % instead of 5 %")),
          StartsWith("The trained model aligns better: trained less untrained 0.050 (95 % interval "
                     "0.010 to 0.090, p = 0.02;")));
}

TEST(VerdictTest, ARelationThatChanceExplainsIsNotEstablishedAndHasNoOrder) {
  RigourFacts facts = Facts();
  facts.strict.p_max = 0.051;
  const Verdict verdict = MakeVerdict(facts);
  EXPECT_THAT(verdict.established, SizeIs(1));  // the untrained model
  EXPECT_THAT(
      verdict.not_established,
      Contains(AllOf(StartsWith("A relation of brain and activations: "), HasSubstr("p = 0.051"),
                     HasSubstr("does not show that there is none"))));
  EXPECT_THAT(verdict.not_testable,
              Contains("Whether layers follow each other in time: no relation was established, and "
                       "an order of chance means nothing."));
}

TEST(VerdictTest, ARelationThatDetrendingTakesAwayIsNotEstablished) {
  RigourFacts facts = Facts();
  facts.detrended.facts->p_max = 0.2;
  EXPECT_THAT(MakeVerdict(facts).not_established,
              Contains(AllOf(StartsWith("A relation beyond slow drift: "),
                             HasSubstr("but p = 0.2 after detrending."))));
}

TEST(VerdictTest, WithoutTheDetrendedPartDriftOfBothSidesDecides) {
  RigourFacts facts = Facts();
  facts.detrended = {std::nullopt, "its job failed: no memory"};
  const std::string assumes =
      "not repeated with detrending, as its job failed: no memory, so it "
      "assumes that brain and model share no slow drift";
  EXPECT_THAT(MakeVerdict(facts).established,
              Contains(AllOf(StartsWith("Brain and activations are related"), HasSubstr(assumes))));
  EXPECT_THAT(MakeVerdict(facts).established,
              Contains(AllOf(StartsWith("Layers differ"), HasSubstr(assumes))));
  facts.strict.both_sides_drift = true;
  EXPECT_THAT(MakeVerdict(facts).not_established,
              Contains(AllOf(StartsWith("A relation beyond slow drift"), HasSubstr(assumes))));
  // A share of drift is told of data that were not detrended, too.
  facts.strict_is_detrended = true;
  EXPECT_THAT(MakeVerdict(facts).established,
              Contains(AllOf(StartsWith("Brain and activations are related"),
                             HasSubstr("both sides were detrended"))));
}

TEST(VerdictTest, TooFewNullsTestNothing) {
  RigourFacts facts = Facts();
  facts.strict.nulls = 18;
  facts.strict.p_max = 1.0 / 19;
  const Verdict verdict = MakeVerdict(facts);
  EXPECT_THAT(verdict.not_testable,
              Contains("Whether brain and activations are related at all: 18 nulls give no p below "
                       "0.053; 19 are needed for 0.05."));
  EXPECT_THAT(verdict.not_testable, Contains(HasSubstr("it was not tested for a relation")));
  facts.strict.p_max.reset();
  EXPECT_THAT(
      MakeVerdict(facts).not_testable,
      Contains("Whether brain and activations are related at all: no nulls were asked for."));
}

TEST(VerdictTest, WordsInShortSessionsLabelThePUnderShifts) {
  RigourFacts facts = Facts();
  facts.strict.few_session_words = true;
  EXPECT_THAT(MakeVerdict(facts).established,
              Contains(AllOf(StartsWith("Brain and activations are related"),
                             HasSubstr("Not calibrated: sessions of fewer than 50 words"))));
}

TEST(VerdictTest, OrderIsJudgedByTMaxAlone) {
  RigourFacts facts = Facts();
  facts.strict.p_order = 0.06;
  EXPECT_THAT(MakeVerdict(facts).not_established,
              Contains(StartsWith("An order of the layers in time: temporal score 0.93, p_order = "
                                  "0.06 by t_max and 0.002 by t_half, which is not counted")));
}

TEST(VerdictTest, OrderWithFewBlocksIsJudgedByTwoLevelsOfDraws) {
  RigourFacts facts = Facts();
  facts.strict.df = 39;
  facts.strict.p_order = 0.03;
  facts.strict.two_level_p_order = 0.05;
  facts.strict.two_level_p_order_half = 0.07;
  EXPECT_THAT(MakeVerdict(facts).established,
              Contains(HasSubstr("p_order = 0.05 by t_max and 0.07 by t_half, which is not counted "
                                 "(from two levels of draws)")));
  facts.strict.two_level_p_order = 0.06;
  EXPECT_THAT(MakeVerdict(facts).not_established,
              Contains(StartsWith("An order of the layers in time: temporal score 0.93, p_order = "
                                  "0.06 by t_max")));
  facts.strict.two_level_p_order = 0.05;
  facts.detrended.facts->two_level_p_order = 0.06;
  EXPECT_THAT(MakeVerdict(facts).not_established,
              Contains(HasSubstr("but p_order = 0.06 by t_max after detrending")));
}

TEST(VerdictTest, OrderThatDetrendingTakesAwayIsNotEstablished) {
  RigourFacts facts = Facts();
  facts.detrended.facts->p_order = 0.3;
  EXPECT_THAT(MakeVerdict(facts).not_established,
              Contains(HasSubstr("but p_order = 0.3 by t_max after detrending")));
  facts.detrended.facts->p_order.reset();
  EXPECT_THAT(MakeVerdict(facts).not_established,
              Contains(HasSubstr("but undefined after detrending")));
}

TEST(VerdictTest, AnOrderIsNeverCalledADelay) {
  EXPECT_THAT(
      MakeVerdict(Facts()).not_established,
      Contains(AllOf(StartsWith("That this order is a delay"),
                     HasSubstr("an integral of 1.0 to 3.0 words (Pearson r with depth 1.00)"))));
}

TEST(VerdictTest, OrderNeedsDrawsAndThreeLayers) {
  RigourFacts facts = Facts();
  facts.strict.p_order.reset();
  facts.strict.temporal_score = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(MakeVerdict(facts).not_testable,
              Contains(HasSubstr("the temporal score is undefined")));
  facts.strict.draws = 0;
  EXPECT_THAT(MakeVerdict(facts).not_testable,
              Contains("Whether layers follow each other in time: no draws were asked for."));
}

TEST(VerdictTest, AnIntervalOfNoWidthSaysWhy) {
  RigourFacts facts = Facts();
  facts.strict.slope_interval = Interval{0.32, 0.32};
  EXPECT_THAT(MakeVerdict(facts).established,
              Contains(HasSubstr("(95 % interval 320 to 320; no draw moved a maximum to another "
                                 "time sample, so it is no finer than their step)")));
}

TEST(VerdictTest, NamesStepsThatWereMadeWeaker) {
  RigourFacts facts = Facts();
  facts.weaker_steps = {"purge_seconds is 0", "zscore_words is all"};
  EXPECT_THAT(MakeVerdict(facts).not_established,
              Contains("That test words were kept out of every step of the fit: as asked, "
                       "purge_seconds is 0, and zscore_words is all."));
}

TEST(VerdictTest, DeeperLayersMayPeakEarlier) {
  RigourFacts facts = Facts();
  facts.strict.temporal_score = -0.93;
  facts.strict.alphas_by_inner_folds = true;
  EXPECT_THAT(MakeVerdict(facts).established,
              Contains(AllOf(HasSubstr("deeper ones earlier"),
                             HasSubstr("200 to 440; not calibrated: it takes the chosen penalties "
                                       "as given)"))));
}

TEST(VerdictTest, ScoresBeforeOnsetSpeakAgainstAResponseToTheWord) {
  RigourFacts facts = Facts();
  EXPECT_THAT(
      MakeVerdict(facts).not_established,
      Contains(AllOf(StartsWith("Scores before word onset: the largest score before word "
                                "onset is Pearson r = 0.060 for low at -0.20 s, 20 % of the "
                                "peak, smallest family-wise p = 0.4 there"),
                     HasSubstr("does not show that there are none"))));
  facts.strict.p_before = 0.01;
  facts.detrended.facts->p_before = 0.02;
  const Verdict verdict = MakeVerdict(facts);
  EXPECT_THAT(verdict.established,
              Contains(StartsWith("Activations are predicted before word onset: ")));
  EXPECT_THAT(verdict.not_established,
              Contains(StartsWith("That the alignment is a response to the word itself")));
  facts.detrended.facts->p_before = 0.2;
  EXPECT_THAT(MakeVerdict(facts).not_established,
              Contains(AllOf(StartsWith("Scores before word onset beyond slow drift"),
                             HasSubstr("but p = 0.2 after detrending"))));
}

TEST(VerdictTest, BeforeOnsetNeedsTimesAndNulls) {
  RigourFacts facts = Facts();
  facts.strict.p_max.reset();
  facts.strict.p_before.reset();
  EXPECT_THAT(MakeVerdict(facts).not_testable,
              Contains(AllOf(StartsWith("Whether activations are predicted before word onset: the "
                                        "largest score before"),
                             HasSubstr("and no nulls were asked for"))));
  facts.strict.before_best.reset();
  EXPECT_THAT(MakeVerdict(facts).not_testable, Contains(HasSubstr("there is no time before 0")));
}

TEST(VerdictTest, TheUntrainedModelMayBeEquallyGoodOrBetter) {
  RigourFacts facts = Facts();
  facts.untrained.comparison->test.alignment_p = 0.3;
  EXPECT_THAT(MakeVerdict(facts).not_established,
              Contains(AllOf(StartsWith("A difference of the trained and the untrained model"),
                             HasSubstr("does not show that there is none"))));
  facts.untrained.comparison->test.alignment_p = 0.01;
  facts.untrained.comparison->test.alignment_difference = -0.05;
  facts.strict.alphas_by_inner_folds = true;
  EXPECT_THAT(MakeVerdict(facts).established,
              Contains(AllOf(StartsWith("The untrained model aligns better"),
                             HasSubstr("Not calibrated: the test takes the chosen penalties"))));
  facts.untrained.comparison->test.alignment_p.reset();
  facts.untrained.comparison->df = 9;
  EXPECT_THAT(
      MakeVerdict(facts).not_testable,
      Contains("Whether training of the model matters: 9 degrees of freedom, fewer than 10, "
               "give no p."));
  facts.untrained = {std::nullopt, std::nullopt, "no untrained model was given"};
  EXPECT_THAT(MakeVerdict(facts).not_testable,
              Contains("Whether training of the model matters: no untrained model was given."));
}

TEST(VerdictTest, PaperAndShuffledFoldsAreDescribedWithoutATest) {
  RigourFacts facts = Facts();
  EXPECT_THAT(
      MakeVerdict(facts).described,
      ElementsAre(
          AllOf(StartsWith("The published protocol (paper) would report a mean of layer maxima of "
                           "0.310 and a temporal score of 0.93; strict gives 0.250 and 0.93. The "
                           "difference was not tested."),
                HasSubstr("parametric p = 0.0001 is not calibrated")),
          StartsWith("Shuffled folds would claim a mean of layer maxima of 0.400; held-out "
                     "stretches give 0.250: 0.150 of it need not hold"),
          StartsWith("On the same folds, activations of mid")));
  facts.shuffled.facts->mean_of_maxima = 0.2;
  EXPECT_THAT(MakeVerdict(facts).described,
              Contains(HasSubstr("of 0.200; held-out stretches give 0.250. The difference")));
  facts.paper = {std::nullopt, "its job failed: disk"};
  facts.shuffled = {std::nullopt, "metric rsa fits no map"};
  const Verdict verdict = MakeVerdict(facts);
  EXPECT_THAT(verdict.described, ElementsAre(StartsWith("On the same folds")));
  EXPECT_THAT(verdict.not_testable, Contains("What shuffled folds would claim: metric rsa fits no "
                                             "map."));
  EXPECT_THAT(verdict.not_testable,
              Contains("What the published protocol would report: its job failed: disk."));
}

TEST(VerdictTest, UndefinedNumbersAreCalledSo) {
  RigourFacts facts = Facts();
  facts.strict = JobFacts();
  facts.paper.facts = JobFacts();
  const Verdict verdict = MakeVerdict(facts);
  for (const auto& list :
       {verdict.established, verdict.not_established, verdict.not_testable, verdict.described}) {
    for (const std::string& sentence : list) EXPECT_THAT(sentence, Not(HasSubstr("nan")));
  }
  EXPECT_THAT(verdict.described, Contains(HasSubstr("temporal score of undefined")));
}

TEST(VerdictTest, TooFewDegreesOfFreedomAreTheReasonForNoOrder) {
  RigourFacts facts = Facts();
  facts.strict.p_order.reset();
  facts.strict.df = 0;
  EXPECT_THAT(MakeVerdict(facts).not_testable,
              Contains("Whether layers follow each other in time: 0 degrees of freedom give no "
                       "p_order."));
}

TEST(VerdictTest, ARelationThatNuisanceExplainsIsSaidToBe) {
  RigourFacts facts = Facts();
  facts.nuisance.facts->p_max = 0.3;
  EXPECT_THAT(MakeVerdict(facts).not_established,
              Contains(AllOf(StartsWith("A relation beyond @position, @interval: "),
                             HasSubstr("p = 0.3"), HasSubstr("does not show that there is none"))));
  facts.strict.p_max = 0.2;
  EXPECT_THAT(MakeVerdict(facts).not_testable,
              Contains("Whether @position, @interval explain the relation: no relation was "
                       "established."));
  facts = Facts();
  facts.nuisance = {std::nullopt, "metric rsa is not computed with nuisance"};
  facts.nuisance_names.clear();
  EXPECT_THAT(MakeVerdict(facts).not_testable,
              Contains("Whether nuisance explains the relation: metric rsa is not computed with "
                       "nuisance."));
  EXPECT_THAT(MakeVerdict(facts).not_testable, Contains(HasSubstr("no nuisance was taken out")));
  facts = Facts();
  facts.strict.nulls = 0;
  facts.strict.p_max.reset();
  EXPECT_THAT(MakeVerdict(facts).not_testable,
              Contains("Whether @position, @interval explain the relation: no nulls were asked "
                       "for."));
}

TEST(VerdictTest, NuisanceBesideTheActivationsIsToldAsSuch) {
  RigourFacts facts = Facts();
  facts.nuisance_is_band = true;
  Verdict verdict = MakeVerdict(facts);
  EXPECT_THAT(verdict.established,
              Contains(AllOf(HasSubstr("more than linear effects of @position, @interval"),
                             HasSubstr("the most that activations add to what @position, "
                                       "@interval alone predict of the brain"),
                             HasSubstr("not tested by simulation"))));
  EXPECT_THAT(verdict.not_testable, Contains(HasSubstr("stood beside the activations")));
}

TEST(VerdictTest, DescribesWhatNeighbouringWordsTell) {
  RigourFacts facts = Facts();
  EXPECT_THAT(MakeVerdict(facts).described,
              Contains("On the same folds, activations of mid are predicted from those of the word "
                       "before with Pearson r = 0.450, and of the word after with 0.410. The brain "
                       "predicts them with 0.300. A brain that only told of neighbouring words "
                       "could reach this. The difference was not tested."));
  facts.neighbours.before = 0.2;
  facts.neighbours.after = 0.1;
  EXPECT_THAT(MakeVerdict(facts).described, Not(Contains(HasSubstr("could reach this"))));
  facts.neighbours.brain_is_predicted = true;
  EXPECT_THAT(MakeVerdict(facts).described, Not(Contains(HasSubstr("The brain predicts them"))));
  facts.neighbours = {};
  facts.neighbours.why_not = "metric rsa predicts nothing";
  EXPECT_THAT(MakeVerdict(facts).not_testable,
              Contains("What smoothness of the activations over words gives: metric rsa predicts "
                       "nothing."));
}

TEST(VerdictTest, AlwaysNamesWhatNoPartLooksAt) {
  EXPECT_THAT(MakeVerdict(Facts()).not_testable,
              ElementsAre(HasSubstr("nothing but @position, @interval was taken out"),
                          HasSubstr("one recording")));
}

}  // namespace
}  // namespace brainalign
