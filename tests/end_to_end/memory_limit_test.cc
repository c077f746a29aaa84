// The real programs where the system gives them too little memory: an error of the command or of
// the one job, never an abort, never a hang.
#include <sys/resource.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kHasSanitizer = true;  // which needs terabytes of address space
#else
constexpr bool kHasSanitizer = false;
#endif

class MemoryLimitTest : public testing::Test {
 protected:
  void SetUp() override {
    if (kHasSanitizer) GTEST_SKIP() << "a sanitizer needs all of the address space";
    ASSERT_NO_FATAL_FAILURE(Simulate(experiment_, 2400, 16, 3, 300));
  }

  // Runs brainalign with so much address space. OpenBLAS starts no threads of its own: the buffers
  // that they begin with can leave too little for the libraries that are loaded after it.
  static Outcome RunWithin(std::int64_t mebibytes, const std::vector<std::string>& arguments) {
    std::vector<std::string> shell = {"-c",
                                      absl::StrCat("ulimit -v ", mebibytes * 1024,
                                                   " && OPENBLAS_NUM_THREADS=1 exec \"$0\" \"$@\""),
                                      PathOfProgram("brainalign")};
    shell.insert(shell.end(), arguments.begin(), arguments.end());
    return RunProgram("/bin/sh", shell);
  }

  // The least address space, in MiB, with which `works` says yes, between two of which it does
  // not and does.
  template <typename Works>
  static std::int64_t LeastMebibytes(std::int64_t too_little, std::int64_t enough,
                                     const Works& works) {
    while (enough - too_little > 8) {
      const std::int64_t middle = (enough + too_little) / 2;
      (works(middle) ? enough : too_little) = middle;
    }
    return enough;
  }

  ScratchFolder scratch_;
  const std::string experiment_ = scratch_ / "experiment";
};

TEST_F(MemoryLimitTest, ALocalRunSaysThatThereIsNoMemory) {
  constexpr std::int64_t kPlenty = 1 << 15;
  // With less than this the system cannot even load the program's libraries.
  const std::int64_t least = LeastMebibytes(8, kPlenty, [](std::int64_t mebibytes) {
    return RunWithin(mebibytes, {"--version"}).exit_code == 0;
  });
  int failed = 0;
  const auto works = [&](std::int64_t mebibytes) {
    const Outcome outcome = RunWithin(
        mebibytes, {"run", experiment_, "--local", "--threads", "4", "--pca", "20", "--quiet"});
    if (outcome.exit_code == 0) return true;
    ++failed;
    EXPECT_THAT(outcome.exit_code, AnyOf(1, 2)) << mebibytes << " MiB\n" << outcome.err;
    if (outcome.err.find("left for this alignment") != std::string::npos) {
      EXPECT_EQ(outcome.exit_code, 1) << mebibytes << " MiB";
    }
    EXPECT_THAT(outcome.err, HasSubstr("memory")) << mebibytes << " MiB";
    return false;
  };
  const std::int64_t enough = LeastMebibytes(least, kPlenty, works);
  // Everywhere between, where one thing after the other finds no memory.
  constexpr int kSteps = 24;
  for (int i = 0; i <= kSteps; ++i) works(least + (enough - least) * i / kSteps);
  EXPECT_GT(failed, kSteps / 2);
}

// Address space that a process takes, in bytes.
std::int64_t VirtualBytes(pid_t process_id) {
  std::ifstream status(absl::StrCat("/proc/", process_id, "/status"));
  for (std::string word; status >> word;) {
    std::int64_t kibibytes = 0;
    if (word == "VmSize:" && status >> kibibytes) return kibibytes * 1024;
  }
  return -1;
}

TEST_F(MemoryLimitTest, OnAServerItFailsTheOneJob) {
  const std::string small = scratch_ / "small";
  ASSERT_NO_FATAL_FAILURE(Simulate(small, 200, 8, 2, 12));
  const std::unique_ptr<RunningServer> server = RunningServer::Start(scratch_ / "server");
  ASSERT_NE(server, nullptr);
  const auto run = [&](const std::string& experiment, const std::string& pca) {
    return RunBrainalign({"run", experiment, "--server", server->address(), "--pca", pca});
  };
  EXPECT_EQ(run(small, "4").exit_code, 0);  // its threads have what they need
  // What is refused below is the job, not the upload before it.
  ASSERT_EQ(RunBrainalign({"upload", experiment_, "--server", server->address()}).exit_code, 0);
  const std::int64_t now = VirtualBytes(server->process_id());
  ASSERT_GT(now, 0);
  rlimit limit = {};
  ASSERT_EQ(prlimit(server->process_id(), RLIMIT_AS, nullptr, &limit), 0);
  limit.rlim_cur = static_cast<rlim_t>(now + (32 << 20));
  ASSERT_EQ(prlimit(server->process_id(), RLIMIT_AS, &limit, nullptr), 0);
  const Outcome outcome = run(experiment_, "200");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("memory"));
  limit.rlim_cur = limit.rlim_max;
  ASSERT_EQ(prlimit(server->process_id(), RLIMIT_AS, &limit, nullptr), 0);
  EXPECT_EQ(run(small, "3").exit_code, 0);
  EXPECT_EQ(server->Stop(), 0);  // the same process
}

}  // namespace
}  // namespace brainalign
