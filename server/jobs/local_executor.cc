#include "server/jobs/local_executor.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <utility>

#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

// In order. An execution is in one phase at a time; only in kPrepare and kCompute
// may several units of it run at once.
enum class Phase { kOpen, kPrepare, kCompute, kAssemble, kEnd };

// What counts as work done.
bool IsWork(Phase phase) { return phase == Phase::kPrepare || phase == Phase::kCompute; }

using Moment = std::chrono::steady_clock::time_point;

Moment Now() { return std::chrono::steady_clock::now(); }

double SecondsSince(Moment moment) { return std::chrono::duration<double>(Now() - moment).count(); }

}  // namespace

// Guarded by the executor's mutex, except where said.
struct LocalExecutor::Run {
  std::int64_t execution_id = 0;
  int max_units = 1;
  Moment begin = Now();
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
  int units_total = 0;
  int units_done = 0;
  int units_done_before = 0;  // in earlier attempts
  // When each unit under way began, and how long the finished ones of the phase took.
  std::vector<Moment> began;
  double phase_seconds = 0;

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
    phase_seconds = 0;
  }
  // Units done, with a guess for those under way: as long as the others of the phase
  // took, and never quite done.
  double UnitsDone() const {
    constexpr double kAlmostDone = 0.95;
    double units = units_done;
    if (done == 0 || phase_seconds <= 0) return units;
    for (const Moment start : began) {
      units += std::min(kAlmostDone, SecondsSince(start) * done / phase_seconds);
    }
    return units;
  }
};

struct LocalExecutor::Unit {
  std::shared_ptr<Run> run;
  Phase phase = Phase::kOpen;
  int index = 0;
  Moment began;
};

LocalExecutor::LocalExecutor(int threads, ExecutionHost* host) : host_(host) {
  threads_.reserve(static_cast<std::size_t>(threads));
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

LocalExecutor::~LocalExecutor() { Stop(); }

void LocalExecutor::Start(std::int64_t execution_id, int max_units) {
  auto run = std::make_shared<Run>();
  run->execution_id = execution_id;
  run->max_units = max_units;
  MutexLock lock(mutex_);
  runs_.push_back(std::move(run));
  work_.notify_one();
}

void LocalExecutor::Cancel(std::int64_t execution_id) {
  MutexLock lock(mutex_);
  if (const std::shared_ptr<Run> run = Find(execution_id)) {
    run->cancel = true;
    run->Advance();
    work_.notify_one();
  }
}

ExecutionProgress LocalExecutor::Progress(std::int64_t execution_id) const {
  MutexLock lock(mutex_);
  ExecutionProgress progress;
  const std::shared_ptr<Run> run = Find(execution_id);
  if (run == nullptr || run->units_total == 0) return progress;
  progress.share = run->UnitsDone() / run->units_total;
  progress.share_at_start = static_cast<double>(run->units_done_before) / run->units_total;
  progress.seconds = SecondsSince(run->begin);
  return progress;
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

bool LocalExecutor::Take(Unit& unit) {
  // What only needs to be brought to its end goes first: it is short, and gives
  // memory back.
  for (std::size_t at = 0; at < runs_.size(); ++at) {
    if (runs_[at]->phase < Phase::kAssemble || !TakeFrom(*runs_[at], unit)) continue;
    unit.run = runs_[at];
    if (unit.phase == Phase::kEnd) runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(at));
    return true;
  }
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    const std::size_t at = (turn_ + i) % runs_.size();
    if (!TakeFrom(*runs_[at], unit)) continue;
    unit.run = runs_[at];
    turn_ = at + 1;
    return true;
  }
  return false;
}

bool LocalExecutor::TakeFrom(Run& run, Unit& unit) const {
  const bool ending = run.phase == Phase::kEnd;
  if (!ending && (!run.error.ok() || run.cancel || run.in_flight >= run.max_units)) return false;
  if (run.next >= run.Count()) return false;
  unit.phase = run.phase;
  unit.index = run.next++;
  unit.began = Now();
  ++run.in_flight;
  if (IsWork(unit.phase)) run.began.push_back(unit.began);
  return true;
}

void LocalExecutor::Work() {
  mutex_.lock();
  while (!stopping_) {
    Unit unit;
    if (!Take(unit)) {
      work_.wait(mutex_);
      continue;
    }
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
    Run& run = *unit.run;
    --run.in_flight;
    ++run.done;
    if (IsWork(unit.phase)) {
      ++run.units_done;
      run.phase_seconds += SecondsSince(unit.began);
      run.began.erase(std::find(run.began.begin(), run.began.end(), unit.began));
    }
    if (!status.ok() && run.error.ok()) run.error = std::move(status);
    run.Advance();
    work_.notify_all();
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
  run.units_total = run.alignment->preparation_count() + tile_count;
  run.units_done_before = run.units_done = static_cast<int>(run.tiles.size());
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
      auto tile =
          run.alignment->Compute(run.todo[static_cast<std::size_t>(unit.index)], run.cancel);
      if (!tile.ok()) return tile.status();
      if (absl::Status status = host_->OnTile(run.execution_id, *tile); !status.ok()) return status;
      MutexLock lock(mutex_);
      run.tiles.push_back(*std::move(tile));
      return absl::OkStatus();
    }
    case Phase::kAssemble:
      // Alone in its phase: nobody else touches the tiles.
      run.result = run.alignment->Assemble(run.tiles);
      return absl::OkStatus();
    case Phase::kEnd: {
      absl::StatusOr<AlignmentResult> result = std::move(run.result);
      if (!run.error.ok()) {
        result = run.error;
      } else if (run.cancel) {
        result = absl::CancelledError("the execution was cancelled");
      }
      // Its memory is free again by the time the host hears of it.
      run.alignment.reset();
      host_->OnEnd(run.execution_id, std::move(result));
      return absl::OkStatus();
    }
  }
  return absl::OkStatus();
}

}  // namespace brainalign
