#include "client/rigour/parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "client/rigour/part_results.h"
#include "core/align/read_off_uncertainty.h"
#include "tests/core/align/golden_uncertainty.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<RigourJob> PartsOf(const AlignmentOptions& asked, const GivenOptions& given = {}) {
  const absl::StatusOr<std::vector<RigourJob>> jobs = PlanRigour(asked, given);
  EXPECT_TRUE(jobs.ok()) << jobs.status();
  return jobs.ok() ? *jobs : std::vector<RigourJob>(8);
}

// Every job that is to be run has options that an alignment accepts.
void ExpectOptionsWithoutProblem(const std::vector<RigourJob>& jobs) {
  for (const RigourJob& job : jobs) {
    if (!job.why_not.empty()) continue;
    std::vector<FieldProblem> problems;
    ResolveOptions(job.options, /*has_groups=*/true, /*epoch_seconds=*/2, problems);
    EXPECT_THAT(ProblemsToStatus(problems).message(), IsEmpty()) << job.name;
  }
}

// The facts of a part strict alone, whose nulls have the smallest p that is possible.
RigourFacts FactsOfStrict(Metric metric, Selection selection) {
  RigourPartResult strict;
  strict.job = PartsOf(AlignmentOptions()).front();
  JobResult result;
  result.alignment = GoldenResult(ReadGoldenUncertainty("automatic"));
  result.alignment.spec.metric = metric;
  result.alignment.spec.selection = selection;
  result.alignment.spec.alphas = {1, 100};
  ReadOffUncertainty(result.alignment);
  strict.result = std::move(result);
  RigourFacts facts = FactsOfParts({strict});
  facts.strict.nulls = 199;
  facts.strict.p_max = 0.005;
  return facts;
}

TEST(RigourPartsTest, NullsOfCosineWithChosenAlphasEstablishNothing) {
  const Verdict verdict = MakeVerdict(FactsOfStrict(Metric::kCosine, Selection::kBlocked));
  EXPECT_THAT(verdict.established, Not(Contains(HasSubstr("related"))));
  EXPECT_THAT(verdict.not_testable,
              Contains(AllOf(HasSubstr("related at all: p values of metric cosine are not "
                                       "calibrated where the data choose the penalties"),
                             Not(HasSubstr("7 %")))));
  for (const RigourFacts& facts : {FactsOfStrict(Metric::kCosine, Selection::kFixed),
                                   FactsOfStrict(Metric::kPearson, Selection::kBlocked)}) {
    EXPECT_THAT(MakeVerdict(facts).established, Contains(HasSubstr("are related")));
  }
}

TEST(RigourPartsTest, OfTheDefaults) {
  const std::vector<RigourJob> jobs = PartsOf(AlignmentOptions());
  ASSERT_EQ(jobs.size(), 9u);
  EXPECT_EQ(jobs[0].name, "strict");
  EXPECT_EQ(jobs[0].options.uncertainty.nulls, 199);
  EXPECT_EQ(jobs[0].options.uncertainty.draws, 2000);
  EXPECT_EQ(jobs[1].name, "paper");
  EXPECT_EQ(jobs[1].options.preset, Preset::kPaper);
  EXPECT_EQ(jobs[1].options.uncertainty.nulls, 0);
  EXPECT_EQ(jobs[2].name, "shuffled");
  EXPECT_EQ(jobs[2].options.fold_by, FoldBy::kShuffled);
  EXPECT_EQ(jobs[2].options.uncertainty.draws, 0);
  EXPECT_EQ(jobs[3].name, "detrended");
  EXPECT_EQ(jobs[3].options.uncertainty.detrend, 3);
  EXPECT_EQ(jobs[3].options.uncertainty.nulls, 199);
  EXPECT_EQ(jobs[4].name, "nuisance");
  EXPECT_EQ(jobs[4].options.uncertainty.nulls, 199);
  EXPECT_EQ(jobs[4].options.uncertainty.draws, 0);
  EXPECT_EQ(jobs[5].name, "untrained");
  EXPECT_EQ(jobs[5].options.uncertainty.nulls, 0);
  EXPECT_EQ(jobs[5].options.uncertainty.draws, 2000);
  EXPECT_EQ(jobs[6].name, "neighbours");
  EXPECT_EQ(jobs[6].options.uncertainty.nulls, 0);
  EXPECT_EQ(jobs[6].options.uncertainty.draws, 0);
  EXPECT_EQ(jobs[7].name, "swapped");
  EXPECT_EQ(jobs[7].options.uncertainty.nulls, 199);
  EXPECT_EQ(jobs[7].options.uncertainty.null_by, NullBy::kSwap);
  EXPECT_EQ(jobs[7].options.uncertainty.draws, 0);
  EXPECT_EQ(jobs[8].name, "previous_words");
  EXPECT_EQ(jobs[8].options.uncertainty.nulls, 199);
  EXPECT_EQ(jobs[8].options.uncertainty.draws, 0);
  ExpectOptionsWithoutProblem(jobs);
}

TEST(RigourPartsTest, PaperTakesWhatIsAskedForButWhatThePresetsDifferIn) {
  AlignmentOptions asked;
  asked.pca = 50;
  asked.folds = 4;
  asked.fold_by = FoldBy::kGroup;
  asked.purge_seconds = 3;
  asked.selection = Selection::kGcv;
  asked.zscore_words = FitWords::kTraining;
  asked.uncertainty.detrend = 2;
  asked.arrays = {"per_target"};
  const std::vector<RigourJob> jobs = PartsOf(asked);
  const AlignmentOptions& paper = jobs[1].options;
  EXPECT_EQ(paper.pca, 50);
  EXPECT_EQ(paper.folds, 4);
  EXPECT_FALSE(paper.fold_by || paper.purge_seconds || paper.selection || paper.zscore_words ||
               paper.uncertainty.detrend);
  EXPECT_EQ(jobs[2].options.selection, Selection::kGcv);
  EXPECT_FALSE(jobs[2].options.purge_seconds);
  EXPECT_THAT(jobs[0].options.arrays, ElementsAre("per_target"));
  EXPECT_THAT(jobs[1].options.arrays, IsEmpty());
  EXPECT_THAT(jobs[3].why_not, HasSubstr("detrended already, by polynomials of degree 0 to 2"));
  ExpectOptionsWithoutProblem(jobs);
}

TEST(RigourPartsTest, NullsAndDrawsThatAreGivenStay) {
  AlignmentOptions asked;
  asked.uncertainty.nulls = 999;
  const std::vector<RigourJob> jobs = PartsOf(asked, {.nulls = true, .draws = true});
  EXPECT_EQ(jobs[0].options.uncertainty.nulls, 999);
  EXPECT_EQ(jobs[0].options.uncertainty.draws, 0);
}

TEST(RigourPartsTest, MetricsOfTwoMatricesHaveNullsWithoutDrawsAndDetrendedPart) {
  for (const Metric metric : {Metric::kCca, Metric::kCka, Metric::kCkaDebiased, Metric::kRsa}) {
    AlignmentOptions asked;
    asked.metric = metric;
    const std::vector<RigourJob> jobs = PartsOf(asked);
    EXPECT_EQ(jobs[0].options.uncertainty.nulls, 199);
    EXPECT_EQ(jobs[0].options.uncertainty.draws, 0);
    EXPECT_EQ(jobs[2].why_not.empty(), metric == Metric::kCca);
    EXPECT_THAT(jobs[3].why_not, HasSubstr("from shifts are not calibrated with detrending"));
    ExpectOptionsWithoutProblem(jobs);
  }
}

TEST(RigourPartsTest, DrawsAreForPearsonOfBrainToModel) {
  AlignmentOptions asked;
  asked.direction = Direction::kModelToBrain;
  EXPECT_EQ(PartsOf(asked)[0].options.uncertainty.nulls, 199);
  EXPECT_EQ(PartsOf(asked)[0].options.uncertainty.draws, 0);
  asked.direction = Direction::kBrainToModel;
  asked.metric = Metric::kR2;
  EXPECT_EQ(PartsOf(asked)[0].options.uncertainty.draws, 0);
}

// The neighbours are on the side of the brain, which has no delays.
TEST(RigourPartsTest, AllButTheNeighboursHaveTheDelays) {
  AlignmentOptions asked;
  asked.direction = Direction::kModelToBrain;
  asked.delays = {1, 2};
  const std::vector<RigourJob> jobs = PartsOf(asked);
  for (const RigourJob& job : jobs) {
    EXPECT_EQ(job.options.delays.empty(), job.name == "neighbours") << job.name;
  }
  ExpectOptionsWithoutProblem(jobs);
}

TEST(RigourPartsTest, SessionsAreSwappedWhereTheyCanBe) {
  AlignmentOptions asked;
  asked.uncertainty.min_shift_words = 5;  // of the shifts
  std::vector<RigourJob> jobs = PartsOf(asked);
  RefuseSwaps("", jobs);
  EXPECT_THAT(jobs[7].why_not, IsEmpty());
  ExpectOptionsWithoutProblem(jobs);
  RefuseSwaps("the words have no sessions", jobs);
  EXPECT_EQ(jobs[7].why_not, "the words have no sessions");
  EXPECT_THAT(jobs[0].why_not, IsEmpty());
  asked.uncertainty.nulls = 0;
  EXPECT_THAT(PartsOf(asked, {.nulls = true})[7].why_not, HasSubstr("no nulls were asked for"));
}

TEST(RigourPartsTest, NuisanceIsSetOnceItIsRead) {
  std::vector<RigourJob> jobs = PartsOf(AlignmentOptions());
  SetNuisance({{"length", "@position"}, ""}, jobs);
  EXPECT_THAT(jobs[4].options.nuisance, ElementsAre("length", "@position"));
  EXPECT_THAT(jobs[0].options.nuisance, IsEmpty());
  EXPECT_THAT(jobs[5].options.nuisance, IsEmpty());
  ExpectOptionsWithoutProblem(jobs);
  SetNuisance({{}, "nothing varies"}, jobs);
  EXPECT_EQ(jobs[4].why_not, "nothing varies");
  AlignmentOptions other;
  other.direction = Direction::kModelToBrain;
  jobs = PartsOf(other);
  SetNuisance({{"length"}, ""}, jobs);
  EXPECT_THAT(jobs[4].options.nuisance, ElementsAre("length"));
  EXPECT_EQ(jobs[4].options.direction, Direction::kModelToBrain);
  ExpectOptionsWithoutProblem(jobs);
}

TEST(RigourPartsTest, PreviousWordsAreSetBesideNuisance) {
  std::vector<RigourJob> jobs = PartsOf(AlignmentOptions());
  EXPECT_TRUE(WantsPreviousWords(jobs));
  SetPreviousWords({{"@previous:1[0]"}, ""}, jobs);
  EXPECT_THAT(jobs[8].options.nuisance, ElementsAre("@previous:1[0]"));
  EXPECT_THAT(jobs[4].options.nuisance, IsEmpty());
  ExpectOptionsWithoutProblem(jobs);
  SetPreviousWords({{}, "the recording is sealed"}, jobs);
  EXPECT_EQ(jobs[8].why_not, "the recording is sealed");
  EXPECT_FALSE(WantsPreviousWords(jobs));
  AlignmentOptions two_matrices;
  two_matrices.metric = Metric::kRsa;
  jobs = PartsOf(two_matrices);
  EXPECT_FALSE(WantsPreviousWords(jobs));
  EXPECT_EQ(jobs[8].why_not, "metric rsa is not computed with nuisance");
}

TEST(RigourPartsTest, RefusesWhatItSetsItself) {
  AlignmentOptions asked;
  asked.preset = Preset::kPaper;
  EXPECT_THAT(PlanRigour(asked, {}).status().message(), HasSubstr("--preset is paper"));
  asked.preset = Preset::kStrict;
  asked.fold_by = FoldBy::kShuffled;
  EXPECT_THAT(PlanRigour(asked, {}).status().message(), HasSubstr("--fold-by is shuffled"));
  asked.fold_by.reset();
  asked.uncertainty.null_by = NullBy::kSwap;
  EXPECT_THAT(PlanRigour(asked, {}).status().message(), HasSubstr("--null-by is swap"));
}

}  // namespace
}  // namespace brainalign
