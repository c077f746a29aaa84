// The real programs where writing fails: a limit on the size of files (ulimit -f), and standard
// output that is full or closed.
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/program.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;

// The arguments for /bin/sh that run `program` after `before`, with `after` behind its arguments.
std::vector<std::string> InShell(const std::string& before, const std::string& program,
                                 const std::vector<std::string>& arguments,
                                 const std::string& after = "") {
  std::vector<std::string> shell = {"-c", before + " exec \"$0\" \"$@\" " + after,
                                    PathOfProgram(program)};
  shell.insert(shell.end(), arguments.begin(), arguments.end());
  return shell;
}

std::vector<std::string> NamesIn(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

TEST(FailedWritesTest, AFileAtItsLimitIsAnErrorOfTheCommand) {
  const ScratchFolder scratch;
  ASSERT_NO_FATAL_FAILURE(Simulate(scratch / "experiment", 200, 6, 3, 8));
  std::filesystem::create_directory(scratch / "written");
  const std::string limit = "ulimit -f 1;";  // 512 or 1,024 bytes
  const Outcome run =
      RunProgram("/bin/sh", InShell(limit, "brainalign",
                                    {"run", scratch / "experiment", "--local", "--pca", "0",
                                     "--out", scratch / "written/r.json"}));
  EXPECT_EQ(run.exit_code, 2) << run.err;
  EXPECT_THAT(run.err, HasSubstr("File too large"));
  const Outcome simulated = RunProgram(
      "/bin/sh", InShell(limit, "brainalign", {"simulate", scratch / "written/experiment"}));
  EXPECT_EQ(simulated.exit_code, 2) << simulated.err;
  EXPECT_THAT(simulated.err, HasSubstr("File too large"));
  EXPECT_THAT(NamesIn(scratch / "written"), IsEmpty());
}

TEST(FailedWritesTest, AFileAtItsLimitEndsOneUploadAndNotTheServer) {
  const ScratchFolder scratch;
  // The activations are 8 MB; nothing else comes near the limit.
  ASSERT_NO_FATAL_FAILURE(Simulate(scratch / "experiment", 2000, 6, 2, 500));
  ASSERT_NO_FATAL_FAILURE(Simulate(scratch / "small", 200, 6, 3, 8));
  const auto server =
      Program::Start("/bin/sh", InShell("ulimit -f 6000;", "brainalignd",
                                        {"--data", scratch / "data", "--listen", "127.0.0.1:0"}));
  const std::string line = server->WaitForLine("listening on ");
  ASSERT_NE(line, "") << server->err();
  const std::string address = line.substr(line.rfind(' ') + 1);
  const Outcome refused =
      RunBrainalign({"run", scratch / "experiment", "--server", address, "--pca", "0"});
  EXPECT_EQ(refused.exit_code, 3) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("the server may write no larger file"));
  const Outcome done = RunBrainalign({"run", scratch / "small", "--server", address, "--pca", "0"});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  server->Signal(SIGTERM);
  EXPECT_EQ(server->WaitForExit(), 0) << server->err();
}

TEST(FailedWritesTest, WhatTheServerCannotPrintIsAnError) {
  const ScratchFolder scratch;
  const std::vector<std::string> add = {"token",    "add",  "--data",    scratch / "data",
                                        "--person", "a",    "--project", "p",
                                        "--role",   "admin"};
  const std::vector<std::vector<std::string>> verbs = {
      add,
      {"token", "list", "--data", scratch / "data"},
      {"project", "list", "--data", scratch / "data"},
      {"--print-config"},
      {"--version"},
      {"--help"}};
  for (const std::vector<std::string>& verb : verbs) {
    for (const char* const nowhere : {">/dev/full", ">&-"}) {
      const Outcome outcome = RunProgram("/bin/sh", InShell("", "brainalignd", verb, nowhere));
      EXPECT_EQ(outcome.exit_code, 1) << verb[0] << " " << nowhere;
      EXPECT_THAT(outcome.err, AllOf(HasSubstr("cannot write to standard output"),
                                     AnyOf(HasSubstr("No space left"), HasSubstr("Bad file"))));
    }
  }
  // Nobody has the token that was not printed: only the header is listed.
  const Outcome listed = RunProgram("brainalignd", verbs[1]);
  EXPECT_EQ(listed.out.find('\n'), listed.out.size() - 1) << listed.out;
}

TEST(FailedWritesTest, AClosedStandardOutputIsNoFile) {
  const ScratchFolder scratch;
  ASSERT_NO_FATAL_FAILURE(Simulate(scratch / "experiment", 200, 6, 3, 8));
  const Outcome outcome = RunProgram("/bin/sh", InShell("", "brainalign",
                                                        {"run", scratch / "experiment", "--local",
                                                         "--pca", "0", "--out", scratch / "r.json"},
                                                        ">&- 2>&-"));
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(ReadResult(scratch / "r.json").contains("layer_names"));
}

}  // namespace
}  // namespace brainalign
