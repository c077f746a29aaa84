// A laptop that sleeps in the middle of an upload, and wakes up.
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

TEST(SleepTest, AnUploadGoesOnAfterIt) {
  const ScratchFolder scratch;
  // 72 MB of activations.
  ASSERT_NO_FATAL_FAILURE(Simulate(scratch / "experiment", 2200, 4, 8, 1024));
  const auto server = RunningServer::Start(scratch / "data", "127.0.0.1:0",
                                           {"--stall-seconds", "0.5", "--log-level", "debug"});
  ASSERT_NE(server, nullptr);
  const auto upload = Program::Start(
      "brainalign", {"upload", scratch / "experiment", "--server", server->address()});
  ASSERT_NE(upload, nullptr);
  const auto until = std::chrono::steady_clock::now() + Program::kPatience;
  while (!HasPartOfAnUpload(scratch / "data")) {
    ASSERT_LT(std::chrono::steady_clock::now(), until) << upload->err();
    std::this_thread::yield();
  }
  upload->Signal(SIGSTOP);
  EXPECT_THAT(server->WaitForLine("WriteUpload CANCELLED"), testing::Not(testing::IsEmpty()))
      << "the upload had ended before the sleep: make it bigger";
  upload->Signal(SIGCONT);
  EXPECT_EQ(upload->WaitForExit(), 0) << upload->err();
  const Outcome again =
      RunBrainalign({"upload", scratch / "experiment", "--server", server->address()});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(again.out, upload->out());
}

}  // namespace
}  // namespace brainalign
