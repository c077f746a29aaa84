#include "client/cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "tests/client/cli/command_run.h"
#include "tests/client/fakes/fake_server.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A small experiment that takes no time.
std::string SimulateSmall(const ScratchFolder& folder) {
  const std::string dir = folder.Path("experiment");
  const Outcome outcome =
      RunProgram({"simulate", dir, "--words", "120", "--sensors", "4", "--layers", "3", "--dims",
                  "5", "--sessions", "5", "--sfreq", "10", "--tmin", "0", "--tmax", "1"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  return dir;
}

v1::WatchJobResponse EndEvent(v1::JobState state, const std::string& message) {
  v1::WatchJobResponse event;
  event.set_sequence(1);
  event.mutable_job()->set_job_id("job-1");
  event.mutable_job()->set_state(state);
  event.mutable_job()->set_message(message);
  return event;
}

TEST(CommandLineTest, HelpOfEveryVerbHoldsAnExample) {
  EXPECT_EQ(RunProgram({"--help"}).code, 0);
  for (const std::string verb :
       {"run",      "simulate", "upload",  "submit", "watch", "result", "compare",
        "subjects", "list",     "cancel",  "delete", "info",  "login",  "logout",
        "whoami",   "filter",   "ceiling", "import", "help",  "version"}) {
    const Outcome outcome = RunProgram({verb, "--help"});
    EXPECT_EQ(outcome.code, 0) << verb;
    EXPECT_THAT(outcome.out, HasSubstr("Example:\n  ")) << verb;
    EXPECT_THAT(outcome.out, HasSubstr("brainalign " + verb)) << verb;
  }
}

TEST(CommandLineTest, VersionIsPrinted) {
  const Outcome outcome = RunProgram({"--version"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, testing::StartsWith("brainalign "));
}

// CLI11 lists the options that exclude each other by their addresses.
std::string WithoutExclusions(const std::string& help) {
  return std::regex_replace(help, std::regex("Excludes:[^\n]*"), "");
}

TEST(CommandLineTest, HelpAndVersionAreVerbsToo) {
  EXPECT_EQ(RunProgram({"version"}).out, RunProgram({"--version"}).out);
  EXPECT_EQ(RunProgram({"help"}).out, RunProgram({"--help"}).out);
  EXPECT_EQ(WithoutExclusions(RunProgram({"help", "run"}).out),
            WithoutExclusions(RunProgram({"run", "--help"}).out));
  EXPECT_EQ(RunProgram({"help", "recording", "seal"}).out,
            RunProgram({"recording", "seal", "--help"}).out);
  const Outcome unknown = RunProgram({"help", "runn"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("Did you mean run?"));
}

TEST(CommandLineTest, AnUnknownVerbIsToldWhatWasMeantAndWhatThereIs) {
  for (const auto& [typed, meant] : std::vector<std::pair<std::string, std::string>>{
           {"runn", "run"}, {"lsit", "list"}, {"sumbit", "submit"}, {"reslut", "result"}}) {
    const Outcome outcome = RunProgram({typed, "experiment"});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("\"" + typed + "\". Did you mean " + meant + "?"));
    EXPECT_THAT(outcome.err, HasSubstr("run, simulate, upload, submit"));
  }
  const Outcome far = RunProgram({"xylophone"});
  EXPECT_THAT(far.err, testing::Not(HasSubstr("Did you mean")));
  EXPECT_THAT(far.err, HasSubstr("There are: run, "));
  EXPECT_THAT(RunProgram({"admin", "queu"}).err, HasSubstr("Did you mean queue?"));
  EXPECT_THAT(RunProgram({"recording"}).err,
              HasSubstr("There are: create, seal, list, show, unseal"));
}

TEST(CommandLineTest, WrongUsageEndsWithTwoAndASentence) {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"--nonsense"},
      {"dance"},
      {"run"},
      {"run", "dir", "--nonsense"},
      {"run", "dir", "extra"},
      {"run", "dir", "--preset", "lenient"},
      {"run", "dir", "--direction", "sideways"},
      {"run", "dir", "--metric", "rmse"},
      {"run", "dir", "--selection", "best"},
      {"run", "dir", "--fold-by", "word"},
      {"run", "dir", "--zscore-words", "some"},
      {"run", "dir", "--color", "blue"},
      {"run", "dir", "--folds", "many"},
      {"run", "dir", "--pca", "1.5"},
      {"run", "dir", "--alphas", "1,x"},
      {"run", "dir", "--alphas", "1,,10"},
      {"run", "dir", "--alphas=1, ,10"},
      {"run", "dir", "--where", ""},
      {"login", "--server", "::1:7733"},
      {"--versoin"},
      {"run", "dir", "--local", "--server", "lab:1"},
      {"run", "dir", "--threads", "2"},
      {"run", "dir", "--local", "--threads", "0"},
      {"watch"},
      {"list", "--state", "sleeping"},
      {"list", "--limit", "-1"},
      {"submit", "dir", "--priority", "urgent"},
      {"login", "--no-token", "--token-file", "token"},
  };
  for (const std::vector<std::string>& arguments : wrong) {
    const Outcome outcome = RunProgram(arguments);
    EXPECT_EQ(outcome.code, 2) << testing::PrintToString(arguments);
    EXPECT_FALSE(outcome.err.empty()) << testing::PrintToString(arguments);
  }
}

// As of a variable of the shell that is not set: without nuisance the scores mean something else.
// To the parser it has no value yet, so that the next flag would be its value.
TEST(CommandLineTest, AListOfNothingDoesNotSwallowTheNextFlag) {
  const Outcome outcome =
      RunProgram({"recording", "seal", "subject", "--for", ",", "--server", "127.0.0.1:1"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--for: ',' names nothing"));
}

TEST(CommandLineTest, NuisanceThatNamesNothingIsRefused) {
  for (const char* list : {"", ",", " "}) {
    const Outcome outcome = RunProgram({"run", "dir", "--local", "--nuisance", list});
    EXPECT_EQ(outcome.code, 2) << list;
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("--nuisance"), HasSubstr("names no column"))) << list;
  }
}

TEST(CommandLineTest, FolderThatIsNotThereEndsWithTwoBeforeAnyServerIsAsked) {
  for (const std::string verb : {"run", "upload", "submit"}) {
    const Outcome outcome = RunProgram({verb, "/no/such/folder", "--server", "127.0.0.1:1"});
    EXPECT_EQ(outcome.code, 2) << verb;
    EXPECT_THAT(outcome.err, HasSubstr("/no/such/folder")) << verb;
  }
}

TEST(CommandLineTest, UnwritableOutIsFoundBeforeTheWork) {
  const ScratchFolder folder;
  const Outcome outcome = RunProgram(
      {"run", SimulateSmall(folder), "--local", "--out", folder.Path("missing") + "/r.json"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("missing/r.json"));
  EXPECT_THAT(outcome.out, IsEmpty());
}

TEST(CommandLineTest, NoServerEndsWithThree) {
  std::string address;
  {
    const FakeServer server;
    address = server.address();
  }
  const Outcome outcome = RunProgram({"info", "--server", address});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.err, HasSubstr(address));
}

TEST(CommandLineTest, ServerComesFromTheEnvironment) {
  const FakeServer server;
  setenv("BRAINALIGN_SERVER", server.address().c_str(), 1);
  const Outcome outcome = RunProgram({"info"});
  unsetenv("BRAINALIGN_SERVER");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("9.8.7"));
  EXPECT_THAT(outcome.out, HasSubstr(server.address()));
}

TEST(CommandLineTest, LocalRunWritesTheResultAndNothingElse) {
  const ScratchFolder folder;
  const std::string dir = SimulateSmall(folder);
  const std::string path = folder.Path("result.json");
  const Outcome outcome = RunProgram({"run", dir, "--local", "--threads", "2", "--folds", "3",
                                      "--alphas", "1,100", "--windows", "-0.2,0.3", "--out", path});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("true delay"));
  EXPECT_THAT(folder.List(), ElementsAre("experiment", "result.json"));
  const auto json = nlohmann::json::parse(folder.Read("result.json"));
  EXPECT_EQ(json["job_id"], "");
  EXPECT_EQ(json["from_cache"], false);
  EXPECT_EQ(json["score"].size(), 3u);
  EXPECT_EQ(json["score"][0].size(), 11u);
  EXPECT_EQ(json["options"]["folds"], 3);
  EXPECT_EQ(json["options"]["alphas"], nlohmann::json({1.0, 100.0}));
  EXPECT_EQ(json["options"]["window_bounds_seconds"], nlohmann::json({-0.2, 0.3}));
}

TEST(CommandLineTest, ListsOfNumbersTakeSpacesAndCommas) {
  const ScratchFolder folder;
  const std::string dir = SimulateSmall(folder);
  const std::string path = folder.Path("result.json");
  const Outcome outcome = RunProgram({"run", "--alphas", "1", "10", "100", dir, "--local",
                                      "--windows", "-0.2,", "0.3", "--out", path});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(folder.Read("result.json"));
  EXPECT_EQ(json["options"]["alphas"], nlohmann::json({1.0, 10.0, 100.0}));
  EXPECT_EQ(json["options"]["window_bounds_seconds"], nlohmann::json({-0.2, 0.3}));
}

TEST(CommandLineTest, OutThatIsAnInputIsFoundBeforeTheWork) {
  const ScratchFolder folder;
  const std::string dir = SimulateSmall(folder);
  const std::string before = folder.Read("experiment/times.npy");
  const Outcome outcome = RunProgram({"run", dir, "--local", "--out", dir + "/times.npy"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("times.npy is there already"));
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_EQ(folder.Read("experiment/times.npy"), before);
}

TEST(CommandLineTest, AnEarlierResultIsReplaced) {
  const ScratchFolder folder;
  const std::string dir = SimulateSmall(folder);
  const std::string path = folder.Path("result.json");
  for (const std::string folds : {"3", "4"}) {
    const Outcome outcome = RunProgram({"run", dir, "--local", "--folds", folds, "--out", path});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }
  EXPECT_EQ(nlohmann::json::parse(folder.Read("result.json"))["options"]["folds"], 4);
}

TEST(CommandLineTest, SimulateWritesOverNothing) {
  const ScratchFolder folder;
  const std::string dir = SimulateSmall(folder);
  const Outcome outcome = RunProgram({"simulate", dir});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--force"));
  EXPECT_EQ(RunProgram({"simulate", dir, "--force", "--words", "120", "--sensors", "4"}).code, 0);
}

TEST(CommandLineTest, DeleteNamesWhatItCannotDeleteAndDeletesTheRest) {
  FakeServer server;
  server.jobs.events.push_back(EndEvent(v1::JOB_STATE_SUCCEEDED, ""));
  const Outcome outcome = RunProgram({"delete", "no-such", "job-1", "--server", server.address()});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("There is no such job."));
  EXPECT_THAT(outcome.err, HasSubstr("job job-1: deleted"));
  EXPECT_THAT(server.jobs.deleted(), ElementsAre("job-1"));
  EXPECT_EQ(RunProgram({"delete", "job-1", "--server", server.address()}).code, 0);
  server.jobs.events.back().mutable_job()->set_state(v1::JOB_STATE_RUNNING);
  EXPECT_EQ(RunProgram({"delete", "job-1", "--server", server.address()}).code, 2);
}

TEST(CommandLineTest, JsonIsAllThatIsWritten) {
  FakeServer server;
  EXPECT_EQ(RunProgram({"list", "--json", "--server", server.address()}).out, "[]\n");
  v1::Job job;
  job.set_job_id("job-1");
  job.set_state(v1::JOB_STATE_RUNNING);
  server.jobs.jobs.push_back(job);
  const Outcome listed = RunProgram({"list", "--json", "--server", server.address()});
  EXPECT_EQ(listed.code, 0);
  EXPECT_EQ(nlohmann::json::parse(listed.out)[0]["state"], "running");
  const Outcome info = RunProgram({"info", "--json", "--server", server.address()});
  EXPECT_EQ(nlohmann::json::parse(info.out)["version"], "9.8.7");
}

TEST(CommandLineTest, AnErrorMovesNoCursorAndNamesFlags) {
  FakeServer server;
  const ScratchFolder folder;
  server.jobs.RefuseCreate(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT,
                                        "spec.options.pca is \x1b[2J9; at most 5\nsecond"));
  const Outcome outcome =
      RunProgram({"submit", SimulateSmall(folder), "--server", server.address()});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("brainalign: --pca is \\x1b[2J9; at most 5\nsecond\n"));
}

TEST(CommandLineTest, WrongOptionValueEndsWithTwoAndNamesIt) {
  const ScratchFolder folder;
  const std::string dir = SimulateSmall(folder);
  for (const auto& [option, value] : std::vector<std::pair<std::string, std::string>>{
           {"--folds", "1"}, {"--folds", "0"}, {"--alphas", "-1"}, {"--pca", "-1"}}) {
    // Also where a server would do the work: it is not asked, and gets no bytes.
    for (const std::vector<std::string>& place : std::vector<std::vector<std::string>>{
             {"run", dir, "--local"}, {"run", dir}, {"submit", dir}}) {
      std::vector<std::string> arguments = place;
      arguments.insert(arguments.end(), {option, value});
      const Outcome outcome = RunProgram(arguments);
      EXPECT_EQ(outcome.code, 2) << testing::PrintToString(arguments);
      EXPECT_THAT(outcome.err, HasSubstr(option.substr(2))) << testing::PrintToString(arguments);
    }
  }
}

TEST(CommandLineTest, QuietSaysNothing) {
  const ScratchFolder folder;
  const Outcome outcome = RunProgram({"run", SimulateSmall(folder), "--local", "--quiet"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST(CommandLineTest, FailedAndCancelledJobsEndWithOne) {
  for (const v1::JobState state : {v1::JOB_STATE_FAILED, v1::JOB_STATE_CANCELLED}) {
    FakeServer server;
    server.jobs.events.push_back(EndEvent(state, "This is why."));
    for (const std::string verb : {"watch", "result"}) {
      const Outcome outcome = RunProgram({verb, "job-1", "--server", server.address()});
      EXPECT_EQ(outcome.code, 1) << verb;
      EXPECT_THAT(outcome.err, HasSubstr("This is why.")) << verb;
    }
  }
}

TEST(CommandLineTest, ResultOfARunningJobEndsWithTwo) {
  FakeServer server;
  server.jobs.events.push_back(EndEvent(v1::JOB_STATE_RUNNING, ""));
  EXPECT_EQ(RunProgram({"result", "job-1", "--server", server.address()}).code, 2);
}

TEST(CommandLineTest, UnknownJobEndsWithTwo) {
  const FakeServer server;
  EXPECT_EQ(RunProgram({"result", "job-2", "--server", server.address()}).code, 2);
}

TEST(CommandLineTest, ServersChecksEndWithTwoAndItsRefusalsWithThree) {
  const ScratchFolder folder;
  const std::string dir = SimulateSmall(folder);
  const std::vector<std::pair<grpc::StatusCode, int>> codes = {
      {grpc::StatusCode::INVALID_ARGUMENT, 2},   {grpc::StatusCode::FAILED_PRECONDITION, 2},
      {grpc::StatusCode::PERMISSION_DENIED, 3},  {grpc::StatusCode::UNAUTHENTICATED, 3},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, 3}, {grpc::StatusCode::INTERNAL, 3}};
  for (const auto& [code, expected] : codes) {
    FakeServer server;
    server.jobs.RefuseCreate(grpc::Status(code, "The server says no."));
    const Outcome outcome = RunProgram({"submit", dir, "--server", server.address()});
    EXPECT_EQ(outcome.code, expected);
    EXPECT_THAT(outcome.err, HasSubstr("brainalign: The server says no.\n"));
    EXPECT_THAT(outcome.out, IsEmpty());
  }
}

TEST(CommandLineTest, PriorityIsSubmitted) {
  const ScratchFolder folder;
  const std::string dir = SimulateSmall(folder);
  FakeServer server;
  for (const std::string priority : {"low", "normal", "high"}) {
    EXPECT_EQ(
        RunProgram({"submit", dir, "--priority", priority, "--server", server.address()}).code, 0);
  }
  EXPECT_EQ(RunProgram({"submit", dir, "--server", server.address()}).code, 0);
  EXPECT_THAT(server.jobs.priorities(),
              ElementsAre(v1::JOB_PRIORITY_LOW, v1::JOB_PRIORITY_NORMAL, v1::JOB_PRIORITY_HIGH,
                          v1::JOB_PRIORITY_NORMAL));
}

TEST(CommandLineTest, ListSaysWhoseJobsAreWhereTheyAreOfSeveral) {
  FakeServer server;
  for (const std::string person : {"alice", "bob"}) {
    v1::Job job;
    job.set_job_id("job-of-" + person);
    job.set_state(v1::JOB_STATE_RUNNING);
    job.set_project("lab");
    job.set_person(person);
    server.jobs.jobs.push_back(job);
    const Outcome outcome = RunProgram({"list", "--server", server.address()});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.out.find("lab/" + person) != std::string::npos, person == "bob");
  }
}

TEST(CommandLineTest, SubmitPrintsTheJobsIdAlone) {
  const ScratchFolder folder;
  const FakeServer server;
  const Outcome outcome =
      RunProgram({"submit", SimulateSmall(folder), "--server", server.address()});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "job-1\n");
}

}  // namespace
}  // namespace brainalign
