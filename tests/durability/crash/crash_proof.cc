// A server that is killed again and again, under clients that do everything by chance.
// What they were told is kept outside the server, and it is held against that after
// each start.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <random>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "tests/durability/crash/check_everything.h"
#include "tests/durability/stage/proof.h"
#include "tests/end_to_end/experiment_folder.h"

namespace brainalign {
namespace {

struct Settings {
  int kills = 50;
  int clients = 8;
  int watchers = 4;
  double longest_life_seconds = 0.8;
  int jobs_at_restart = 10'000;
  int recheck = 40;
  bool times_the_clock = false;  // and not the processors, which other work does not delay
};
Settings settings;

const std::vector<std::string> kServerArguments = {
    "--threads",      "2",   "--max-running-jobs", "3", "--sync-interval",     "131072",
    "--disk-reserve", "0",   "--disk-hard-mark",   "0", "--heartbeat-seconds", "0.2",
    "--log-level",    "warn"};

constexpr int kSubmitters = 4;

using std::chrono::microseconds;

class CrashProof : public testing::Test {
 protected:
  void SetUp() override {
    questions_ = SmallQuestions(/*words=*/220);
    ASSERT_NO_FATAL_FAILURE(StartServer());
    const auto stored = UploadTensors(*connection_, questions_.tensors, nullptr);
    ASSERT_TRUE(stored.ok()) << stored.status();
  }

  void StartServer() {
    ASSERT_TRUE(server_.Start());
    // One's own: a connection that saw the death waits before it tries again.
    connection_ = Connect(server_, std::stop_token());
    ASSERT_NE(connection_, nullptr);
  }

  // Holds the server that has just come up against what was acknowledged.
  void Check(int sample) {
    const absl::Status status = CheckEverything(*connection_, stage_, random_, sample);
    EXPECT_TRUE(status.ok()) << "a check failed: " << status;
  }

  microseconds By(double longest_seconds) {
    return microseconds(static_cast<std::int64_t>(
        1e6 * std::uniform_real_distribution<double>(0, longest_seconds)(random_)));
  }

  // Lets the clients go, and closes the life.
  void LiveAndDie() {
    gate_.Open();
    if (random_() % 2 == 0) {
      // Right after an answer, wherever everything else is.
      answers_.WaitForMore(1 + static_cast<std::int64_t>(random_() % 400),
                           By(2 * settings.longest_life_seconds));
    } else {
      std::this_thread::sleep_for(By(settings.longest_life_seconds));
    }
    gate_.Close();
    server_.Kill();
    // Sometimes it dies again while it recovers.
    if (random_() % 4 == 0) server_.StartAndKill(By(0.15));
  }

  // Until every job has ended: nothing that was taken in may be stuck.
  void WaitForTheLastJob() {
    for (const KnownJob& known : stage_.jobs.Acknowledged()) {
      const absl::Status status =
          Follow(*connection_, jobs_, known.job_id, known.heard_up_to, /*until=*/0);
      EXPECT_TRUE(status.ok()) << known.job_id << ": " << status;
    }
  }

  std::mt19937_64 random_{ProofSeed()};
  ScratchFolder scratch_;
  Questions questions_;
  ServerLives server_{scratch_ / "data", kServerArguments};
  Gate gate_;
  KnownJobs jobs_{questions_, [this] { return server_.kills(); }};
  KnownTensors tensors_{ProofSeed()};
  AnswerCount answers_;
  Stage stage_{questions_, server_, gate_, jobs_, tensors_, answers_};
  std::unique_ptr<Connection> connection_;
};

TEST_F(CrashProof, NothingAcknowledgedIsLostOrChanged) {
  double longest_start = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < settings.clients; ++i) {
      threads.emplace_back([this, seed = random_()](const std::stop_token& stop) {
        RandomClient(stage_, seed).Run(stop);
      });
    }
    for (int i = 0; i < settings.watchers; ++i) {
      threads.emplace_back([this, seed = random_()](const std::stop_token& stop) {
        RandomWatcher(stage_, seed).Run(stop);
      });
    }
    while (server_.kills() < settings.kills && !HasFailure()) {
      LiveAndDie();
      ASSERT_NO_FATAL_FAILURE(StartServer());
      longest_start = std::max(longest_start, server_.start_seconds());
      Check(settings.recheck);
    }
  }
  WaitForTheLastJob();
  EXPECT_EQ(server_.Stop(), 0);
  ASSERT_NO_FATAL_FAILURE(StartServer());
  Check(/*sample=*/-1);

  int succeeded = 0;
  int failed = 0;
  const std::vector<KnownJob> all = jobs_.Acknowledged();
  const int deleted = jobs_.deleted_count();
  for (const KnownJob& known : all) {
    succeeded += known.last.state() == v1::JOB_STATE_SUCCEEDED ? 1 : 0;
    failed += known.last.state() == v1::JOB_STATE_FAILED ? 1 : 0;
  }
  std::cout << server_.kills() << " kills, " << answers_.Get() << " answers; " << all.size()
            << " jobs and " << deleted << " deleted ones, " << succeeded << " succeeded, " << failed
            << " given up after three crashes; " << tensors_.All().size()
            << " tensors and uploads; longest start " << absl::StrFormat("%.3f s", longest_start)
            << std::endl;
  // A proof in which nothing happens proves nothing.
  EXPECT_GT(succeeded, settings.kills);
  EXPECT_GT(deleted, 0);
}

TEST_F(CrashProof, RestartsWithTenThousandJobsInLessThanTwoSeconds) {
  const int half = settings.jobs_at_restart / 2;
  const auto submit = [this](int count, bool skip_cache) {
    std::vector<std::jthread> threads;
    for (int part = 0; part < kSubmitters; ++part) {
      threads.emplace_back([this, count, part, skip_cache, seed = random_()] {
        std::mt19937_64 random(seed);
        for (int i = part; i < count && !HasFailure(); i += kSubmitters) {
          KnownJob job = jobs_.NewSubmission(random, /*deletable=*/true);
          job.skip_cache = skip_cache;
          const absl::Status status = Submit(*connection_, questions_, jobs_, job);
          EXPECT_TRUE(status.ok()) << status;
        }
      });
    }
  };
  submit(half, /*skip_cache=*/false);  // soon answered from the cache
  WaitForTheLastJob();
  submit(settings.jobs_at_restart - half, /*skip_cache=*/true);  // queued, most of them
  server_.Kill();
  ASSERT_NO_FATAL_FAILURE(StartServer());
  const auto listed = ListAll(*connection_, 1000);
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(static_cast<int>(listed->size()), settings.jobs_at_restart);
  for (const v1::Job& job : *listed) jobs_.Saw(job, jobs_.Sequence(job.job_id()));
  const std::size_t open = jobs_.open_count();
  std::cout << listed->size() << " jobs, " << open << " of them open: came up in "
            << absl::StrFormat("%.3f s", server_.start_seconds()) << ", "
            << absl::StrFormat("%.3f s", server_.start_cpu_seconds()) << " of processors"
            << std::endl;
  EXPECT_LT(settings.times_the_clock ? server_.start_seconds() : server_.start_cpu_seconds(), 2);
  EXPECT_GT(open, listed->size() / 4) << "they ended too soon to show anything";
}

}  // namespace
}  // namespace brainalign

int main(int argc, char** argv) {
  CLI::App options("Kills the server and holds it against what it acknowledged.");
  using brainalign::settings;
  options.add_option("--kills", settings.kills, "How often the server is killed")
      ->capture_default_str();
  options.add_option("--clients", settings.clients, "Clients at a time")->capture_default_str();
  options
      .add_option("--longest-life", settings.longest_life_seconds,
                  "The server is killed within so many seconds")
      ->capture_default_str();
  options.add_option("--jobs", settings.jobs_at_restart, "Jobs of the restart that is timed")
      ->capture_default_str();
  return brainalign::RunProof(argc, argv, options, [] {
    settings.kills = 1000;
    settings.times_the_clock = true;
  });
}
