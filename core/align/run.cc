#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "core/align/alignment.h"
#include "core/align/read_off_uncertainty.h"
#include "core/fence.h"
#include "core/linalg/multiplying_threads.h"
#include "core/mutex.h"
#include "core/planning/unit_order.h"
#include "core/planning/work_progress.h"
#include "core/planning/work_rates.h"
#include "core/problem/needs_double.h"

namespace brainalign {
namespace {

constexpr std::chrono::milliseconds kBetweenReports{200};

double NowSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

using OnTile = std::function<void(const TileScores&)>;
using OnProgress = std::function<void(double, double)>;

// Calls the observers, one at a time.
class Observer {
 public:
  Observer(const OnTile& on_tile, const OnProgress& on_progress)
      : on_tile_(on_tile), on_progress_(on_progress) {}

  void AddTile(TileScores tile) {
    MutexLock lock(mutex_);
    tiles_.push_back(std::move(tile));
    if (on_tile_) on_tile_(tiles_.back());
  }

  void TellProgress(double share, double seconds) {
    MutexLock lock(mutex_);
    on_progress_(share, seconds);
  }

  // Once all tiles were added.
  const std::vector<TileScores>& tiles() const ABSL_NO_THREAD_SAFETY_ANALYSIS { return tiles_; }

 private:
  const OnTile& on_tile_;
  const OnProgress& on_progress_;
  Mutex mutex_;
  std::vector<TileScores> tiles_ ABSL_GUARDED_BY(mutex_);
};

// Reports the progress of a run periodically, until it is destroyed.
class Reporter {
 public:
  // Throws std::system_error if its thread cannot be started.
  Reporter(const AlignmentPlan& plan, int threads, Observer& observer)
      : threads_(threads),
        observer_(observer),
        rates_(WorkRates::Calibrate()),
        progress_(plan, rates_),
        thread_([this](const std::stop_token& stop) { Report(stop); }) {}

  void Begin(UnitKind kind, int index) {
    MutexLock lock(mutex_);
    progress_.Begin(kind, index, NowSeconds());
  }

  void End(UnitKind kind, int index, const Work& work) {
    MutexLock lock(mutex_);
    rates_.Learn(work, progress_.End(kind, index, NowSeconds()));
  }

 private:
  void Report(const std::stop_token& stop) {
    while (WaitForNext(stop)) {
      // A report that cannot be made now is made the next time.
      Fenced([this] {
        const auto [share, seconds] = Progress();
        observer_.TellProgress(share, seconds);
        return absl::OkStatus();
      }).IgnoreError();
    }
  }

  // False once it is to stop.
  bool WaitForNext(const std::stop_token& stop) {
    MutexLock lock(mutex_);
    wake_.wait_for(mutex_, stop, kBetweenReports, [] { return false; });
    return !stop.stop_requested();
  }

  // The share of the work done, and the seconds that are left.
  std::pair<double, double> Progress() const {
    MutexLock lock(mutex_);
    const double now = NowSeconds();
    return {progress_.Share(now), progress_.RemainingSeconds(now, threads_)};
  }

  const int threads_;
  Observer& observer_;
  mutable Mutex mutex_;
  Condition wake_;
  WorkRates rates_ ABSL_GUARDED_BY(mutex_);
  WorkProgress progress_ ABSL_GUARDED_BY(mutex_);
  std::jthread thread_;  // last: it uses the rest
};

// Runs units of a graph on threads. A thread without a unit to start waits until another one's unit
// ends.
class Pool {
 public:
  // `unit`: runs a unit. Must outlive the object, as the units and the plan.
  Pool(const std::vector<Unit>& units, const AlignmentPlan& plan,
       const std::function<absl::Status(const Unit&)>& unit)
      : units_(units), unit_(unit), order_(units, plan) {}

  // Runs all units on `threads` threads, or on fewer where no more can be started. After the first
  // failure no further unit starts.
  absl::Status Run(int threads) {
    std::vector<std::thread> others;
    others.reserve(static_cast<std::size_t>(std::max(threads, 1)));
    try {
      for (int i = 1; i < threads; ++i) others.emplace_back([this, i] { Work(i); });
    } catch (const std::exception&) {
      // The machine has no more threads, or no memory for their stacks.
    }
    Work(0);
    for (std::thread& thread : others) thread.join();
    MutexLock lock(mutex_);
    return first_failure_;
  }

 private:
  // `thread`: its number, from 0.
  void Work(int thread) {
    while (const std::optional<int> mine = Next(thread)) {
      const absl::Status status =
          Fenced([&] { return unit_(units_[static_cast<std::size_t>(*mine)]); });
      MutexLock lock(mutex_);
      first_failure_.Update(status);
      order_.End(*mine);
      changed_.notify_all();
    }
  }

  // Nothing once there is none left, or one has failed.
  std::optional<int> Next(int thread) {
    MutexLock lock(mutex_);
    while (first_failure_.ok() && !order_.is_done()) {
      if (const std::optional<int> next = order_.Take(thread)) return next;
      changed_.wait(mutex_);
    }
    return std::nullopt;
  }

  const std::vector<Unit>& units_;
  const std::function<absl::Status(const Unit&)>& unit_;
  Mutex mutex_;
  Condition changed_;
  UnitOrder order_ ABSL_GUARDED_BY(mutex_);
  absl::Status first_failure_ ABSL_GUARDED_BY(mutex_);
};

absl::StatusOr<AlignmentResult> Run(Alignment& alignment, int threads, const CancelFlag& cancel,
                                    const OnTile& on_tile, const OnProgress& on_progress) {
  const AlignmentPlan& plan = alignment.plan();
  threads = PrepareToMultiply(std::min(threads, plan.units_at_once()));
  if (threads == 0) return NoMemoryLeft();
  Observer observer(on_tile, on_progress);
  std::optional<Reporter> reporter;
  if (on_progress) {
    try {
      reporter.emplace(plan, threads, observer);
    } catch (const std::system_error&) {
      // If there is no thread for it, the run continues without reports of progress.
    }
  }
  std::vector<SelfCheck> checks(plan.checks.size());
  const auto run = [&](const Unit& unit) -> absl::Status {
    switch (unit.kind) {
      case UnitKind::kPreparation:
        return alignment.Prepare(unit.index, cancel);
      case UnitKind::kTile: {
        absl::StatusOr<TileScores> scores = alignment.Compute(unit.index, cancel);
        if (scores.ok()) observer.AddTile(*std::move(scores));
        return scores.status();
      }
      case UnitKind::kCheck: {
        const absl::StatusOr<SelfCheck> found =
            alignment.Check(unit.index, observer.tiles(), cancel);
        if (found.ok()) checks[static_cast<std::size_t>(unit.index)] = *found;
        return found.status();
      }
    }
    return absl::OkStatus();
  };
  const std::function<absl::Status(const Unit&)> observed = [&](const Unit& unit) {
    if (reporter) reporter->Begin(unit.kind, unit.index);
    absl::Status status = run(unit);
    if (reporter && status.ok()) {
      reporter->End(unit.kind, unit.index,
                    unit.kind == UnitKind::kTile
                        ? alignment.WorkDone(unit.index)
                        : plan.works(unit.kind)[static_cast<std::size_t>(unit.index)]);
    }
    return status;
  };
  absl::Status status = Pool(alignment.units(), plan, observed).Run(threads);
  if (!status.ok()) return status;
  AlignmentResult result = alignment.Assemble(observer.tiles(), checks);
  ReadOffUncertainty(result);
  return result;
}

// Run, and once more in float64 where single precision does not serve.
absl::StatusOr<AlignmentResult> RunInPrecisionNeeded(Alignment& alignment, int threads,
                                                     const CancelFlag& cancel,
                                                     const OnTile& on_tile,
                                                     const OnProgress& on_progress) {
  absl::StatusOr<AlignmentResult> result = Run(alignment, threads, cancel, on_tile, on_progress);
  const std::optional<std::string> why = WhyDouble(result.status());
  if (!why) return result;
  const absl::StatusOr<std::unique_ptr<Alignment>> in_double = alignment.InDouble(*why);
  if (!in_double.ok()) return in_double.status();
  return Run(**in_double, threads, cancel, on_tile, on_progress);
}

}  // namespace

absl::StatusOr<AlignmentResult> RunAlignment(Alignment& alignment, int threads,
                                             const CancelFlag& cancel, const OnTile& on_tile,
                                             const OnProgress& on_progress) {
  return Fenced(
      [&] { return RunInPrecisionNeeded(alignment, threads, cancel, on_tile, on_progress); });
}

}  // namespace brainalign
