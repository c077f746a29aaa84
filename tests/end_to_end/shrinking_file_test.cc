// Files that are made shorter while the real programs read them: an error of the one job or
// command, never the end of the server, and never numbers.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/connection/connection.h"
#include "client/jobs/job_calls.h"
#include "client/jobs/watch.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class ShrinkingFileTest : public testing::Test {
 protected:
  // Big enough that a job has many tiles left when the first is there.
  void SetUp() override { ASSERT_NO_FATAL_FAILURE(Simulate(experiment_, 2400, 64, 8, 64)); }

  std::string Submit(const std::string& experiment, const RunningServer& server) {
    const Outcome submitted = RunBrainalign({"submit", experiment, "--server", server.address()});
    EXPECT_EQ(submitted.exit_code, 0) << submitted.err;
    return submitted.out.substr(0, submitted.out.find('\n'));
  }

  // The server's file of the experiment's recording.
  std::string BlobOfRecording(const RunningServer& server) {
    const Outcome uploaded = RunBrainalign({"upload", experiment_, "--server", server.address()});
    std::istringstream lines(uploaded.out);
    std::string line;
    while (std::getline(lines, line) && line.find("recording") == std::string::npos) {
    }
    const std::string digest = line.substr(0, line.find(' '));
    EXPECT_EQ(digest.size(), 64u) << uploaded.out << uploaded.err;
    return absl::StrCat(scratch_ / "server", "/blobs/", digest.substr(0, 2), "/", digest);
  }

  ScratchFolder scratch_;
  const std::string experiment_ = scratch_ / "experiment";
};

TEST_F(ShrinkingFileTest, UnderARunningJobFailsThatJobAlone) {
  const std::string other = scratch_ / "other";
  ASSERT_NO_FATAL_FAILURE(Simulate(other, 300, 16, 2, 16));
  // Without the check in the background, which may find the damage first and take the file away:
  // the job then hears that it is not there.
  const std::unique_ptr<RunningServer> server =
      RunningServer::Start(scratch_ / "server", "127.0.0.1:0", {"--scrub-rate", "0"});
  ASSERT_NE(server, nullptr);
  ConnectionOptions options;
  options.address = server->address();
  const absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(options);
  ASSERT_TRUE(connection.ok()) << connection.status();
  const std::string blob = BlobOfRecording(*server);
  const std::string job_id = Submit(experiment_, *server);

  int tiles = 0;
  bool was_put_back = false;
  WatchCallbacks callbacks;
  callbacks.on_tile = [&](const TileScores&) {
    if (++tiles == 1) std::filesystem::resize_file(blob, 0);
  };
  callbacks.on_job = [&](const Job& job) {
    was_put_back = was_put_back || job.reason == JobReason::kInputUnreadable;
  };
  const absl::StatusOr<Job> ended = WatchJob(**connection, job_id, 0, callbacks);
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_TRUE(was_put_back);
  EXPECT_EQ(ended->state, JobState::kFailed);
  EXPECT_EQ(ended->reason, JobReason::kInputLost) << ended->message;
  EXPECT_THAT(ended->message, HasSubstr("the recording is damaged"));
  EXPECT_LT(tiles, ended->tiles_total);
  EXPECT_THAT(server->log(), AllOf(HasSubstr("spec.brain."), HasSubstr("from byte ")));

  const Outcome beside = RunBrainalign(
      {"run", other, "--server", server->address(), "--out", scratch_ / "other.json"});
  EXPECT_EQ(beside.exit_code, 0) << beside.err;
  EXPECT_EQ(server->Stop(), 0);  // the same process
}

TEST_F(ShrinkingFileTest, UnderALocalRunIsAnErrorThatNamesIt) {
  const std::string path = experiment_ + "/activations.npy";
  const std::string out = scratch_ / "result.json";
  const std::unique_ptr<Program> run =
      Program::Start("brainalign", {"run", experiment_, "--local", "--out", out});
  ASSERT_NE(run, nullptr);
  const auto is_mapped = [&] {
    std::ifstream maps(absl::StrCat("/proc/", run->process_id(), "/maps"));
    const std::string all{std::istreambuf_iterator<char>(maps), {}};
    return all.find(path) != std::string::npos;
  };
  const auto deadline = std::chrono::steady_clock::now() + Program::kPatience;
  while (!is_mapped()) ASSERT_LT(std::chrono::steady_clock::now(), deadline) << run->err();
  std::filesystem::resize_file(path, 0);
  EXPECT_EQ(run->WaitForExit(), 2) << run->err();
  EXPECT_THAT(run->err(), AllOf(HasSubstr(path), HasSubstr("cannot be read from byte ")));
  EXPECT_FALSE(std::filesystem::exists(out));
}

}  // namespace
}  // namespace brainalign
