// Features of earlier rows: what --delays changes in a result, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "client/report/methods_text.h"
#include "tests/client/cli/command_run.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;

class DelaysTest : public testing::Test {
 protected:
  DelaysTest() {
    const Outcome made =
        RunProgram({"simulate", experiment_, "--words", "150", "--sensors", "3", "--layers", "2",
                    "--dims", "4", "--sessions", "3", "--tmin", "0", "--tmax", "1"});
    EXPECT_EQ(made.code, 0) << made.err;
  }

  Outcome Run(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"run", experiment_, "--local", "--folds", "3"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunProgram(arguments);
  }

  json ResultOf(std::vector<std::string> more) const {
    const std::string out = folder_.Path("result.json");
    more.insert(more.end(), {"--direction", "model_to_brain", "--out", out});
    const Outcome run = Run(more);
    EXPECT_EQ(run.code, 0) << run.err;
    return json::parse(folder_.Read("result.json"));
  }

  const ScratchFolder folder_;
  const std::string experiment_ = folder_.Path("experiment");
};

TEST_F(DelaysTest, AreTheFeaturesOfAResultThatNamesThem) {
  const json without = ResultOf({});
  EXPECT_FALSE(without["options"].contains("delays"));
  const json same_row = ResultOf({"--delays", "0"});
  EXPECT_EQ(same_row["score_per_fold"], without["score_per_fold"]);
  const json delayed = ResultOf({"--delays", "1", "2,", "4"});
  EXPECT_NE(delayed["score_per_fold"], without["score_per_fold"]);
  EXPECT_EQ(delayed["options"]["delays"], json({1, 2, 4}));
  EXPECT_EQ(delayed["layer_names"], without["layer_names"]);
  EXPECT_THAT(delayed["notes"].get<std::vector<std::string>>(),
              Contains(HasSubstr("the activations 1, 2, 4 rows before it in its session")));
  EXPECT_THAT(MethodsText(delayed), HasSubstr("activations of the rows 1, 2, 4 before it"));
}

TEST_F(DelaysTest, AreRefusedWhereTheyMakeNoFeatures) {
  const auto complaint = [&](const std::vector<std::string>& more) {
    const Outcome refused = Run(more);
    EXPECT_EQ(refused.code, 2) << refused.out;
    return refused.err;
  };
  EXPECT_THAT(complaint({"--delays", "1,2"}),
              HasSubstr("--delays is 1,2 with direction brain_to_model"));
  const auto to_brain = [&](const std::string& delays) {
    return complaint({"--direction", "model_to_brain", "--delays=" + delays});
  };
  for (const std::string wrong : {"2,1", "-1", "1,1", "0.5", "1;2", "99999999999"}) {
    EXPECT_THAT(to_brain(wrong), HasSubstr("--delays: is '" + wrong +
                                           "'; it must be 1 to 64 whole numbers of rows"));
  }
  EXPECT_THAT(to_brain("1,,2"), HasSubstr("--delays: '1,,2' has nothing between two commas"));
  EXPECT_THAT(complaint({"--direction", "model_to_brain", "--delays", ""}),
              HasSubstr("--delays: is ''; it must be 1 to 64 whole numbers of rows"));
  EXPECT_THAT(
      to_brain("60"),
      HasSubstr("--delays has 60, but no row that is used has more than 49 rows before it"));
}

TEST_F(DelaysTest, AreTheFeaturesOfThePartsOfRigour) {
  const json plain = ResultOf({"--delays", "1,2"});
  const json rigour = ResultOf({"--delays", "1,2", "--rigour", "--nulls", "19"});
  EXPECT_EQ(rigour["options"]["delays"], json({1, 2}));
  EXPECT_EQ(rigour["score_per_fold"], plain["score_per_fold"]);
  for (const json& part : rigour["rigour"]["parts"]) {
    const std::string name = part["name"];
    // No untrained model, no repeated words and no time before 0 are given, and too few sessions to
    // swap.
    const bool is_given =
        name != "untrained" && name != "ceiling" && name != "before_onset" && name != "swapped";
    EXPECT_EQ(part["done"].get<bool>(), is_given) << part;
  }
}

}  // namespace
}  // namespace brainalign
