// The power fails after each thing that a server does to its disk.
#include <algorithm>
#include <cstdio>
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

// A life without faults: what was done to the disk, and what was promised when.
struct RecordedLife {
  std::vector<DiskEvent> trace;
  std::vector<std::pair<std::uint64_t, Promises>> history;
};

RecordedLife Record(const Experiment& experiment) {
  const ShimmedDisk disk(PlannedFault{});
  ScriptedLife life(experiment, [&] { return disk.control().operations.load(); });
  for (const int day : {1, 2}) {
    ServerProcess server(disk.data_folder(), disk.environment());
    day == 1 ? life.FirstDay(server.address()) : life.SecondDay(server.address());
    EXPECT_EQ(server.Stop(), 0) << server.said();
  }
  EXPECT_TRUE(life.failures().empty()) << life.failures().front();
  EXPECT_TRUE(life.complaints().empty()) << life.complaints().front();
  RecordedLife recorded{disk.Trace(), life.history()};
  // Nothing was done to the files that the trace does not tell.
  DiskModel model;
  for (const DiskEvent& event : recorded.trace) model.Apply(event);
  EXPECT_TRUE(model.Present() == ReadDiskImage(disk.data_folder()))
      << "the trace tells of other files than there are";
  return recorded;
}

// A moment at which the power may fail: the first `events` of the trace were done.
struct Moment {
  std::size_t events = 0;
  DiskImage durable;
  std::vector<DiskImage> torn;
  const Promises* promises = nullptr;
};

// What had been promised when the disk had done `operations`.
const Promises& PromisesAt(const RecordedLife& life, std::uint64_t operations) {
  static const Promises none;
  const Promises* last = &none;
  for (const auto& [when, promises] : life.history) {
    if (when > operations) break;
    last = &promises;
  }
  return *last;
}

// The moments before each sync and after the last operation. What is durable
// changes at syncs alone, and promises only grow: these stand for all the others.
std::vector<Moment> Moments(const RecordedLife& life, int torn_images) {
  std::vector<Moment> moments;
  DiskModel model;
  for (std::size_t i = 0; i <= life.trace.size(); ++i) {
    if (i > 0) model.Apply(life.trace[i - 1]);
    const bool at_end = i == life.trace.size();
    if (!at_end && life.trace[i].record.operation != DiskOperation::kSync) continue;
    Moment moment;
    moment.events = i;
    moment.durable = model.Durable();
    for (int k = 0; k < torn_images; ++k) {
      moment.torn.push_back(model.Torn(ProofSeed() + 1000 * i + static_cast<std::uint64_t>(k)));
    }
    moment.promises = &PromisesAt(life, at_end   ? UINT64_MAX
                                        : i == 0 ? 0
                                                 : life.trace[i - 1].record.operations);
    moments.push_back(std::move(moment));
  }
  return moments;
}

std::string Describe(const RecordedLife& life, const Moment& moment, const std::string& kept) {
  const std::string before = moment.events == 0 ? "nothing" : life.trace[moment.events - 1].path;
  return "after " + std::to_string(moment.events) + " of " + std::to_string(life.trace.size()) +
         " operations (the last on " + before + "), with " + kept;
}

void CheckImage(const Experiment& experiment, const DiskImage& image, const Promises& promises,
                const std::string& when) {
  const ShimmedDisk disk(image);
  ServerProcess server(disk.data_folder(), {});
  if (server.address().empty()) {
    ADD_FAILURE() << "a power cut " << when << ": the server does not start; it wrote\n"
                  << server.said();
    return;
  }
  const std::vector<std::string> problems = CheckPromises(experiment, promises, server.address());
  for (const std::string& problem : problems) {
    ADD_FAILURE() << "a power cut " << when << ": " << problem;
  }
  if (!problems.empty()) std::fputs(server.said().c_str(), stderr);
  server.Kill();
}

TEST(PowerCut, NothingPromisedIsLostAtAnyOperation) {
  const Experiment experiment = MakeExperiment();
  const RecordedLife life = Record(experiment);
  const std::vector<Moment> moments = Moments(life, IsLong() ? 20 : 1);
  ASSERT_GT(moments.size(), 50U) << "the trace is empty: is the library preloaded?";
  ForEach(moments.size(), 1, [&](std::size_t i) {
    const Moment& moment = moments[i];
    CheckImage(experiment, moment.durable, *moment.promises,
               Describe(life, moment, "only what was synced"));
    for (const DiskImage& torn : moment.torn) {
      CheckImage(experiment, torn, *moment.promises,
                 Describe(life, moment, "some of what was not synced"));
    }
  });
  std::printf("%zu operations, %zu moments, %zu images each\n", life.trace.size(), moments.size(),
              1 + moments.front().torn.size());
}

}  // namespace
}  // namespace brainalign
