// A recording that is sealed and scored, by the real programs.
#include <filesystem>
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

TEST(Recording, IsScoredByAModelAloneAsWithItsOwnFolder) {
  const ScratchFolder scratch;
  const std::string experiment = scratch / "experiment";
  ASSERT_NO_FATAL_FAILURE(Simulate(experiment, 500, 16, 4, 24));
  const auto server = RunningServer::Start(scratch / "server");
  ASSERT_NE(server, nullptr);
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--server", server->address()});
    return RunBrainalign(arguments);
  };
  // The experiment has 500 words.
  const Outcome senseless =
      run({"recording", "seal", "subject-1", experiment, "--min-test-words", "251"});
  EXPECT_EQ(senseless.exit_code, 2);
  EXPECT_THAT(senseless.err, HasSubstr("give at most 250"));
  const Outcome sealed =
      run({"recording", "seal", "subject-1", experiment, "--max-submissions", "7"});
  ASSERT_EQ(sealed.exit_code, 0) << sealed.err;
  EXPECT_THAT(run({"recording", "list"}).out, HasSubstr("default/subject-1  500 words"));
  const std::string shown = run({"recording", "show", "default/subject-1"}).out;
  EXPECT_THAT(shown,
              HasSubstr("pearson, brain_to_model; at least 200 words in each fold; scores in "
                        "multiples of 0.001, no scores of single folds"));
  EXPECT_THAT(shown, HasSubstr("numbers for each other project and person"));

  // Somebody else's folder, with a model and nothing of the brain.
  const std::string model = scratch / "model";
  std::filesystem::create_directory(model);
  for (const char* file : {"activations.npy", "depth.npy"}) {
    if (!std::filesystem::exists(experiment + "/" + file)) continue;
    std::filesystem::copy(experiment + "/" + file, model + "/" + file);
  }
  const Outcome scored =
      run({"run", model, "--recording", "default/subject-1", "--out", scratch / "scored.json"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  const Outcome local =
      RunBrainalign({"run", experiment, "--local", "--out", scratch / "local.json"});
  ASSERT_EQ(local.exit_code, 0) << local.err;
  EXPECT_EQ(Numbers(ReadResult(scratch / "scored.json")),
            Numbers(ReadResult(scratch / "local.json")));

  EXPECT_THAT(run({"recording", "submissions", "default/subject-1"}).out, HasSubstr("default"));
  // Sealed again it has the new terms, without the folder.
  EXPECT_THAT(run({"recording", "seal", "subject-1", "--max-submissions", "9"}).out,
              HasSubstr("of 9 submissions left"));
  EXPECT_EQ(run({"recording", "delete", "default/subject-1"}).exit_code, 2);
  EXPECT_EQ(run({"recording", "unseal", "default/subject-1"}).exit_code, 0);
  EXPECT_THAT(run({"recording", "list"}).out, HasSubstr("not sealed"));
  EXPECT_EQ(run({"run", model, "--recording", "default/subject-1"}).exit_code, 0);
  EXPECT_EQ(run({"recording", "delete", "default/subject-1"}).exit_code, 0);
  const Outcome refused = run({"run", model, "--recording", "default/subject-1"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("default/subject-1"));
}

}  // namespace
}  // namespace brainalign
