// The rules of docs/rigour.md on the controls, with numbers that were made up.
#include "client/rigour/verdict_controls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/client/rigour/made_up_facts.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(VerdictControlsTest, TheUntrainedModelMayBeEquallyGoodOrBetter) {
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

TEST(VerdictControlsTest, SwapsOfSessionsShowWhetherTheRelationIsMoreThanDrift) {
  RigourFacts facts = Facts();
  EXPECT_THAT(MakeVerdict(facts).established,
              Contains("The relation is more than drift that both sides share: the largest score, "
                       "Pearson r = 0.270 for mid at 0.40 s, has p = 0.022 among 44 pairings of "
                       "the recording of each session with the activations of another; the "
                       "smallest possible is 0.022."));
  facts.swapped.facts->words_left_out = 120;
  EXPECT_THAT(MakeVerdict(facts).established,
              Contains(HasSubstr("at 0.40 s (without the 120 words by which sessions are longer "
                                 "than the shortest), has p = 0.022")));
  facts.swapped.facts->p_max = 0.2;
  EXPECT_THAT(MakeVerdict(facts).not_established,
              Contains(AllOf(StartsWith("A relation beyond drift that both sides share, by swaps"),
                             HasSubstr("p = 0.2"), HasSubstr("does not show that there is none"))));
  const std::string untested =
      "Whether the relation is more than drift that both sides share, by swaps of whole sessions: ";
  facts.swapped.facts->nulls = 9;
  facts.swapped.facts->p_max = 0.1;
  EXPECT_THAT(MakeVerdict(facts).not_testable,
              Contains(untested + "9 pairings give no p below 0.1; 19 are needed for 0.05."));
  facts.swapped = {std::nullopt, "the words have no sessions, and swaps need 4"};
  EXPECT_THAT(MakeVerdict(facts).not_testable,
              Contains(untested + "the words have no sessions, and swaps need 4."));
  facts = Facts();
  facts.strict.p_max = 0.4;
  EXPECT_THAT(
      MakeVerdict(facts).not_testable,
      Contains(untested +
               "no relation was established (the largest score has p = 0.022 among 44 pairings)."));
}

TEST(VerdictControlsTest, PaperAndShuffledFoldsAreDescribedWithoutATest) {
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
          StartsWith("On the same folds, activations of mid"), StartsWith("From 120 repeated")));
  facts.shuffled.facts->mean_of_maxima = 0.2;
  EXPECT_THAT(MakeVerdict(facts).described,
              Contains(HasSubstr("of 0.200; held-out stretches give 0.250. The difference")));
  facts.paper = {std::nullopt, "its job failed: disk"};
  facts.shuffled = {std::nullopt, "metric rsa fits no map"};
  const Verdict verdict = MakeVerdict(facts);
  EXPECT_THAT(verdict.described,
              ElementsAre(StartsWith("On the same folds"), StartsWith("From 120 repeated")));
  EXPECT_THAT(verdict.not_testable, Contains("What shuffled folds would claim: metric rsa fits no "
                                             "map."));
  EXPECT_THAT(verdict.not_testable,
              Contains("What the published protocol would report: its job failed: disk."));
}

TEST(VerdictControlsTest, ARelationThatNuisanceExplainsIsSaidToBe) {
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
  facts.nuisance_names = {"@position"};
  facts.strict.p_max = 0.2;
  EXPECT_THAT(MakeVerdict(facts).not_testable,
              Contains("Whether @position explains the relation: no relation was established."));
  facts = Facts();
  facts.nuisance = {std::nullopt, "metric rsa is not computed with nuisance"};
  facts.nuisance_names.clear();
  EXPECT_THAT(MakeVerdict(facts).not_testable,
              Contains("Whether nuisance explains the relation: metric rsa is not computed with "
                       "nuisance."));
  facts.previous_words = {std::nullopt, "metric rsa is not computed with nuisance"};
  EXPECT_THAT(MakeVerdict(facts).not_testable, Contains(HasSubstr("no nuisance was taken out")));
  facts = Facts();
  facts.strict.nulls = 0;
  facts.strict.p_max.reset();
  EXPECT_THAT(MakeVerdict(facts).not_testable,
              Contains("Whether @position, @interval explain the relation: no nulls were asked "
                       "for."));
}

TEST(VerdictControlsTest, WhatTheWordBeforeExplainsHasASentenceOfItsOwn) {
  RigourFacts facts = Facts();
  EXPECT_THAT(
      MakeVerdict(facts).established,
      Contains(AllOf(StartsWith("The relation is more than linear effects of the vectors of the "
                                "word before: with the vectors of the word before taken out"),
                     HasSubstr("0.260"), HasSubstr("the mean of layer maxima is 0.200"))));
  EXPECT_THAT(MakeVerdict(facts).not_testable,
              Contains(HasSubstr("nothing but @position, @interval, or in another part the vectors "
                                 "of the word before was taken out")));
  facts.previous_words.facts->p_max = 0.3;
  EXPECT_THAT(MakeVerdict(facts).not_established,
              Contains(AllOf(StartsWith("A relation beyond the vectors of the word before: "),
                             HasSubstr("does not show that there is none"))));
  facts.previous_words = {std::nullopt, "the recording is sealed"};
  EXPECT_THAT(MakeVerdict(facts).not_testable,
              Contains("Whether the vectors of the word before explain the relation: the recording "
                       "is sealed."));
}

TEST(VerdictControlsTest, NuisanceBesideTheActivationsIsToldAsSuch) {
  RigourFacts facts = Facts();
  facts.nuisance_is_band = true;
  Verdict verdict = MakeVerdict(facts);
  EXPECT_THAT(verdict.established,
              Contains(AllOf(HasSubstr("more than linear effects of @position, @interval"),
                             HasSubstr("the most that activations add to what @position, "
                                       "@interval alone predict of the brain"),
                             HasSubstr("in 60 simulated experiments without such an addition"))));
  EXPECT_THAT(verdict.not_testable, Contains(HasSubstr("stood beside the activations")));
}

TEST(VerdictControlsTest, DescribesWhatNeighbouringWordsTell) {
  RigourFacts facts = Facts();
  EXPECT_THAT(MakeVerdict(facts).described,
              Contains("On the same folds, activations of mid are predicted from those of the word "
                       "before with Pearson r = 0.450, and of the word after with 0.410. The brain "
                       "predicts them with 0.300. A brain that only represented "
                       "neighbouring words could reach this. The difference was not tested."));
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

TEST(VerdictControlsTest, CorrelatedBlocksEstablishNoDifferenceOfTwoModels) {
  RigourFacts facts = Facts();
  facts.untrained.comparison->blocks_are_correlated = true;
  const Verdict verdict = MakeVerdict(facts);
  EXPECT_THAT(verdict.established, Not(Contains(HasSubstr("aligns better"))));
  EXPECT_THAT(verdict.not_established,
              Contains(AllOf(StartsWith("A difference of the trained and the untrained model: "),
                             HasSubstr("blocks of words are shorter than the correlation"))));
}

TEST(VerdictControlsTest, DescribesTheCeilingOrSaysWhyThereIsNone) {
  RigourFacts facts = Facts();
  EXPECT_THAT(MakeVerdict(facts).described,
              Contains(AllOf(HasSubstr("From 120 repeated words"),
                             HasSubstr("would reach r = 0.420 at 0.350 s"))));
  facts.ceiling = {};
  facts.ceiling.why_not = "no words are known to be repeated (items.npy)";
  EXPECT_THAT(MakeVerdict(facts).not_testable,
              Contains(HasSubstr("How high a score the recording allows: no words are known")));
}

TEST(VerdictControlsTest, AlwaysNamesWhatNoPartLooksAt) {
  EXPECT_THAT(MakeVerdict(Facts()).not_testable,
              ElementsAre(HasSubstr("nothing but @position, @interval, or in another part the "
                                    "vectors of the word before was taken out"),
                          HasSubstr("one recording")));
}

}  // namespace
}  // namespace brainalign
