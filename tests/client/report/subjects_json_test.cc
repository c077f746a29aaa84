#include "client/report/subjects_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "tests/client/cli/command_run.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using SubjectJson = nlohmann::json;
using testing::Contains;
using testing::HasSubstr;

// Results of seven subjects, and what numpy and scipy say of them.
SubjectJson GoldenSubjects() {
  std::ifstream file(BRAINALIGN_SOURCE_DIR "/tests/golden/subjects.json");
  return SubjectJson::parse(file);
}

std::string SubjectFile(std::size_t subject) { return "sub-" + std::to_string(subject) + ".json"; }

absl::StatusOr<SubjectsTogether> Together(const SubjectJson& results) {
  std::vector<SubjectResult> subjects;
  for (const SubjectJson& result : results) {
    absl::StatusOr<SubjectResult> subject =
        SubjectFromJson(SubjectFile(subjects.size()), result.dump());
    if (!subject.ok()) return subject.status();
    subjects.push_back(*std::move(subject));
  }
  return TakeSubjectsTogether(std::move(subjects));
}

SubjectJson TogetherJson(const SubjectJson& results) {
  const absl::StatusOr<SubjectsTogether> together = Together(results);
  EXPECT_TRUE(together.ok()) << together.status();
  return together.ok() ? SubjectJson::parse(SubjectsToJson(*together)) : SubjectJson();
}

void ExpectNumbers(const SubjectJson& seen, const SubjectJson& expected, const std::string& what) {
  ASSERT_EQ(seen.is_array(), expected.is_array()) << what;
  if (!expected.is_array()) {
    ASSERT_TRUE(seen.is_number()) << what << seen;
    EXPECT_NEAR(seen.get<double>(), expected.get<double>(), 1e-12) << what;
    return;
  }
  ASSERT_EQ(seen.size(), expected.size()) << what;
  for (std::size_t i = 0; i < seen.size(); ++i) ExpectNumbers(seen[i], expected[i], what);
}

TEST(SubjectsJsonTest, AgreesWithNumpyAndScipy) {
  const SubjectJson golden = GoldenSubjects();
  const SubjectJson seen = TogetherJson(golden["results"]);
  for (const auto& [name, numbers] : golden["expected"].items()) {
    ExpectNumbers(seen[name]["mean"], numbers["mean"], name + " mean");
    ExpectNumbers(seen[name]["se"], numbers["se"], name + " se");
    // Maxima and times are not symmetric about 0.
    const bool with_p = name == "score" || name == "temporal_score" || name == "slope";
    EXPECT_EQ(seen[name].contains("p"), with_p) << name;
    if (with_p) ExpectNumbers(seen[name]["p"], numbers["p"], name + " p");
  }
  EXPECT_EQ(seen["subjects"][6], "sub-6.json");
  EXPECT_EQ(seen["score"]["values"][3], golden["results"][3]["score"]);
  EXPECT_EQ(seen["t_max"]["values"][6], golden["results"][6]["t_max"]);
  EXPECT_EQ(seen["options"], SubjectJson({{"preset", "strict"}, {"metric", "pearson"}}));
}

TEST(SubjectsJsonTest, FiveSubjectsHaveNoPAndTheCautionSaysWhy) {
  SubjectJson results = GoldenSubjects()["results"];
  results.erase(6);
  EXPECT_TRUE(TogetherJson(results)["slope"]["p"].is_number());
  results.erase(5);
  const SubjectJson seen = TogetherJson(results);
  EXPECT_TRUE(seen["slope"]["p"].is_null());
  EXPECT_TRUE(seen["score"]["p"][0][0].is_null());
  EXPECT_THAT(seen["cautions"].get<std::vector<std::string>>(),
              Contains(HasSubstr("No p is given for 5 subjects: their smallest two-sided sign-flip "
                                 "p is 0.062")));
}

TEST(SubjectsJsonTest, WhatIsUndefinedForOneSubjectHasNoMean) {
  SubjectJson results = GoldenSubjects()["results"];
  results[2]["t_max"][1] = nullptr;
  results[2]["temporal_score"] = nullptr;
  const SubjectJson seen = TogetherJson(results);
  EXPECT_TRUE(seen["t_max"]["mean"][1].is_null());
  EXPECT_TRUE(seen["t_max"]["mean"][0].is_number());
  EXPECT_TRUE(seen["temporal_score"]["mean"].is_null());
  EXPECT_TRUE(seen["slope"]["mean"].is_null());
  EXPECT_TRUE(seen["slope"]["p"].is_null());
  EXPECT_TRUE(seen["slope"]["values"][2].is_null());
  results[0]["score"][1][1] = nullptr;
  EXPECT_TRUE(TogetherJson(results)["score"]["mean"][1][1].is_null());
  EXPECT_TRUE(TogetherJson(results)["alignment_score_best_layer"]["mean"].is_null());
}

TEST(SubjectsJsonTest, CellsOfOtherMetricsHaveNoP) {
  SubjectJson results = GoldenSubjects()["results"];
  for (SubjectJson& result : results) result["options"]["metric"] = "r2";
  const SubjectJson seen = TogetherJson(results);
  EXPECT_TRUE(seen["score"]["p"][0][0].is_null());
  EXPECT_TRUE(seen["slope"]["p"].is_number());
  EXPECT_THAT(seen["cautions"].get<std::vector<std::string>>(),
              Contains(HasSubstr("metric r2 are not symmetric about 0")));
}

TEST(SubjectsJsonTest, WarnsOfShuffledFolds) {
  SubjectJson results = GoldenSubjects()["results"];
  for (SubjectJson& result : results) result["warnings"] = {"Control, not a result"};
  EXPECT_THAT(TogetherJson(results)["cautions"].get<std::vector<std::string>>(),
              Contains("Control, not a result"));
}

TEST(SubjectsJsonTest, RefusesWhatDiffersAndNamesIt) {
  const SubjectJson results = GoldenSubjects()["results"];
  const auto expect_refused = [&](const std::function<void(SubjectJson&)>& change,
                                  const std::string& why) {
    SubjectJson changed = results;
    change(changed);
    const absl::Status status = Together(changed).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(why));
  };
  expect_refused([](SubjectJson& r) { r[3]["layer_names"][1] = "z"; },
                 "sub-0.json and sub-3.json differ in layers, number 2: \"b\" and \"z\"");
  expect_refused([](SubjectJson& r) { r[1]["times"][3] = 0.2000001; },
                 "differ in times, number 4: 0.2 and 0.2000001");
  expect_refused([](SubjectJson& r) { r[1]["depth"][0] = 0.1; },
                 "differ in depths, number 1: 0.2 and 0.1");
  expect_refused([](SubjectJson& r) { r[6]["options"]["metric"] = "cosine"; },
                 "sub-0.json and sub-6.json differ in metric: \"pearson\" and \"cosine\"");
  expect_refused([](SubjectJson& r) { r[6]["options"]["where"] = "pos in NOUN"; },
                 "differ in where: not told and \"pos in NOUN\"");
  expect_refused([](SubjectJson& r) { r[5] = r[2]; },
                 "sub-2.json and sub-5.json have the same scores");
  expect_refused([](SubjectJson& r) { r = SubjectJson::array({r[0]}); }, "give at least two");
  expect_refused([](SubjectJson& r) { r[4].erase("options"); }, "sub-4.json is no result");
  expect_refused([](SubjectJson& r) { r[4].erase("score"); }, "sub-4.json is no result");
  expect_refused(
      [](SubjectJson& r) {
        r[1]["times"].erase(3);
        for (SubjectJson& row : r[1]["score"]) row.erase(3);
      },
      "differ in the number of times: 4 and 3");
}

TEST(SubjectsJsonTest, TheCommandWritesAndShows) {
  const ScratchFolder folder;
  std::vector<std::string> arguments = {"subjects"};
  const SubjectJson golden = GoldenSubjects();
  for (const SubjectJson& result : golden["results"]) {
    arguments.push_back(folder.Write(SubjectFile(arguments.size()), result.dump()));
  }
  arguments.insert(arguments.end(), {"--out", folder.Path("together.json")});
  const Outcome outcome = RunProgram(arguments);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("mean +- standard error of 7 subjects\n"));
  EXPECT_THAT(outcome.out, HasSubstr("slope of t_max             "));
  EXPECT_EQ(SubjectJson::parse(folder.Read("together.json"))["subjects"].size(), 7u);
  // Written once more over itself, and never over a result.
  EXPECT_EQ(RunProgram(arguments).code, 0);
  arguments.back() = arguments[1];
  EXPECT_EQ(RunProgram(arguments).code, 2);
}

}  // namespace
}  // namespace brainalign
