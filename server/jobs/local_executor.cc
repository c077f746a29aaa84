#include "server/jobs/local_executor.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <limits>
#include <new>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/align/work_progress.h"
#include "server/thread_priority.h"

namespace brainalign {
namespace {

// In order. An execution is in one phase at a time; only in kPrepare and kCompute
// may several units of it run at once.
enum class Phase { kOpen, kPrepare, kCompute, kAssemble, kEnd };

// What counts as work done.
bool IsWork(Phase phase) { return phase == Phase::kPrepare || phase == Phase::kCompute; }

UnitKind KindOf(Phase phase) {
  return phase == Phase::kPrepare ? UnitKind::kPreparation : UnitKind::kTile;
}

}  // namespace

// Guarded by the executor's mutex, except where said.
struct LocalExecutor::Run {
  std::int64_t execution_id = 0;
  CancelFlag cancel{false};  // atomic

  Phase phase = Phase::kOpen;
  int in_flight = 0;
  int next = 0;  // next unit of the phase
  int done = 0;  // finished units of the phase
  absl::Status error;

  // Set while opening, by the one thread that does so; then fixed.
  std::unique_ptr<Alignment> alignment;
  std::vector<int> todo;  // tiles to compute

  std::vector<TileScores> tiles;
  // Set while assembling, by the one thread that does so.
  absl::StatusOr<AlignmentResult> result = absl::UnknownError("not assembled");
  std::optional<WorkProgress> progress;  // once it is open
  // Time of threads: what finished units took, and when those under way began.
  double used_seconds = 0;
  std::vector<double> began_seconds;

  double UsedSeconds(double now_seconds) const {
    double seconds = used_seconds;
    for (const double began : began_seconds) seconds += now_seconds - began;
    return seconds;
  }

  // Units in the present phase.
  int Count() const {
    switch (phase) {
      case Phase::kPrepare:
        return alignment->preparation_count();
      case Phase::kCompute:
        return static_cast<int>(todo.size());
      default:
        return 1;
    }
  }
  // Units of the present phase that may run at a time.
  int AtOnce() const {
    switch (phase) {
      case Phase::kPrepare:
        return alignment->plan().preparations_at_once;
      case Phase::kCompute:
        return alignment->plan().tiles_at_once;
      default:
        return 1;
    }
  }
  // Moves on when a phase is done. A failure goes straight to the end, once
  // nothing of the run is under way.
  void Advance() {
    if ((!error.ok() || cancel) && phase != Phase::kEnd) {
      if (in_flight == 0) Enter(Phase::kEnd);
      return;
    }
    while (phase != Phase::kEnd && done == Count()) {
      Enter(static_cast<Phase>(static_cast<int>(phase) + 1));
    }
  }
  void Enter(Phase entered) {
    phase = entered;
    next = 0;
    done = 0;
  }
};

struct LocalExecutor::Unit {
  std::shared_ptr<Run> run;
  Phase phase = Phase::kOpen;
  int index = 0;  // of the preparation or tile
  double began_seconds = 0;
};

LocalExecutor::LocalExecutor(int threads, ExecutionHost* host, WorkRates rates, SecondsClock clock)
    : thread_count_(threads),
      host_(host),
      clock_(std::move(clock)),
      free_threads_(threads),
      rates_(std::move(rates)) {
  threads_.reserve(static_cast<std::size_t>(threads) + 1);
  for (int i = 0; i <= threads; ++i) {
    threads_.emplace_back([this, spare = i == threads] { Serve(spare); });
  }
}

LocalExecutor::~LocalExecutor() { Stop(); }

void LocalExecutor::Start(std::int64_t execution_id) {
  auto run = std::make_shared<Run>();
  run->execution_id = execution_id;
  MutexLock lock(mutex_);
  // It has no claim on the time before it came.
  const double now = clock_();
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    const double used = runs_[i]->UsedSeconds(now);
    run->used_seconds = i == 0 ? used : std::min(run->used_seconds, used);
  }
  runs_.push_back(std::move(run));
  work_.notify_all();
}

void LocalExecutor::Cancel(std::int64_t execution_id) {
  MutexLock lock(mutex_);
  if (const std::shared_ptr<Run> run = Find(execution_id)) {
    run->cancel = true;
    run->Advance();
    work_.notify_all();
  }
}

ExecutionProgress LocalExecutor::Progress(std::int64_t execution_id) const {
  MutexLock lock(mutex_);
  ExecutionProgress progress;
  progress.remaining_seconds = std::numeric_limits<double>::quiet_NaN();
  const std::shared_ptr<Run> run = Find(execution_id);
  if (run == nullptr || !run->progress) return progress;
  const double now = clock_();
  progress.thread_seconds = run->UsedSeconds(now);
  progress.share = run->progress->Share(now);
  progress.remaining_seconds =
      run->progress->RemainingSeconds(now, thread_count_ / static_cast<double>(runs_.size()));
  return progress;
}

double LocalExecutor::EstimateSeconds(const AlignmentPlan& plan) const {
  MutexLock lock(mutex_);
  return brainalign::EstimateSeconds(plan, rates_, thread_count_);
}

std::string LocalExecutor::SaveRates() const {
  MutexLock lock(mutex_);
  return rates_.Save();
}

void LocalExecutor::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    for (const auto& run : runs_) run->cancel = true;
    work_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::shared_ptr<LocalExecutor::Run> LocalExecutor::Find(std::int64_t execution_id) const {
  for (const auto& run : runs_) {
    if (run->execution_id == execution_id) return run;
  }
  return nullptr;
}

bool LocalExecutor::Take(bool spare, Unit& unit) {
  if (spare && free_threads_ > 0) return false;
  // What only needs to be brought to its end goes first: it is short, and gives
  // memory back.
  for (std::size_t at = 0; at < runs_.size(); ++at) {
    if (runs_[at]->phase < Phase::kAssemble || !TakeFrom(*runs_[at], unit)) continue;
    unit.run = runs_[at];
    if (unit.phase == Phase::kEnd) runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(at));
    return true;
  }
  const double now = clock_();
  std::vector<std::pair<double, std::shared_ptr<Run>>> in_turn;
  for (const auto& run : runs_) {
    if (!spare || run->in_flight == 0) in_turn.emplace_back(run->UsedSeconds(now), run);
  }
  std::stable_sort(in_turn.begin(), in_turn.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [used, run] : in_turn) {
    if (!TakeFrom(*run, unit)) continue;
    unit.run = run;
    return true;
  }
  return false;
}

bool LocalExecutor::TakeFrom(Run& run, Unit& unit) const {
  const bool ending = run.phase == Phase::kEnd;
  if (!ending && (!run.error.ok() || run.cancel || run.in_flight >= run.AtOnce())) return false;
  if (run.next >= run.Count()) return false;
  unit.phase = run.phase;
  unit.index =
      run.phase == Phase::kCompute ? run.todo[static_cast<std::size_t>(run.next)] : run.next;
  ++run.next;
  ++run.in_flight;
  unit.began_seconds = clock_();
  run.began_seconds.push_back(unit.began_seconds);
  if (IsWork(unit.phase)) run.progress->Begin(KindOf(unit.phase), unit.index, unit.began_seconds);
  return true;
}

void LocalExecutor::End(Unit& unit, absl::Status status) {
  Run& run = *unit.run;
  --run.in_flight;
  ++run.done;
  run.used_seconds += clock_() - unit.began_seconds;
  run.began_seconds.erase(
      std::find(run.began_seconds.begin(), run.began_seconds.end(), unit.began_seconds));
  if (IsWork(unit.phase) && status.ok()) {
    const UnitKind kind = KindOf(unit.phase);
    const Work work =
        kind == UnitKind::kTile
            ? run.alignment->WorkDone(unit.index)
            : run.alignment->plan().preparations[static_cast<std::size_t>(unit.index)];
    rates_.Learn(work, run.progress->End(kind, unit.index, clock_()));
  }
  if (!status.ok() && run.error.ok()) run.error = std::move(status);
  run.Advance();
  work_.notify_all();
}

void LocalExecutor::Serve(bool spare) {
  StandBack();
  mutex_.lock();
  if (!spare) --free_threads_;  // until here it was free: it would have come
  while (!stopping_) {
    Unit unit;
    if (!Take(spare, unit)) {
      if (!spare) ++free_threads_;
      work_.wait(mutex_);
      if (!spare) --free_threads_;
      continue;
    }
    // Who is left over may have something to do only now.
    work_.notify_all();
    mutex_.unlock();
    absl::Status status;
    // The one fence against what libraries throw, which is bad_alloc: a job too big
    // for the machine must not take the server with it.
    try {
      status = Do(unit);
    } catch (const std::bad_alloc&) {
      status = absl::ResourceExhaustedError("the machine has no memory left for this alignment");
    } catch (const std::exception& error) {
      status = absl::InternalError(absl::StrCat("the computation failed: ", error.what()));
    }
    mutex_.lock();
    End(unit, std::move(status));
  }
  mutex_.unlock();
}

absl::Status LocalExecutor::Open(Run& run) {
  auto opened = host_->OpenExecution(run.execution_id);
  if (!opened.ok()) return opened.status();
  const auto tile_count = static_cast<int>(opened->alignment->tiles().size());
  std::vector<bool> finished(static_cast<std::size_t>(tile_count));
  for (const TileScores& tile : opened->finished) {
    finished[static_cast<std::size_t>(tile.index)] = true;
  }
  MutexLock lock(mutex_);
  run.alignment = std::move(opened->alignment);
  run.tiles = std::move(opened->finished);
  for (int i = 0; i < tile_count; ++i) {
    if (!finished[static_cast<std::size_t>(i)]) run.todo.push_back(i);
  }
  run.progress.emplace(run.alignment->plan(), &rates_);
  for (const TileScores& tile : run.tiles) run.progress->Skip(tile.index);
  return absl::OkStatus();
}

absl::Status LocalExecutor::Do(Unit& unit) {
  Run& run = *unit.run;
  switch (unit.phase) {
    case Phase::kOpen:
      return Open(run);
    case Phase::kPrepare:
      return run.alignment->Prepare(unit.index, run.cancel);
    case Phase::kCompute: {
      auto tile = run.alignment->Compute(unit.index, run.cancel);
      if (!tile.ok()) return tile.status();
      if (absl::Status status = host_->OnTile(run.execution_id, *tile); !status.ok()) return status;
      MutexLock lock(mutex_);
      run.tiles.push_back(*std::move(tile));
      return absl::OkStatus();
    }
    case Phase::kAssemble:
      // Alone in its phase: nobody else touches the tiles.
      run.result = run.alignment->Assemble(run.tiles);
      if (const BrainReuse reuse = run.alignment->brain_reuse(); reuse.has_cache) {
        spdlog::info("execution {}: the brain side of {} of {} times was kept from earlier ones",
                     run.execution_id, reuse.times, run.alignment->time_count());
      }
      return absl::OkStatus();
    case Phase::kEnd: {
      absl::StatusOr<AlignmentResult> result = std::move(run.result);
      if (!run.error.ok()) {
        result = run.error;
      } else if (run.cancel) {
        result = absl::CancelledError("the execution was cancelled");
      }
      // Its memory is free again by the time the host hears of it.
      run.progress.reset();  // it reads the plan
      run.alignment.reset();
      host_->OnEnd(run.execution_id, std::move(result));
      return absl::OkStatus();
    }
  }
  return absl::OkStatus();
}

}  // namespace brainalign
