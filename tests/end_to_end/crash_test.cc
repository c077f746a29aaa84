// The server is killed in the middle of a job, and the job ends with the same bits.
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "client/connection/connection.h"
#include "client/jobs/job_calls.h"
#include "client/jobs/watch.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using nlohmann::json;

class CrashTest : public testing::Test {
 protected:
  // Big enough that a job has many tiles left when the first is there.
  void SetUp() override { ASSERT_NO_FATAL_FAILURE(Simulate(experiment_, 2400, 64, 8, 64)); }

  // The bits that the experiment yields when nothing goes wrong.
  json Undisturbed() {
    const Outcome local =
        RunBrainalign({"run", experiment_, "--local", "--out", scratch_ / "local.json"});
    EXPECT_EQ(local.exit_code, 0) << local.err;
    return Numbers(ReadResult(scratch_ / "local.json"));
  }

  std::string Submit(const RunningServer& server) { return Submit(server, experiment_); }
  static std::string Submit(const RunningServer& server, const std::string& experiment) {
    const Outcome submitted = RunBrainalign({"submit", experiment, "--server", server.address()});
    EXPECT_EQ(submitted.exit_code, 0) << submitted.err;
    return submitted.out.substr(0, submitted.out.find('\n'));
  }

  std::unique_ptr<Connection> Connect(const std::string& address) {
    ConnectionOptions options;
    options.address = address;
    absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(options);
    EXPECT_TRUE(connection.ok()) << connection.status();
    return connection.ok() ? *std::move(connection) : nullptr;
  }

  json ResultOf(const std::string& job_id, const std::string& address) {
    const Outcome outcome =
        RunBrainalign({"result", job_id, "--server", address, "--out", scratch_ / "result.json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return Numbers(ReadResult(scratch_ / "result.json"));
  }

  ScratchFolder scratch_;
  const std::string experiment_ = scratch_ / "experiment";
};

TEST_F(CrashTest, AJobGoesOnAfterAKillAndEndsWithTheSameBits) {
  std::unique_ptr<RunningServer> server = RunningServer::Start(scratch_ / "server");
  ASSERT_NE(server, nullptr);
  const std::string address = server->address();
  const std::unique_ptr<Connection> connection = Connect(address);
  ASSERT_NE(connection, nullptr);
  const std::string job_id = Submit(*server);

  // One watch over both lives of the server: killed at the first tile, started
  // again at once, and the watch goes on where it was.
  std::set<int> tiles;
  int repeated_tiles = 0;
  std::optional<Job> before_kill;
  WatchCallbacks callbacks;
  callbacks.on_job = [&](const Job& job) {
    if (tiles.empty()) before_kill = job;
  };
  callbacks.on_tile = [&](const TileScores& tile) {
    if (!tiles.insert(tile.index).second) ++repeated_tiles;
    if (tiles.size() == 1) {
      server->Kill();
      server = RunningServer::Start(scratch_ / "server", address);
      EXPECT_NE(server, nullptr);
    }
  };
  const absl::StatusOr<Job> ended = WatchJob(*connection, job_id, 0, callbacks);
  ASSERT_TRUE(ended.ok()) << ended.status();
  ASSERT_NE(server, nullptr);

  ASSERT_TRUE(before_kill.has_value());
  EXPECT_EQ(before_kill->attempt, 1);
  EXPECT_EQ(ended->state, JobState::kSucceeded) << ended->message;
  EXPECT_EQ(ended->attempt, 2) << "the job had ended before the kill: make it bigger";
  EXPECT_EQ(repeated_tiles, 0);
  EXPECT_GT(ended->tiles_total, 1);
  EXPECT_EQ(static_cast<int>(tiles.size()), ended->tiles_total);

  EXPECT_EQ(ResultOf(job_id, address), Undisturbed());
  EXPECT_EQ(server->Stop(), 0);
}

TEST_F(CrashTest, ACleanStopKeepsRunningWork) {
  std::unique_ptr<RunningServer> server = RunningServer::Start(scratch_ / "server");
  ASSERT_NE(server, nullptr);
  const std::string address = server->address();
  const std::unique_ptr<Connection> connection = Connect(address);
  ASSERT_NE(connection, nullptr);
  const std::string job_id = Submit(*server);

  std::set<int> tiles;
  WatchCallbacks callbacks;
  callbacks.on_tile = [&](const TileScores& tile) {
    tiles.insert(tile.index);
    if (tiles.size() == 1) {
      EXPECT_EQ(server->Stop(), 0);
      server = RunningServer::Start(scratch_ / "server", address);
      EXPECT_NE(server, nullptr);
    }
  };
  const absl::StatusOr<Job> ended = WatchJob(*connection, job_id, 0, callbacks);
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->state, JobState::kSucceeded) << ended->message;
  EXPECT_EQ(static_cast<int>(tiles.size()), ended->tiles_total);
  EXPECT_EQ(ResultOf(job_id, address), Undisturbed());
}

TEST_F(CrashTest, AJobThatKillsTheServerIsGivenUpTheThirdTime) {
  std::unique_ptr<RunningServer> server = RunningServer::Start(scratch_ / "server");
  ASSERT_NE(server, nullptr);
  const std::string address = server->address();
  const std::unique_ptr<Connection> connection = Connect(address);
  ASSERT_NE(connection, nullptr);
  const std::string job_id = Submit(*server);

  for (int attempt = 1; attempt <= 3; ++attempt) {
    absl::StatusOr<Job> job = GetJob(*connection, job_id);
    while (job.ok() && job->state == JobState::kQueued) job = GetJob(*connection, job_id);
    ASSERT_TRUE(job.ok()) << job.status();
    ASSERT_EQ(job->state, JobState::kRunning) << "it ended before the kill: make it bigger";
    EXPECT_EQ(job->attempt, attempt);
    server->Kill();
    server = RunningServer::Start(scratch_ / "server", address);
    ASSERT_NE(server, nullptr);
  }
  const absl::StatusOr<Job> given_up = GetJob(*connection, job_id);
  ASSERT_TRUE(given_up.ok()) << given_up.status();
  EXPECT_EQ(given_up->state, JobState::kFailed);
  EXPECT_EQ(given_up->reason, JobReason::kTooManyAttempts);
  EXPECT_NE(given_up->message.find("3 times"), std::string::npos) << given_up->message;
  EXPECT_EQ(server->Stop(), 0);
}

TEST_F(CrashTest, AJobBesideOneThatKillsTheServerIsNotGivenUp) {
  const std::string other = scratch_ / "other";
  ASSERT_NO_FATAL_FAILURE(Simulate(other, 2400, 48, 8, 64));
  std::unique_ptr<RunningServer> server = RunningServer::Start(scratch_ / "server");
  ASSERT_NE(server, nullptr);
  const std::string address = server->address();
  const std::unique_ptr<Connection> connection = Connect(address);
  ASSERT_NE(connection, nullptr);
  const std::string innocent = Submit(*server);
  const std::string poison = Submit(*server, other);

  // As if the one killed the server whenever it runs.
  const auto await = [&](const std::string& job_id, JobState state) {
    absl::StatusOr<Job> job = GetJob(*connection, job_id);
    while (job.ok() && job->state != state && !HasEnded(job->state)) {
      job = GetJob(*connection, job_id);
    }
    return job.ok() ? *job : Job{};
  };
  for (int crash = 1; crash <= 2; ++crash) {
    ASSERT_EQ(await(poison, JobState::kRunning).state, JobState::kRunning) << "make it bigger";
    ASSERT_EQ(await(innocent, JobState::kRunning).state, JobState::kRunning) << "make it bigger";
    server->Kill();
    server = RunningServer::Start(scratch_ / "server", address);
    ASSERT_NE(server, nullptr);
  }
  EXPECT_EQ(await(innocent, JobState::kRunning).attempt, 3);
  EXPECT_EQ(await(poison, JobState::kQueued).state, JobState::kQueued);
  EXPECT_EQ(await(innocent, JobState::kSucceeded).state, JobState::kSucceeded);
  ASSERT_EQ(await(poison, JobState::kRunning).state, JobState::kRunning) << "make it bigger";
  server->Kill();
  server = RunningServer::Start(scratch_ / "server", address);
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(await(poison, JobState::kFailed).reason, JobReason::kTooManyAttempts);
  EXPECT_EQ(ResultOf(innocent, address), Undisturbed());
}

TEST_F(CrashTest, ARunOfTheCommandOutlivesTheServersCrash) {
  std::unique_ptr<RunningServer> server = RunningServer::Start(scratch_ / "server");
  ASSERT_NE(server, nullptr);
  const std::string address = server->address();
  const std::unique_ptr<Program> run = Program::Start(
      "brainalign", {"run", experiment_, "--server", address, "--out", scratch_ / "run.json"});
  ASSERT_NE(run, nullptr);
  ASSERT_NE(run->WaitForLine("running"), "") << run->err();
  server->Kill();
  server = RunningServer::Start(scratch_ / "server", address);
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(run->WaitForExit(), 0) << run->err();
  EXPECT_EQ(Numbers(ReadResult(scratch_ / "run.json")), Undisturbed());
}

}  // namespace
}  // namespace brainalign
