#include <algorithm>
#include <mutex>
#include <thread>
#include <utility>

#include "core/align/alignment.h"

namespace brainalign {
namespace {

// Calls `unit(i)` for each i in [0, count) on `threads` threads; after the first
// failure no further unit starts.
absl::Status RunUnits(int count, int threads, const std::function<absl::Status(int)>& unit) {
  std::mutex mutex;
  int next = 0;
  absl::Status first_failure;
  const auto work = [&] {
    while (true) {
      int mine;
      {
        const std::lock_guard<std::mutex> lock(mutex);
        if (next >= count || !first_failure.ok()) return;
        mine = next++;
      }
      absl::Status status = unit(mine);
      if (status.ok()) continue;
      const std::lock_guard<std::mutex> lock(mutex);
      first_failure.Update(std::move(status));
    }
  };
  std::vector<std::thread> pool;
  for (int i = 1; i < std::min(threads, count); ++i) pool.emplace_back(work);
  work();
  for (std::thread& thread : pool) thread.join();
  return first_failure;
}

}  // namespace

absl::StatusOr<AlignmentResult> RunAlignment(
    Alignment& alignment, int threads, const CancelFlag& cancel,
    const std::function<void(const TileScores&)>& on_tile) {
  absl::Status status = RunUnits(alignment.preparation_count(), threads,
                                 [&](int unit) { return alignment.Prepare(unit, cancel); });
  if (!status.ok()) return status;
  std::mutex mutex;
  std::vector<TileScores> done;
  status =
      RunUnits(static_cast<int>(alignment.tiles().size()), threads, [&](int index) -> absl::Status {
        absl::StatusOr<TileScores> scores = alignment.Compute(index, cancel);
        if (!scores.ok()) return scores.status();
        const std::lock_guard<std::mutex> lock(mutex);
        done.push_back(*std::move(scores));
        if (on_tile) on_tile(done.back());
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return alignment.Assemble(done);
}

}  // namespace brainalign
