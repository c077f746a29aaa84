// brainalign ceiling: which words are presentations of one, and what is written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/experiment/experiment.h"
#include "client/rigour/repeats.h"
#include "core/tensor/format/npy.h"
#include "tests/client/cli/command_run.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CeilingTest : public testing::Test {
 protected:
  // Epochs of 8 words, 2 sensors, 2 times: sensor 0 shows the item, sensor 1 is constant.
  CeilingTest() {
    std::vector<double> epochs;
    std::string words = "word\tplace\n";
    for (int word = 0; word < 8; ++word) {
      const int item = word % 4;
      for (int time = 0; time < 2; ++time) epochs.push_back(item + time);
      for (int time = 0; time < 2; ++time) epochs.push_back(5);
      absl::StrAppend(&words, "w", word, "\t", item == 3 ? "n/a" : absl::StrCat("p", item), "\n");
    }
    WriteArray("meg.npy", epochs, {8, 2, 2}, DType::kF64);
    WriteArray<double>("times.npy", {0, 0.5}, {2}, DType::kF64);
    folder_.Write("words.tsv", words);
  }

  template <typename T>
  void WriteArray(const std::string& name, const std::vector<T>& values,
                  std::vector<std::int64_t> shape, DType dtype) {
    std::vector<std::byte> bytes(values.size() * sizeof(T));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    const auto tensor = Tensor::FromBytes({dtype, std::move(shape), Order::kC}, std::move(bytes));
    ASSERT_TRUE(tensor.ok()) << tensor.status();
    ASSERT_TRUE(WriteNpy(folder_.Path(name), *tensor).ok());
  }

  const ScratchFolder folder_;
};

TEST_F(CeilingTest, WordsWithOneValueOfAColumnArePresentationsOfOne) {
  const std::string out = folder_.Path("ceiling.json");
  const Outcome outcome = RunProgram({"ceiling", folder_.path(), "--items", "place", "--out", out});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("3 items, 6 presentations, 1 to a half"));
  EXPECT_THAT(outcome.err, HasSubstr("Only 3 items are repeated"));
  EXPECT_THAT(outcome.err, HasSubstr("1 of 2 sensors are constant"));
  const nlohmann::json json = nlohmann::json::parse(folder_.Read("ceiling.json"));
  EXPECT_THAT(json.at("ceiling").at("median_of_one"), ElementsAre(1, 1));
  EXPECT_TRUE(json.at("ceiling").at("of_one").at(1).at(0).is_null());
  EXPECT_THAT(json.at("times"), ElementsAre(0, 0.5));
  EXPECT_EQ(json.at("constant_sensors"), 1);
  // A file of its own is replaced.
  EXPECT_EQ(RunProgram({"ceiling", folder_.path(), "--items", "place", "--out", out}).code, 0);
}

TEST_F(CeilingTest, ItemsCanBeNumbersInAFile) {
  WriteArray<std::int64_t>("items.npy", {4, 5, 6, -1, 4, 5, 6, -1}, {8}, DType::kI64);
  const Outcome outcome = RunProgram({"ceiling", folder_.path(), "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(nlohmann::json::parse(outcome.out).at("items"), 3);
}

TEST_F(CeilingTest, RigourTakesItFromTheFile) {
  const absl::StatusOr<Experiment> experiment = LoadRecording(folder_.path());
  ASSERT_TRUE(experiment.ok()) << experiment.status();
  EXPECT_THAT(CeilingFactsOf(*experiment, folder_.path(), nullptr).why_not,
              HasSubstr("no words are known to be repeated"));
  WriteArray<std::int64_t>("items.npy", {4, 5, 6, -1, 4, 5, 6, -1}, {8}, DType::kI64);
  const CeilingFacts facts = CeilingFactsOf(*experiment, folder_.path(), nullptr);
  EXPECT_EQ(facts.why_not, "");
  EXPECT_EQ(facts.items, 3);
  EXPECT_EQ(facts.ceiling, 1);
  EXPECT_EQ(facts.seconds, 0);
  WriteArray<std::int64_t>("items.npy", {1, 1}, {2}, DType::kI64);
  EXPECT_THAT(CeilingFactsOf(*experiment, folder_.path(), nullptr).why_not,
              HasSubstr("items are given for 2 words"));
  EXPECT_EQ(CeilingFactsOf(Experiment(), folder_.path(), nullptr).why_not,
            "the recording is at the server");
}

TEST_F(CeilingTest, WhatIsMissingIsNamed) {
  EXPECT_THAT(RunProgram({"ceiling", folder_.path()}).err, HasSubstr("give --items COLUMN, or "));
  const Outcome unknown = RunProgram({"ceiling", folder_.path(), "--items", "pos"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("--items is pos, which is no column"));
  EXPECT_THAT(unknown.err, HasSubstr("it has word, place"));
  const Outcome none = RunProgram({"ceiling", folder_.path(), "--items", "word"});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, HasSubstr("0 words are presented twice"));
  WriteArray<std::int64_t>("items.npy", {1, 1}, {2}, DType::kI64);
  const Outcome few = RunProgram({"ceiling", folder_.path()});
  EXPECT_THAT(few.err, HasSubstr("items are given for 2 words, but the recording has 8"));
}

}  // namespace
}  // namespace brainalign
