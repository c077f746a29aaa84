// Features of earlier rows: what --delays changes in a result, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/client/cli/command_run.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
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
  const json same_row = ResultOf({"--delays", "0"});
  EXPECT_EQ(same_row["score_per_fold"], without["score_per_fold"]);
  const json delayed = ResultOf({"--delays", "1", "2,", "4"});
  EXPECT_NE(delayed["score_per_fold"], without["score_per_fold"]);
  EXPECT_THAT(delayed["layer_names"].get<std::vector<std::string>>(),
              ElementsAre("layer.0@delays:1,2,4", "layer.1@delays:1,2,4"));
  EXPECT_THAT(
      delayed["reading_notes"].get<std::vector<std::string>>(),
      Contains(HasSubstr("the activations 1,2,4 rows before it in its session (--delays)")));
}

TEST_F(DelaysTest, AreRefusedWhereTheyMakeNoFeatures) {
  const auto complaint = [&](const std::vector<std::string>& more) {
    const Outcome refused = Run(more);
    EXPECT_EQ(refused.code, 2) << refused.out;
    return refused.err;
  };
  EXPECT_THAT(complaint({"--delays", "1,2"}),
              HasSubstr("--delays is 1,2 with --direction brain_to_model"));
  const auto to_brain = [&](const std::string& delays) {
    return complaint({"--direction", "model_to_brain", "--delays=" + delays});
  };
  EXPECT_THAT(to_brain("2,1"), HasSubstr("--delays 2,1 must be 1 to 64 whole numbers of rows"));
  EXPECT_THAT(to_brain("-1"), HasSubstr("--delays -1 must be 1 to 64 whole numbers of rows"));
  EXPECT_THAT(to_brain("60"), HasSubstr("--delays 60 names 60 rows, but no row that is used"));
  EXPECT_THAT(to_brain("0.5"), HasSubstr("--delays"));
  EXPECT_THAT(complaint({"--direction", "model_to_brain", "--delays", "1", "--rigour"}),
              HasSubstr("--delays is given with --rigour"));
}

}  // namespace
}  // namespace brainalign
