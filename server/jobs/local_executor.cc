#include "server/jobs/local_executor.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <limits>
#include <map>
#include <new>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/planning/work_progress.h"
#include "server/observe/log_fields.h"
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

const Work& WorkOf(const Alignment& alignment, Phase phase, int index) {
  const AlignmentPlan& plan = alignment.plan();
  const auto at = static_cast<std::size_t>(index);
  return phase == Phase::kPrepare ? plan.preparations[at] : plan.tiles[at];
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
  // Units under way, by number.
  struct InFlight {
    double began_seconds = 0;
    double charged_seconds = 0;
  };
  std::map<std::int64_t, InFlight> under_way;
  std::int64_t last_unit = 0;
  double used_seconds = 0;  // of threads, by finished units

  double UsedSeconds(double now_seconds) const {
    double seconds = used_seconds;
    for (const auto& [number, unit] : under_way) seconds += now_seconds - unit.began_seconds;
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
  int index = 0;            // of the preparation or tile
  std::int64_t number = 0;  // among the run's
};

LocalExecutor::LocalExecutor(int threads, ExecutionHost* host, Schedule* schedule, WorkRates rates,
                             SecondsClock clock)
    : thread_count_(threads),
      host_(host),
      schedule_(schedule),
      clock_(std::move(clock)),
      free_threads_(threads),
      rates_(std::move(rates)),
      totals_({{"open"}, {"preparation"}, {"tile"}, {"assembly"}}) {
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
  progress.remaining_seconds = run->progress->RemainingSeconds(now, thread_count_);
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

std::vector<PhaseTotals> LocalExecutor::Totals() const {
  MutexLock lock(mutex_);
  return totals_;
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
  ChargeOverrun();
  std::vector<std::int64_t> ids;
  for (const auto& run : runs_) {
    if (!spare || run->in_flight == 0) ids.push_back(run->execution_id);
  }
  std::vector<std::int64_t> asked;
  for (const std::int64_t id : schedule_->InTurn(std::move(ids))) {
    unit.run = Find(id);
    if (TakeFrom(*unit.run, unit)) {
      schedule_->PassOver(asked, id);
      return true;
    }
    asked.push_back(id);
  }
  return false;
}

void LocalExecutor::ChargeOverrun() {
  const double now = clock_();
  for (const auto& run : runs_) {
    for (auto& [number, unit] : run->under_way) {
      const double over = now - unit.began_seconds - unit.charged_seconds;
      if (over <= 0) continue;
      schedule_->Charge(run->execution_id, over);
      unit.charged_seconds += over;
    }
  }
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
  unit.number = ++run.last_unit;
  Run::InFlight& under_way = run.under_way[unit.number];
  under_way.began_seconds = clock_();
  if (IsWork(unit.phase)) {
    under_way.charged_seconds = rates_.Seconds(WorkOf(*run.alignment, unit.phase, unit.index));
    schedule_->Charge(run.execution_id, under_way.charged_seconds);
    run.progress->Begin(KindOf(unit.phase), unit.index, under_way.began_seconds);
  }
  return true;
}

void LocalExecutor::End(Unit& unit, absl::Status status) {
  Run& run = *unit.run;
  --run.in_flight;
  ++run.done;
  const Run::InFlight under_way = run.under_way.at(unit.number);
  run.under_way.erase(unit.number);
  const double took_seconds = clock_() - under_way.began_seconds;
  run.used_seconds += took_seconds;
  schedule_->Charge(run.execution_id, took_seconds - under_way.charged_seconds);
  if (const auto phase = static_cast<std::size_t>(unit.phase); phase < totals_.size()) {
    ++totals_[phase].units;
    totals_[phase].seconds += took_seconds;
  }
  if (IsWork(unit.phase) && status.ok()) {
    const UnitKind kind = KindOf(unit.phase);
    const Work work = kind == UnitKind::kTile ? run.alignment->WorkDone(unit.index)
                                              : WorkOf(*run.alignment, unit.phase, unit.index);
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
        const LogFields fields({{"execution_id", run.execution_id}});
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
