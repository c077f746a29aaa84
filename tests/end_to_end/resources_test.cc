// A word table, a recording and a model that the server keeps, and a job on them, by the real
// programs.
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

TEST(Resources, AJobOnNamesIsThatOnTheFolderAndIsReadBackWhole) {
  const ScratchFolder scratch;
  const std::string experiment = scratch / "experiment";
  ASSERT_NO_FATAL_FAILURE(Simulate(experiment, 300, 8, 3, 12));
  const std::string words = scratch / "words.txt";
  {
    std::ofstream file(words);
    for (int i = 0; i < 300; ++i) file << "wört" << i << "\n";
  }
  const auto server = RunningServer::Start(scratch / "server");
  ASSERT_NE(server, nullptr);
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--server", server->address()});
    return RunBrainalign(arguments);
  };
  const Outcome table = run({"word-table", "create", "story", "--text", "word=" + words, "--number",
                             "onset=" + experiment + "/onsets.npy", "--json"});
  ASSERT_EQ(table.exit_code, 0) << table.err;
  EXPECT_EQ(Json::parse(table.out)["words"], 300);
  EXPECT_EQ(Json::parse(table.out)["columns"][0]["type"], "text");
  EXPECT_THAT(run({"word-table", "show", "story"}).out, HasSubstr("onset"));
  EXPECT_THAT(run({"word-table", "list"}).out, HasSubstr("default/story  300 words"));

  const Outcome recording = run({"recording", "create", "subject-1", experiment, "--kind", "meg",
                                 "--word-table", "story", "--json"});
  ASSERT_EQ(recording.exit_code, 0) << recording.err;
  EXPECT_EQ(Json::parse(recording.out)["kind"], "meg");
  EXPECT_EQ(Json::parse(recording.out)["word_table"], "default/story");
  const Outcome model =
      run({"model", "create", "gpt2", experiment, "--family", "gpt2", "--architecture",
           "transformer", "--untrained", "--word-table", "story", "--json"});
  ASSERT_EQ(model.exit_code, 0) << model.err;
  const Json made = Json::parse(model.out);
  EXPECT_EQ(made["trained"], false);
  EXPECT_TRUE(made["parameters"].is_null());
  EXPECT_EQ(made["layers"].size(), 3U);
  EXPECT_THAT(run({"model", "list"}).out, HasSubstr("default/gpt2  3 layers, 300 words, gpt2"));

  const Outcome scored =
      run({"run", "--recording", "subject-1", "--model", "gpt2", "--out", scratch / "scored.json"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  const Outcome local =
      RunBrainalign({"run", experiment, "--local", "--out", scratch / "local.json"});
  ASSERT_EQ(local.exit_code, 0) << local.err;
  const Json result = ReadResult(scratch / "scored.json");
  EXPECT_EQ(Numbers(result), Numbers(ReadResult(scratch / "local.json")));

  const Outcome info = run({"info", result["job_id"].get<std::string>(), "--json"});
  ASSERT_EQ(info.exit_code, 0) << info.err;
  const Json job = Json::parse(info.out);
  EXPECT_EQ(job["model"], "default/gpt2");
  EXPECT_EQ(job["specification"]["options"]["preset"], "PRESET_STRICT");
  EXPECT_EQ(job["specification"]["options"]["folds"], 5);
  EXPECT_EQ(job["specification"]["options"]["alphas"].size(), 13U);
  EXPECT_EQ(job["specification"]["layers"][2]["activations"]["digest"],
            made["layers"][2]["digest"]);
  EXPECT_THAT(run({"info", result["job_id"].get<std::string>()}).out, HasSubstr("options folds "));

  EXPECT_EQ(run({"model", "delete", "gpt2"}).exit_code, 0);
  EXPECT_EQ(run({"word-table", "delete", "story"}).exit_code, 0);
  const Outcome refused = run({"run", "--recording", "subject-1", "--model", "gpt2"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("there is no model 'gpt2'"));
  EXPECT_THAT(run({"run"}).err, HasSubstr("DIR is missing"));
}

}  // namespace
}  // namespace brainalign
