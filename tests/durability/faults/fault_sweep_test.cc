// The disk fails once, at one operation after the other, in the life of a server.
#include <fcntl.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/durability/faults/proof_form.h"
#include "tests/durability/faults/scripted_life.h"
#include "tests/durability/faults/shimmed_disk.h"
#include "tests/durability/stage/proof.h"

namespace brainalign {
namespace {

const Experiment& SharedExperiment() {
  static const auto& experiment = *new Experiment(MakeExperiment());
  return experiment;
}

struct Outcome {
  bool faulty = false;  // the fault was made
  std::string where;    // on what
  std::vector<std::string> failures;
  std::vector<std::string> problems;
};

// What a file is, whatever its number or digest.
std::string KindOf(const std::string& path) {
  std::string kind;
  for (const char c : path) {
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f' && path.rfind("db", 0) != 0))) kind += c;
  }
  return kind;
}

void CheckRecovery(const Promises& promises, const std::string& folder, const std::string& when,
                   Outcome& outcome) {
  ServerProcess server(folder, {});
  if (server.address().empty()) {
    outcome.problems.push_back(when + ": the server does not start: " + server.said());
    return;
  }
  for (const std::string& problem : CheckPromises(SharedExperiment(), promises, server.address())) {
    outcome.problems.push_back(when + ": " + problem);
  }
  if (server.Stop() != 0) outcome.problems.push_back(when + ": does not stop: " + server.said());
}

Outcome Live(const PlannedFault& fault) {
  Outcome outcome;
  const ShimmedDisk disk(fault);
  ScriptedLife life(SharedExperiment(), [&] { return disk.control().operations.load(); });
  for (const int day : {1, 2}) {
    auto server = std::make_unique<ServerProcess>(disk.data_folder(), disk.environment());
    if (server->address().empty()) {
      // It says what is wrong and ends; started again, it comes up.
      const int code = server->Stop();
      if (code != 1 || server->said().find("brainalignd: ") == std::string::npos) {
        outcome.problems.push_back("a start that failed ended with " + std::to_string(code) + ": " +
                                   server->said());
      }
      server = std::make_unique<ServerProcess>(disk.data_folder(), disk.environment());
    }
    if (server->address().empty()) {
      if (fault.count == 1) outcome.problems.push_back("no second start: " + server->said());
      continue;
    }
    day == 1 ? life.FirstDay(server->address()) : life.SecondDay(server->address());
    if (const int code = server->Stop(); code != 0) {
      outcome.problems.push_back("the server ended with " + std::to_string(code) + ": " +
                                 server->said());
    }
  }
  outcome.faulty = disk.control().faults > 0;
  outcome.where = std::to_string(static_cast<int>(disk.control().fault_operation)) + " of " +
                  disk.control().fault_path;
  outcome.failures = life.failures();
  for (const std::string& complaint : life.complaints()) outcome.problems.push_back(complaint);
  if (!outcome.faulty && !life.failures().empty()) {
    outcome.problems.push_back("a failure without a fault: " + life.failures().front());
  }
  CheckRecovery(life.promises(), disk.data_folder(), "afterwards", outcome);
  // And if the power fails too, before anything else is written.
  DiskModel model;
  for (const DiskEvent& event : disk.Trace()) model.Apply(event);
  const ShimmedDisk after_cut(model.Durable());
  CheckRecovery(life.promises(), after_cut.data_folder(), "after a power cut", outcome);
  return outcome;
}

// What a life without faults does to the disk.
std::vector<DiskEvent> TraceOfALife() {
  const ShimmedDisk disk(PlannedFault{});
  ScriptedLife life(SharedExperiment(), [&] { return disk.control().operations.load(); });
  for (const int day : {1, 2}) {
    ServerProcess server(disk.data_folder(), disk.environment());
    day == 1 ? life.FirstDay(server.address()) : life.SecondDay(server.address());
    EXPECT_EQ(server.Stop(), 0) << server.said();
  }
  return disk.Trace();
}

// The operations that can have the fault: all of them, or some of each kind (what is
// done, to what sort of file).
std::vector<std::uint64_t> Choose(const std::vector<DiskEvent>& trace, DiskFault fault,
                                  std::size_t of_each_kind) {
  std::map<std::string, std::vector<std::uint64_t>> by_kind;
  for (const DiskEvent& event : trace) {
    const DiskOperation operation = event.record.operation;
    if (operation == DiskOperation::kClose ||
        !CanHave(fault, operation, (event.record.flags & O_CREAT) != 0)) {
      continue;
    }
    const std::string kind =
        std::to_string(static_cast<int>(operation)) + " of " + KindOf(event.path);
    by_kind[kind].push_back(event.record.operations);
  }
  std::vector<std::uint64_t> chosen;
  std::mt19937_64 random(ProofSeed());
  for (auto& [kind, numbers] : by_kind) {
    std::shuffle(numbers.begin(), numbers.end(), random);
    if (!IsLong()) numbers.resize(std::min(numbers.size(), of_each_kind));
    chosen.insert(chosen.end(), numbers.begin(), numbers.end());
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

class DiskFaultTest : public testing::TestWithParam<std::pair<const char*, PlannedFault>> {};

TEST_P(DiskFaultTest, IsSurvivedAtEveryOperation) {
  const std::vector<DiskEvent> trace = TraceOfALife();
  const std::vector<std::uint64_t> chosen = Choose(trace, GetParam().second.fault, 2);
  std::mutex mutex;
  std::map<std::string, int> made;
  int failures = 0;
  // Most of a life with a fault is waiting until the server tries its disk again.
  constexpr int kLivesPerCore = 3;
  ForEach(chosen.size(), kLivesPerCore, [&](std::size_t i) {
    PlannedFault fault = GetParam().second;
    fault.at = chosen[i];
    const Outcome outcome = Live(fault);
    const std::lock_guard<std::mutex> lock(mutex);
    if (outcome.faulty) ++made[outcome.where];
    failures += outcome.failures.empty() ? 0 : 1;
    if (outcome.problems.empty()) return;
    std::string text;
    for (const std::string& problem : outcome.problems) text += "\n  " + problem;
    for (const std::string& failure : outcome.failures) text += "\n  (said: " + failure + ")";
    ADD_FAILURE() << GetParam().first << " at operation " << fault.at << ", " << outcome.where
                  << text;
  });
  int count = 0;
  for (const auto& [where, times] : made) count += times;
  std::printf("%s: %zu of %zu operations tried, %d faults made, %d lives saw an error\n",
              GetParam().first, chosen.size(), trace.size(), count, failures);
  EXPECT_GT(count, 0) << "no fault was made: is the library preloaded?";
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, DiskFaultTest,
    testing::Values(std::pair{"IoError", PlannedFault{DiskFault::kIoError, 0, 1}},
                    std::pair{"NoSpace", PlannedFault{DiskFault::kNoSpace, 0, 1}},
                    std::pair{"NoSpaceForAWhile", PlannedFault{DiskFault::kNoSpace, 0, 8}},
                    std::pair{"ShortWrite", PlannedFault{DiskFault::kShortWrite, 0, 1}},
                    std::pair{"FailedSync", PlannedFault{DiskFault::kFailedSync, 0, 1}}),
    [](const auto& instance) { return std::string(instance.param.first); });

}  // namespace
}  // namespace brainalign
