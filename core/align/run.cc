#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/align/alignment.h"
#include "core/planning/work_progress.h"
#include "core/planning/work_rates.h"

namespace brainalign {
namespace {

constexpr std::chrono::milliseconds kBetweenReports{200};

double NowSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Tells how far a run has come, now and then, until it goes away.
class Reporter {
 public:
  using OnProgress = std::function<void(double, double)>;

  // `observing` is held while `on_progress` is called.
  Reporter(const AlignmentPlan& plan, int threads, const OnProgress& on_progress,
           std::mutex& observing)
      : threads_(threads),
        on_progress_(on_progress),
        observing_(observing),
        rates_(WorkRates::Calibrate()),
        progress_(plan, &rates_),
        thread_([this](const std::stop_token& stop) { Report(stop); }) {}

  void Begin(UnitKind kind, int index) {
    const std::lock_guard<std::mutex> lock(mutex_);
    progress_.Begin(kind, index, NowSeconds());
  }

  void End(UnitKind kind, int index, const Work& work) {
    const std::lock_guard<std::mutex> lock(mutex_);
    rates_.Learn(work, progress_.End(kind, index, NowSeconds()));
  }

 private:
  void Report(const std::stop_token& stop) {
    std::unique_lock<std::mutex> lock(mutex_);
    while (!wake_.wait_for(lock, stop, kBetweenReports, [] { return false; })) {
      if (stop.stop_requested()) return;
      const double now = NowSeconds();
      const double share = progress_.Share(now);
      const double seconds = progress_.RemainingSeconds(now, threads_);
      lock.unlock();
      {
        const std::lock_guard<std::mutex> observing(observing_);
        on_progress_(share, seconds);
      }
      lock.lock();
    }
  }

  const int threads_;
  const OnProgress& on_progress_;
  std::mutex& observing_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  WorkRates rates_;        // guarded by mutex_
  WorkProgress progress_;  // guarded by mutex_
  std::jthread thread_;    // last: it uses the rest
};

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
    const std::function<void(const TileScores&)>& on_tile,
    const std::function<void(double, double)>& on_progress) {
  const AlignmentPlan& plan = alignment.plan();
  std::mutex observing;
  std::vector<TileScores> done;  // guarded by `observing`
  std::optional<Reporter> reporter;
  if (on_progress) reporter.emplace(plan, threads, on_progress, observing);
  const auto observed = [&](UnitKind kind, int index, const auto& unit) {
    if (reporter) reporter->Begin(kind, index);
    absl::Status status = unit(index);
    if (reporter && status.ok()) {
      reporter->End(kind, index,
                    kind == UnitKind::kTile ? alignment.WorkDone(index)
                                            : plan.preparations[static_cast<std::size_t>(index)]);
    }
    return status;
  };

  absl::Status status = RunUnits(
      alignment.preparation_count(), std::min(threads, plan.preparations_at_once), [&](int index) {
        return observed(UnitKind::kPreparation, index,
                        [&](int unit) { return alignment.Prepare(unit, cancel); });
      });
  if (!status.ok()) return status;
  const auto compute = [&](int index) -> absl::Status {
    absl::StatusOr<TileScores> scores = alignment.Compute(index, cancel);
    if (!scores.ok()) return scores.status();
    const std::lock_guard<std::mutex> lock(observing);
    done.push_back(*std::move(scores));
    if (on_tile) on_tile(done.back());
    return absl::OkStatus();
  };
  status =
      RunUnits(static_cast<int>(alignment.tiles().size()), std::min(threads, plan.tiles_at_once),
               [&](int index) { return observed(UnitKind::kTile, index, compute); });
  if (!status.ok()) return status;
  return alignment.Assemble(done);
}

}  // namespace brainalign
