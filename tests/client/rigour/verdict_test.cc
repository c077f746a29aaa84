// Every rule of docs/rigour.md, with numbers that were made up.
#include "client/rigour/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/client/rigour/made_up_facts.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

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
          StartsWith("The relation is more than linear effects of the vectors of the word before"),
          StartsWith("The relation is more than drift that both sides share: "),
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
              Contains("Whether layers follow each other in time: no relation was established, so "
                       "an order may be due to chance."));
}

TEST(VerdictTest, ARelationThatDetrendingTakesAwayIsNotEstablished) {
  RigourFacts facts = Facts();
  facts.detrended.facts->p_max = 0.2;
  EXPECT_THAT(MakeVerdict(facts).not_established,
              Contains(AllOf(StartsWith("A relation beyond slow drift: "),
                             HasSubstr("but p = 0.2 after detrending."))));
}

TEST(VerdictTest, NothingIsEstablishedByNullsThatAreNotCalibrated) {
  RigourFacts facts = Facts();
  facts.why_null_fails = "p values of metric cka from shifts are not calibrated with detrending";
  const Verdict verdict = MakeVerdict(facts);
  EXPECT_THAT(verdict.established, testing::Not(Contains(HasSubstr("related"))));
  EXPECT_THAT(verdict.not_testable,
              Contains("Whether brain and activations are related at all: p values of metric cka "
                       "from shifts are not calibrated with detrending."));
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

TEST(VerdictTest, CorrelatedBlocksEstablishNoOrder) {
  RigourFacts facts = Facts();
  facts.strict.blocks_are_correlated = true;
  const Verdict verdict = MakeVerdict(facts);
  EXPECT_THAT(verdict.established, Not(Contains(StartsWith("Layers differ"))));
  EXPECT_THAT(verdict.not_established,
              Contains(AllOf(StartsWith("An order of the layers in time: "),
                             HasSubstr("but blocks of words are shorter than the correlation of "
                                       "what they hold, so this p is too small"))));
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
              Contains("Whether layers follow each other in time: 0 degrees of freedom are too few "
                       "for p_order, which needs 10."));
}

}  // namespace
}  // namespace brainalign
