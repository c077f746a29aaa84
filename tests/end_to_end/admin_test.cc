// Looking after a server, by the real programs.
#include <chrono>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

TEST(Admin, SeesTheServerDrainsItAndHasItReadItsFilesAgain) {
  const ScratchFolder scratch;
  const std::string experiment = scratch / "experiment";
  ASSERT_NO_FATAL_FAILURE(Simulate(experiment, 500, 16, 4, 24));
  const std::string config = scratch / "config.toml";
  std::ofstream(config) << "log_level = \"debug\"\n";
  const auto server =
      Program::Start("brainalignd", {"--data", scratch / "data", "--listen", "127.0.0.1:0",
                                     "--config", config, "--log-format", "json"});
  const std::string listening = server->WaitForLine("listening on ");
  ASSERT_NE(listening, "") << server->err();
  const std::string address = listening.substr(listening.rfind(' ') + 1);
  const auto run = [&](std::vector<std::string> arguments, const std::string& at) {
    arguments.insert(arguments.end(), {"--server", at});
    return RunBrainalign(arguments);
  };

  EXPECT_THAT(run({"admin", "queue"}, address).err, HasSubstr("no jobs are waiting or running"));
  EXPECT_THAT(run({"admin", "uploads"}, address).err, HasSubstr("no uploads are open"));
  ASSERT_EQ(run({"run", experiment, "--out", scratch / "result.json"}, address).exit_code, 0);
  EXPECT_THAT(run({"admin", "disk"}, address).out, HasSubstr("default"));
  EXPECT_THAT(run({"admin", "disk", "--prefix", "lab"}, address).err,
              HasSubstr("no such project holds tensors"));
  EXPECT_EQ(run({"admin", "errors", "--quiet"}, address).exit_code, 0);
  EXPECT_EQ(run({"admin", "errors", "--level", "critical", "--since", "1h", "--json"}, address).out,
            "[]\n");
  const Outcome never = run({"admin", "errors", "--since", "never"}, address);
  EXPECT_EQ(never.exit_code, 2);
  EXPECT_THAT(never.err, HasSubstr("is 'never'; give a duration before now, such as 2h"));

  // By the socket in the data folder.
  const std::string socket = "unix:" + (scratch / "data") + "/control.sock";
  const Outcome drained = run({"admin", "drain", "--wait"}, socket);
  EXPECT_EQ(drained.exit_code, 0) << drained.err;
  EXPECT_THAT(drained.err, HasSubstr("nothing runs: the server can be stopped"));
  EXPECT_THAT(run({"admin", "drain", "--off"}, socket).err, HasSubstr("accepts and starts jobs"));

  std::ofstream(config) << "log_level = \"info\"\nthreads = 1\n";
  const Outcome reloaded = run({"admin", "reload"}, address);
  EXPECT_EQ(reloaded.exit_code, 0) << reloaded.err;
  EXPECT_THAT(reloaded.err, HasSubstr("changed: log-level"));
  EXPECT_THAT(reloaded.err, HasSubstr("changes only with a restart: threads"));
  std::ofstream(config) << "log_level = \"loud\"\nthraeds = 1\n";
  const Outcome refused = run({"admin", "reload"}, address);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("log_level is 'loud'"));
  EXPECT_THAT(refused.err, HasSubstr("there is no option 'thraeds'"));
  EXPECT_THAT(run({"admin", "errors"}, address).exit_code, 0);

  server->Signal(SIGTERM);
  EXPECT_EQ(server->WaitForExit(), 0);
  std::istringstream log(server->err());
  int calls = 0;
  int of_executions = 0;
  for (std::string line; std::getline(log, line);) {
    const auto said = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(said.is_object()) << line;
    EXPECT_TRUE(said.contains("time") && said.contains("level") && said.contains("message"));
    calls += said.value("method", "") == "CreateJob" && said.contains("request_id") ? 1 : 0;
    of_executions += said.contains("execution_id") ? 1 : 0;
  }
  EXPECT_EQ(calls, 1);
  EXPECT_GE(of_executions, 2);  // its start and its end
}

TEST(Admin, AQuietCommandSaysOnceThatItWaitsForADrainedServer) {
  const ScratchFolder scratch;
  ASSERT_NO_FATAL_FAILURE(Simulate(scratch / "experiment", 200, 4, 2, 3));
  const auto server = RunningServer::Start(scratch / "data");
  ASSERT_NE(server, nullptr);
  ASSERT_EQ(RunBrainalign({"admin", "drain", "--server", server->address()}).exit_code, 0);
  const auto submit = Program::Start(
      "brainalign", {"submit", scratch / "experiment", "-q", "--server", server->address()});
  EXPECT_THAT(submit->WaitForLine("waiting"), HasSubstr("brainalign: waiting: "));
  ASSERT_EQ(RunBrainalign({"admin", "drain", "--off", "--server", server->address()}).exit_code, 0);
  EXPECT_EQ(submit->WaitForExit(), 0) << submit->err();
  EXPECT_EQ(submit->err().find("waiting"), submit->err().rfind("waiting")) << submit->err();
}

TEST(Admin, QueueTellsThePlaceAndTheStartOfWhatWaits) {
  const ScratchFolder scratch;
  ASSERT_NO_FATAL_FAILURE(Simulate(scratch / "experiment", 3000, 48, 8, 128));
  const auto server = RunningServer::Start(scratch / "data", "127.0.0.1:0",
                                           {"--threads", "1", "--max-running-jobs", "1"});
  ASSERT_NE(server, nullptr);
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--server", server->address()});
    return RunBrainalign(arguments);
  };
  for (const std::string folds : {"4", "5"}) {
    const Outcome submitted = run({"submit", scratch / "experiment", "--preset", "strict",
                                   "--folds", folds, "--name", "with " + folds});
    ASSERT_EQ(submitted.exit_code, 0) << submitted.err;
  }
  const auto until = std::chrono::steady_clock::now() + Program::kPatience;
  std::string queue;
  while (queue.find("place 1, starts in about ") == std::string::npos) {
    queue = run({"admin", "queue"}).out;
    ASSERT_THAT(queue, HasSubstr("with 4")) << "the first job had ended: make it bigger";
    ASSERT_LT(std::chrono::steady_clock::now(), until) << queue;
  }
  EXPECT_THAT(queue, ContainsRegex("queued .*with 5 .*place 1, starts in about "
                                   ".*, ends in about "));
  EXPECT_THAT(queue, ContainsRegex("running .*with 4 .*ends in about "));
  EXPECT_THAT(run({"admin", "queue", "--state", "queued,running", "--project", "lab"}).err,
              HasSubstr("no such jobs are waiting or running"));
}

}  // namespace
}  // namespace brainalign
