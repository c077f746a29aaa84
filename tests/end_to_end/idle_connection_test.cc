// A watch of a job of which there is nothing to tell for longer than a firewall remembers
// connections. It takes as long as the client's pings do: half a minute each.
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "client/connection/connection.h"
#include "client/jobs/watch.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/forgetful_proxy.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What a watch through a proxy hears.
class Watcher {
 public:
  Watcher(const std::string& address, const std::string& job_id)
      : thread_([this, address, job_id] { Watch(address, job_id); }) {}
  void Join() { thread_.join(); }

  int jobs_told() const { return jobs_told_; }
  int breaks() const { return breaks_; }
  const std::vector<int>& tiles() const { return tiles_; }
  const absl::StatusOr<Job>& ended() const { return ended_; }

 private:
  void Watch(const std::string& address, const std::string& job_id) {
    ConnectionOptions options;
    options.address = address;
    options.retry.max_attempts = 30;
    const auto connection = Connection::Open(options);
    ASSERT_TRUE(connection.ok()) << connection.status();
    WatchCallbacks callbacks;
    callbacks.on_job = [this](const Job&) { ++jobs_told_; };
    callbacks.on_tile = [this](const TileScores& tile) { tiles_.push_back(tile.index); };
    callbacks.on_break = [this](const absl::Status&, double) { ++breaks_; };
    ended_ = WatchJob(**connection, job_id, 0, callbacks);
  }

  std::atomic<int> jobs_told_{0};
  std::atomic<int> breaks_{0};
  std::vector<int> tiles_;
  absl::StatusOr<Job> ended_ = absl::UnknownError("not ended");
  std::thread thread_;  // last: it uses the rest
};

TEST(IdleConnectionTest, PingsKeepAWatchAliveAndOneThatIsForgottenComesBackWithoutAGap) {
  const ScratchFolder scratch;
  ASSERT_NO_FATAL_FAILURE(Simulate(scratch / "experiment", 3000, 48, 8, 128));
  // No heartbeats: nothing is said but pings.
  const auto server = RunningServer::Start(scratch / "data", "127.0.0.1:0",
                                           {"--heartbeat-seconds", "3600", "--threads", "1"});
  ASSERT_NE(server, nullptr);
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--server", server->address()});
    return RunBrainalign(arguments);
  };
  const Outcome submitted =
      run({"submit", scratch / "experiment", "--preset", "strict", "--quiet"});
  ASSERT_EQ(submitted.exit_code, 0) << submitted.err;
  const std::string job_id = submitted.out.substr(0, submitted.out.find('\n'));
  ASSERT_EQ(run({"admin", "drain", "--put-back", "--wait"}).exit_code, 0);
  ASSERT_THAT(run({"list"}).out, testing::HasSubstr("queued"))
      << "the job had ended: make it bigger";

  // One remembers for longer than the client is silent, the other does not.
  ForgetfulProxy patient(server->address(), seconds(36));
  ForgetfulProxy forgetful(server->address(), seconds(8));
  Watcher kept(patient.address(), job_id);
  Watcher lost(forgetful.address(), job_id);
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < seconds(100) && lost.breaks() == 0) {
    std::this_thread::sleep_for(milliseconds(100));
  }
  EXPECT_GE(forgetful.forgotten(), 1);
  EXPECT_GE(lost.breaks(), 1) << "the client did not notice that it was forgotten";
  // The client comes back, and is forgotten again; then there is something to tell.
  while (std::chrono::steady_clock::now() - begin < seconds(100) && forgetful.forgotten() < 2) {
    std::this_thread::sleep_for(milliseconds(100));
  }
  while (std::chrono::steady_clock::now() - begin < seconds(75)) {
    std::this_thread::sleep_for(milliseconds(100));
  }
  EXPECT_EQ(patient.forgotten(), 0);
  ASSERT_EQ(run({"admin", "drain", "--off"}).exit_code, 0);
  kept.Join();
  lost.Join();

  EXPECT_EQ(kept.breaks(), 0);
  EXPECT_EQ(patient.connections(), 1);
  ASSERT_TRUE(kept.ended().ok()) << kept.ended().status();
  ASSERT_TRUE(lost.ended().ok()) << lost.ended().status();
  EXPECT_EQ(kept.ended()->state, JobState::kSucceeded);
  EXPECT_EQ(lost.ended()->sequence, kept.ended()->sequence);
  // Each event once, in order: what was told into the void, too.
  EXPECT_EQ(lost.tiles(), kept.tiles());
  EXPECT_EQ(static_cast<int>(kept.tiles().size()), kept.ended()->tiles_total);
  EXPECT_EQ(lost.jobs_told(), kept.jobs_told());
}

}  // namespace
}  // namespace brainalign
