// A server with all that it is meant to bear at once: 200 clients, 500 open watches,
// uploads of 1 GiB, and jobs that never cease.
#include <algorithm>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "tests/durability/load/load_client.h"
#include "tests/durability/load/memory_watch.h"
#include "tests/durability/load/probe_program.h"
#include "tests/durability/stage/proof.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

struct Settings {
  double seconds = 45;
  int clients = 200;
  int watches = 500;
  int big_uploads = 2;                // 1 GiB each, two at a time
  double slowest_read_seconds = 0.1;  // of 99 of 100 reads
  // Whether more is allowed where the machine itself is slow.
  bool strict = false;
};
Settings settings;

constexpr std::int64_t kMiB = 1 << 20;
// The server's budgets, and what it may take beside them.
constexpr std::int64_t kJobMemory = 256 * kMiB;
constexpr std::int64_t kMessageMemory = 64 * kMiB;
constexpr std::int64_t kBesideBudgets = 300 * kMiB;
constexpr int kUploaders = 2;
// Of what calls of a server that does nothing take meanwhile: where that is much, other
// work has the cores.
constexpr double kTimesBareCall = 6;
// The crowd comes at one moment, which no server is asked to serve at once.
constexpr double kSettleSeconds = 5;

std::string InWords(const std::string& what, const CallTimes& times) {
  return absl::StrFormat("%d %s: median %.1f ms, 99 of 100 in %.1f ms, all in %.1f ms\n",
                         times.count, what, 1e3 * times.median, 1e3 * times.of_99,
                         1e3 * times.longest);
}

CallTimes TimesOf(const Latencies& latencies) {
  return {static_cast<int>(latencies.count()), latencies.Quantile(0.5), latencies.Quantile(0.99),
          latencies.Quantile(1)};
}

TEST(LoadProof, ServesEverybodyWithinItsBudgets) {
  ScratchFolder scratch;
  const auto server = RunningServer::Start(
      scratch / "data", "127.0.0.1:0",
      {"--memory", absl::StrCat(kJobMemory), "--rpc-memory", absl::StrCat(kMessageMemory),
       "--max-watches", absl::StrCat(settings.watches), "--log-level", "warn"});
  ASSERT_NE(server, nullptr);
  // Jobs of some tenths of a second: their number is what the disk's syncs bound.
  const Questions questions = SmallQuestions(/*words=*/6000);
  KnownJobs jobs(questions, [] { return 0; });
  Crowd crowd{.questions = questions, .jobs = jobs, .address = server->address()};
  std::mt19937_64 random(ProofSeed());
  {
    const auto connection = JoinCrowd(crowd, {});
    ASSERT_NE(connection, nullptr);
    const auto stored = UploadTensors(*connection, questions.tensors, nullptr);
    ASSERT_TRUE(stored.ok()) << stored.status();
  }

  const MemoryWatch memory(server->process_id());
  std::unique_ptr<ProbeProgram> probe;
  std::int64_t watch_samples = 0;
  std::int64_t watches_seen = 0;
  {
    // The watches share the connections that they are opened on.
    std::vector<std::unique_ptr<Connection>> connections;
    std::stop_source end;
    for (int i = 0; i < settings.clients; ++i) {
      connections.push_back(JoinCrowd(crowd, end.get_token()));
      ASSERT_NE(connections.back(), nullptr);
    }
    std::vector<std::jthread> threads;
    for (int i = 0; i < settings.clients; ++i) {
      threads.emplace_back(
          [&crowd, &end, seed = random()] { UseServer(crowd, seed, end.get_token()); });
    }
    for (int i = 0; i < settings.watches; ++i) {
      Connection& connection = *connections[static_cast<std::size_t>(i) % connections.size()];
      threads.emplace_back([&crowd, &end, &connection, seed = random()] {
        WatchJobs(crowd, connection, seed, end.get_token());
      });
    }
    SystemClock().Sleep(kSettleSeconds, {});
    for (Latencies* kept : {&crowd.reads, &crowd.creates}) kept->Clear();
    probe = ProbeProgram::Start(server->address(), settings.seconds);
    ASSERT_NE(probe, nullptr);
    std::atomic<int> next_upload{0};
    std::vector<std::jthread> uploaders;
    for (int i = 0; i < kUploaders; ++i) {
      uploaders.emplace_back([&crowd, &end, &next_upload] {
        for (int number; (number = next_upload++) < settings.big_uploads;) {
          UploadBig(crowd, number, 1024 * kMiB, end.get_token());
        }
      });
    }
    const double until = SystemClock().NowSeconds() + settings.seconds;
    while (SystemClock().NowSeconds() < until && !testing::Test::HasFailure()) {
      SystemClock().Sleep(0.5, {});
      ++watch_samples;
      watches_seen += crowd.watches_open;
    }
    probe->Finish();
    for (std::jthread& uploader : uploaders) uploader.join();
    end.request_stop();
  }
  const std::int64_t peak = ProcessMemory(server->process_id(), "VmHWM");
  EXPECT_EQ(server->Stop(), 0);

  std::cout << InWords("reads", probe->reads())
            << InWords("calls of a server that does nothing", probe->bare())
            << InWords("reads of the crowd", TimesOf(crowd.reads))
            << InWords("submissions of the crowd", TimesOf(crowd.creates)) << crowd.results
            << " results, " << crowd.small_uploads << " small and " << crowd.big_uploads
            << " big uploads, " << crowd.watches_ended << " watches ended, on average "
            << watches_seen / std::max<std::int64_t>(1, watch_samples) << " open; "
            << crowd.refusals << " refusals\n"
            << "own memory of the server at most " << memory.most_bytes() / kMiB
            << " MiB, with mapped files " << peak / kMiB << " MiB" << std::endl;
  const double machine_seconds = settings.strict ? 0 : kTimesBareCall * probe->bare().of_99;
  EXPECT_LT(probe->reads().of_99, std::max(settings.slowest_read_seconds, machine_seconds));
  EXPECT_GT(probe->reads().count, 0);
  EXPECT_LT(memory.most_bytes(), kJobMemory + kMessageMemory + kBesideBudgets);
  EXPECT_GT(memory.most_bytes(), 0);
  EXPECT_EQ(crowd.big_uploads, settings.big_uploads);
  EXPECT_GT(crowd.results, 0);
  EXPECT_GT(watches_seen, watch_samples * settings.watches * 8 / 10) << "too few were open";
}

}  // namespace
}  // namespace brainalign

int main(int argc, char** argv) {
  CLI::App options("Puts a server under all that it is meant to bear at once.");
  using brainalign::settings;
  options.add_option("--seconds", settings.seconds, "How long")->capture_default_str();
  options.add_option("--clients", settings.clients, "Clients at a time")->capture_default_str();
  options.add_option("--watches", settings.watches, "Watches at a time")->capture_default_str();
  options.add_option("--big-uploads", settings.big_uploads, "Uploads of 1 GiB, two at a time")
      ->capture_default_str();
  options
      .add_option("--slowest-read", settings.slowest_read_seconds,
                  "99 of 100 reads must take less seconds")
      ->capture_default_str();
  return brainalign::RunProof(argc, argv, options, [] {
    settings.seconds = 3600;
    settings.strict = true;
    settings.slowest_read_seconds = 0.05;
    settings.big_uploads = 20;
  });
}
