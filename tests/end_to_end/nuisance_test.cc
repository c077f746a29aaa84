// Nuisance that is taken out of activations, by the real programs: here, and at a server.
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

TEST(Nuisance, GivesTheSameBitsHereAndAtAServer) {
  const ScratchFolder scratch;
  const std::string experiment = scratch / "experiment";
  const Outcome made = RunBrainalign({"simulate", experiment, "--kind", "meg", "--words", "400",
                                      "--sensors", "6", "--layers", "2", "--dims", "5"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const std::string columns = "@position,@interval";
  const Outcome local = RunBrainalign(
      {"run", experiment, "--local", "--nuisance", columns, "--out", scratch / "local.json"});
  ASSERT_EQ(local.exit_code, 0) << local.err;
  EXPECT_THAT(local.out + local.err, HasSubstr("nuisance taken out: @position, @interval"));
  const Json here = ReadResult(scratch / "local.json");
  EXPECT_EQ(here["options"]["nuisance"], Json({"@position", "@interval"}));
  EXPECT_EQ(here["nuisance_to_model"].size(), 2U);
  EXPECT_EQ(here["brain_to_nuisance"].size(), here["times"].size());
  EXPECT_EQ(here["brain_to_nuisance"][0].size(), 2U);

  const auto server = RunningServer::Start(scratch / "server");
  ASSERT_NE(server, nullptr);
  const auto run = [&](const std::string& nuisance, const std::string& out) {
    const Outcome outcome = RunBrainalign(
        {"run", experiment, "--nuisance", nuisance, "--out", out, "--server", server->address()});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return ReadResult(out);
  };
  const Json there = run(columns, scratch / "remote.json");
  EXPECT_EQ(Numbers(there), Numbers(here));
  for (const char* field : {"nuisance_to_model", "brain_to_nuisance"}) {
    EXPECT_EQ(there[field], here[field]) << field;
  }
  EXPECT_EQ(there["options"]["nuisance"], here["options"]["nuisance"]);

  // The same is the same job, and other columns are another one.
  EXPECT_EQ(run(columns, scratch / "again.json")["from_cache"], true);
  EXPECT_EQ(run("@position", scratch / "other.json")["from_cache"], false);

  const Outcome missing = RunBrainalign({"run", experiment, "--local", "--nuisance", "loudness"});
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.err, HasSubstr("--nuisance names the column 'loudness'"));
}

TEST(Nuisance, StandsBesideTheActivationsWithTheSameBitsHereAndAtAServer) {
  const ScratchFolder scratch;
  const std::string experiment = scratch / "experiment";
  const Outcome made = RunBrainalign({"simulate", experiment, "--kind", "meg", "--words", "300",
                                      "--sensors", "5", "--layers", "2", "--dims", "4"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const std::vector<std::string> command = {
      "run", experiment, "--direction", "model_to_brain",       "--nulls", "3", "--alphas", "1",
      "100", "10000",    "--nuisance",  "@position,@previous:2"};
  const auto with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunBrainalign(arguments);
  };
  const Outcome local = with({"--local", "--out", scratch / "local.json"});
  ASSERT_EQ(local.exit_code, 0) << local.err;
  EXPECT_THAT(local.out, HasSubstr("nuisance beside the activations: @position, @previous:1[0]"));
  EXPECT_THAT(local.out, HasSubstr("Pearson r gained over nuisance"));
  const Json here = ReadResult(scratch / "local.json");
  EXPECT_EQ(here["options"]["nuisance"].size(), 1U + 2 * 4);
  EXPECT_EQ(here["score_of_band"].size(), 2U);
  EXPECT_EQ(here["product_measure"][0][0].size(), 2U);
  EXPECT_EQ(here.contains("brain_to_nuisance"), false);

  const auto server = RunningServer::Start(scratch / "server");
  ASSERT_NE(server, nullptr);
  const Outcome remote = with({"--out", scratch / "remote.json", "--server", server->address()});
  ASSERT_EQ(remote.exit_code, 0) << remote.err;
  const Json there = ReadResult(scratch / "remote.json");
  EXPECT_EQ(Numbers(there), Numbers(here));
  for (const char* field : {"score_of_band", "product_measure", "uncertainty"}) {
    EXPECT_EQ(there[field], here[field]) << field;
  }
  EXPECT_EQ(there["options"]["nuisance"], here["options"]["nuisance"]);

  const Outcome wrong = RunBrainalign({"run", experiment, "--local", "--nuisance", "@previous:0"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("N in @previous:N is 1 to 20"));
}

}  // namespace
}  // namespace brainalign
