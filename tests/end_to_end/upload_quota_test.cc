// Two people's uploads in a project that may have one under way.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(UploadQuotaTest, WhoIsRefusedHearsWhyAndIsServedWhenTheOtherHasEnded) {
  const ScratchFolder scratch;
  // 72 MB of activations, and less than one.
  ASSERT_NO_FATAL_FAILURE(Simulate(scratch / "first", 2200, 4, 8, 1024));
  ASSERT_NO_FATAL_FAILURE(Simulate(scratch / "second", 300, 4, 2, 8));
  // Synced so often that it takes seconds.
  const auto server = RunningServer::Start(scratch / "data", "127.0.0.1:0",
                                           {"--quota-uploads", "1", "--sync-interval", "65536"});
  ASSERT_NE(server, nullptr);
  const auto upload = [&](const std::string& experiment) {
    return Program::Start("brainalign",
                          {"upload", scratch / experiment, "--server", server->address()});
  };
  const auto first = upload("first");
  const auto until = std::chrono::steady_clock::now() + Program::kPatience;
  while (!HasPartOfAnUpload(scratch / "data")) {
    ASSERT_LT(std::chrono::steady_clock::now(), until) << first->err();
    std::this_thread::yield();
  }
  first->Signal(SIGSTOP);
  const auto second = upload("second");
  EXPECT_THAT(second->WaitForLine("1 uploads under way"),
              AllOf(HasSubstr("project default has 1 uploads under way, its limit"),
                    HasSubstr("trying again in")))
      << second->err();
  // It has left nothing, and waits.
  const Outcome uploads =
      RunBrainalign({"admin", "uploads", "--quiet", "--server", server->address()});
  EXPECT_EQ(std::count(uploads.out.begin(), uploads.out.end(), '\n'), 1) << uploads.out;
  first->Signal(SIGCONT);
  EXPECT_EQ(first->WaitForExit(), 0) << first->err();
  EXPECT_EQ(second->WaitForExit(), 0) << second->err();
  EXPECT_THAT(second->out(), AllOf(HasSubstr("  recording\n"), HasSubstr("  activations\n")));
}

}  // namespace
}  // namespace brainalign
