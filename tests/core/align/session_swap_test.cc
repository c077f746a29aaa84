// Nulls that swap whole sessions, against tests/golden/swap, and what is refused or told of them.
#include "core/inference/session_swap.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/align/alignment.h"
#include "core/align/brain_cache.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/align.h"
#include "tests/core/align/golden_case.h"
#include "tests/core/align/golden_uncertainty.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Tensor TensorOfJson(const json& nested) {
  std::vector<std::int64_t> shape;
  for (const json* part = &nested; part->is_array(); part = &part->front()) {
    shape.push_back(std::ssize(*part));
  }
  return TensorOfDoubles(shape, NumbersIn(nested));
}

AlignmentInputs InputsOfJson(const json& given) {
  AlignmentInputs inputs;
  if (given.contains("epochs")) inputs.brain.epochs = TensorOfJson(given.at("epochs"));
  if (given.contains("continuous")) {
    inputs.brain.continuous = TensorOfJson(given.at("continuous"));
    inputs.brain.sfreq_hz = given.at("sfreq");
    inputs.brain.selected = given.at("selected").get<std::vector<std::int64_t>>();
  }
  inputs.brain.onsets_seconds = NumbersIn(given.at("onsets"));
  inputs.brain.times_seconds = NumbersIn(given.at("times"));
  inputs.brain.groups = given.at("groups").get<std::vector<std::int64_t>>();
  for (std::size_t layer = 0; layer < given.at("layers").size(); ++layer) {
    inputs.layers.push_back({TensorOfJson(given.at("layers")[layer]),
                             given.at("depth")[layer].get<double>(),
                             "layer " + std::to_string(layer)});
  }
  return inputs;
}

AlignmentOptions OptionsOfSwaps(const GoldenCase& golden) {
  AlignmentOptions options = ToOptions(golden.options);
  options.uncertainty.nulls = golden.entry.at("nulls");
  options.uncertainty.null_by = NullBy::kSwap;
  options.uncertainty.seed = golden.entry.at("seed").get<std::uint64_t>();
  if (const json& order = golden.entry.at("detrend"); !order.is_null()) {
    options.uncertainty.detrend = order.get<int>();
  }
  return options;
}

class SwapGoldenTest : public testing::TestWithParam<GoldenCase> {};

TEST_P(SwapGoldenTest, AgreesWithNumpy) {
  const json expected = ReadGolden("swap/" + GetParam().name + ".json");
  const AlignmentResult result =
      Align(InputsOfJson(expected.at("inputs")), OptionsOfSwaps(GetParam()), /*threads=*/2);
  const double tolerance = ToleranceOf(expected);
  ExpectNear(result.score, expected.at("score"), tolerance, "score");
  ExpectNear(result.null_scores, expected.at("null"), tolerance, "null");
  const bool has_basis = expected.contains("score_for_nulls");
  ExpectNear(result.score_for_nulls, has_basis ? expected.at("score_for_nulls") : json::array(),
             tolerance, "score_for_nulls");
  const UncertaintyFacts& facts = result.uncertainty_facts;
  const json& pairings = expected.at("pairings");
  EXPECT_EQ(facts.nulls, std::ssize(pairings));
  EXPECT_EQ(facts.nulls_asked, GetParam().entry.at("nulls"));
  EXPECT_EQ(facts.words_left_out, expected.at("left_out")[0]);
  EXPECT_EQ(result.input.words_used, std::ssize(expected.at("kept")));
  ASSERT_TRUE(result.uncertainty && result.uncertainty->no_relation);
  // The file has 12 digits.
  EXPECT_NEAR(result.uncertainty->no_relation->tests.p_max, expected.at("p_max")[0].get<double>(),
              1e-11);
  const int sessions = static_cast<int>(std::ssize(pairings.front()));
  const std::vector<std::uint64_t> attempts = DrawPairings(sessions, facts.nulls_asked, facts.seed);
  ASSERT_EQ(attempts.size(), pairings.size());
  for (std::size_t null = 0; null < attempts.size(); ++null) {
    EXPECT_EQ(PairingOf(sessions, facts.seed, attempts[null]),
              pairings[null].get<std::vector<std::int32_t>>());
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, SwapGoldenTest,
                         testing::ValuesIn(GoldenCases("swap/manifest.json")),
                         [](const testing::TestParamInfo<GoldenCase>& test) {
                           return test.param.name;
                         });

TEST(PairingsTest, AreAllDerangementsWhereSoManyAreAskedFor) {
  // Numbers of derangements: OEIS A000166.
  const std::vector<int> derangements = {1, 0, 1, 2, 9, 44, 265, 1854, 14833};
  for (int sessions = 2; sessions <= 8; ++sessions) {
    const int count = derangements[static_cast<std::size_t>(sessions)];
    EXPECT_EQ(DifferentPairings(sessions, 100'000), count);
    std::set<std::vector<std::int32_t>> found;
    for (const std::uint64_t attempt : DrawPairings(sessions, 100'000, 5)) {
      const std::vector<std::int32_t> pairing = PairingOf(sessions, 5, attempt);
      EXPECT_TRUE(
          std::is_permutation(pairing.begin(), pairing.end(), PairingOf(sessions, 6, 0).begin()));
      for (int session = 0; session < sessions; ++session) {
        ASSERT_NE(pairing[static_cast<std::size_t>(session)], session);
      }
      EXPECT_TRUE(found.insert(pairing).second);
    }
    EXPECT_EQ(std::ssize(found), count);
  }
  EXPECT_EQ(DifferentPairings(0, 10), 0);
  EXPECT_EQ(DifferentPairings(1, 10), 0);
  EXPECT_EQ(DifferentPairings(1'000'000, 100'000), 100'000);
}

TEST(PairingsTest, FewerAreTheFirstOfMore) {
  for (const int sessions : {5, 6, 30}) {
    const std::vector<std::uint64_t> many = DrawPairings(sessions, 200, 3);
    const std::vector<std::uint64_t> few = DrawPairings(sessions, 20, 3);
    ASSERT_EQ(few.size(), 20U);
    EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
  }
}

// A recording of `lengths.size()` sessions in epochs.
AlignmentInputs OfSessions(const std::vector<int>& lengths) {
  SimulatedShape shape;
  shape.words = 0;
  for (const int length : lengths) shape.words += length;
  shape.sensors = 4;
  shape.dims = 3;
  AlignmentInputs inputs = AsEpochs(SimulateRecording(shape));
  inputs.brain.groups.clear();
  inputs.brain.sessions.clear();
  for (std::size_t session = 0; session < lengths.size(); ++session) {
    inputs.brain.groups.insert(inputs.brain.groups.end(),
                               static_cast<std::size_t>(lengths[session]),
                               static_cast<std::int64_t>(10 + session));
  }
  return inputs;
}

AlignmentOptions Swapping(int nulls) {
  AlignmentOptions options;
  options.alphas = {1, 100, 1e4};
  options.folds = 4;
  options.uncertainty.nulls = nulls;
  options.uncertainty.null_by = NullBy::kSwap;
  return options;
}

// The problem of inputs that are refused.
FieldProblem OnlyProblemOf(const AlignmentInputs& inputs, const AlignmentOptions& options) {
  std::vector<FieldProblem> problems;
  EXPECT_FALSE(Alignment::Create(inputs, options, &problems).ok());
  EXPECT_EQ(problems.size(), 1U);
  return problems.empty() ? FieldProblem() : problems.front();
}

TEST(SessionSwapTest, TellsOnlyTheLargestScore) {
  AlignmentOptions options = Swapping(199);
  options.uncertainty.draws = 10;
  const AlignmentResult result = Align(OfSessions({30, 30, 30, 30, 30}), options);
  const NoRelation& null = *result.uncertainty->no_relation;
  EXPECT_EQ(null.null_by, NullBy::kSwap);
  EXPECT_EQ(null.nulls, 44);
  EXPECT_EQ(null.nulls_asked, 199);
  EXPECT_EQ(null.words_left_out, 0);
  EXPECT_EQ(null.min_shift_words, 0);
  EXPECT_GE(null.tests.p_max, 1.0 / 45);
  EXPECT_TRUE(std::isnan(null.tests.p_mean_of_maxima) && std::isnan(null.clusters.p_max));
  EXPECT_THAT(null.tests.p_familywise, IsEmpty());
  EXPECT_THAT(null.tests.p_cell, IsEmpty());
  EXPECT_THAT(null.clusters.cluster_of_cell, IsEmpty());
  EXPECT_FALSE(null.tests.familywise_threshold || null.tests.p_temporal_score);
  const std::vector<Caution>& cautions = result.uncertainty->cautions;
  EXPECT_THAT(cautions, Contains(Caution::kSwapTestsLargestScore));
  EXPECT_THAT(cautions, Not(Contains(Caution::kSwapLeftOutMostWords)));
  EXPECT_THAT(cautions, Not(Contains(Caution::kNoSharedDriftAssumed)));
  EXPECT_THAT(result.notes, Not(Contains(HasSubstr("For swaps"))));
}

TEST(SessionSwapTest, SessionsOfTheSameLengthLeaveTheMatrixAsItIs) {
  const AlignmentInputs inputs = OfSessions({30, 30, 30, 30});
  AlignmentOptions shifts = Swapping(2);
  shifts.uncertainty.null_by = NullBy::kShift;
  const AlignmentResult swapped = Align(inputs, Swapping(2));
  const AlignmentResult shifted = Align(inputs, shifts);
  EXPECT_EQ(swapped.score_per_fold, shifted.score_per_fold);
  EXPECT_NE(swapped.null_scores, shifted.null_scores);
}

TEST(SessionSwapTest, LongerSessionsAreCutAndThisIsSaid) {
  const AlignmentInputs inputs = OfSessions({14, 60, 50, 14});
  const AlignmentResult result = Align(inputs, Swapping(20));
  EXPECT_EQ(result.input.words_given, 138);
  EXPECT_EQ(result.input.words_used, 56);
  EXPECT_EQ(result.input.dropped_words, 0);
  EXPECT_EQ(result.uncertainty->no_relation->nulls, 9);
  EXPECT_EQ(result.uncertainty->no_relation->words_left_out, 82);
  EXPECT_THAT(result.uncertainty->cautions, Contains(Caution::kSwapLeftOutMostWords));
  EXPECT_THAT(result.notes,
              Contains("For swaps each session was cut to its first 14 words, as many as session "
                       "10 has: 82 of 138 words were left out (46 of session 11 and 36 of session "
                       "12)."));
}

TEST(SessionSwapTest, ManyCutSessionsAreCountedTogether) {
  std::vector<int> lengths(12, 9);
  lengths[0] = 8;
  const AlignmentResult result = Align(OfSessions(lengths), Swapping(3));
  EXPECT_THAT(result.notes, Contains(AllOf(HasSubstr("(1 of session 11, 1 of session 12"),
                                           HasSubstr(" and 3 of 3 more sessions)"))));
}

TEST(SessionSwapTest, RefusesWhatCannotBeSwapped) {
  EXPECT_THAT(OnlyProblemOf(OfSessions({40, 40, 40}), Swapping(9)).description,
              HasSubstr("the words that are used are in 3 sessions; swaps need at least 4"));
  EXPECT_EQ(OnlyProblemOf(OfSessions({40, 40, 40}), Swapping(9)).field, "options.null_by");
  AlignmentInputs one = OfSessions({60, 60});
  one.brain.groups.clear();
  EXPECT_THAT(OnlyProblemOf(one, Swapping(9)).description,
              HasSubstr("null_by is swap, but the words have no sessions; swaps need at least 4"));
  const FieldProblem short_one = OnlyProblemOf(OfSessions({40, 40, 1, 40}), Swapping(9));
  EXPECT_EQ(short_one.field, "options.null_by");
  EXPECT_THAT(short_one.description,
              HasSubstr("cuts each of the 4 sessions to the 1 words of the shortest, session 12: "
                        "only 4 words are left, and 4 folds need 8"));
  EXPECT_THAT(OnlyProblemOf(OfSessions({40, 40, 40, 40}), Swapping(0)).description,
              HasSubstr("null_by is swap, but nulls is 0"));
  AlignmentOptions shifting = Swapping(9);
  shifting.uncertainty.min_shift_words = 5;
  EXPECT_EQ(OnlyProblemOf(OfSessions({40, 40, 40, 40}), shifting).field, "options.min_shift_words");
}

// What is kept of a recording is of all words, or of those that swaps leave.
TEST(SessionSwapTest, KeptFactorisationsAreNotThoseOfOtherWords) {
  AlignmentInputs inputs = OfSessions({30, 40, 30, 30});
  inputs.brain.digest = "recording";
  AlignmentOptions shifts = Swapping(2);
  shifts.uncertainty.null_by = NullBy::kShift;
  AlignmentResources resources;
  resources.brain_cache = std::make_shared<BrainCache>(std::int64_t{1} << 26);
  const AlignmentResult all = Align(inputs, shifts, 1, resources);
  const AlignmentResult cut = Align(inputs, Swapping(2), 1, resources);
  EXPECT_EQ(cut.score, Align(inputs, Swapping(2)).score);
  EXPECT_NE(cut.score, all.score);
}

}  // namespace
}  // namespace brainalign
