#include "server/jobs/local_executor.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/fence.h"
#include "core/start_thread.h"
#include "server/jobs/local_run.h"
#include "server/runtime/thread_priority.h"

namespace brainalign {
namespace {

const Work& WorkOf(const Alignment& alignment, const Unit& unit) {
  return alignment.plan().works(unit.kind)[static_cast<std::size_t>(unit.index)];
}

}  // namespace

LocalExecutor::LocalExecutor(const ExecutorCapacity& capacity, OpenAlignment open, WorkRates rates,
                             SteadyClock clock)
    : capacity_(capacity),
      open_(std::move(open)),
      clock_(std::move(clock)),
      free_threads_(capacity.threads),
      rates_(std::move(rates)),
      totals_({{"open"}, {"preparation"}, {"tile"}, {"check"}}) {}

absl::StatusOr<std::unique_ptr<LocalExecutor>> LocalExecutor::Make(const JobSettings& settings,
                                                                   const Store& store,
                                                                   const Alignments* alignments) {
  auto learned = store.ReadWorkRates();
  if (!learned.ok()) return learned.status();
  WorkRates rates = WorkRates::Calibrate();
  rates.Restore(*learned);
  const ExecutorCapacity capacity = {.threads = settings.threads,
                                     .memory_bytes = settings.memory_budget_bytes,
                                     .executions = settings.max_running_executions};
  return std::make_unique<LocalExecutor>(
      capacity,
      [alignments](const ExecutionDescription& description, const CancelCheck& is_cancelled) {
        return alignments->MakeToRun(description, is_cancelled);
      },
      std::move(rates), SteadySeconds());
}

absl::Status LocalExecutor::Attach(ExecutionHost* host, Schedule* schedule) {
  host_ = host;
  schedule_ = schedule;
  for (int i = 0; i <= capacity_.threads; ++i) {
    auto thread = StartThread(
        absl::StrCat("to compute (of --threads ", capacity_.threads, ")"),
        [this, spare = i == capacity_.threads](const std::stop_token&) { Serve(spare); });
    if (!thread.ok()) {
      Detach();
      return thread.status();
    }
    threads_.push_back(*std::move(thread));
  }
  return absl::OkStatus();
}

LocalExecutor::~LocalExecutor() { Detach(); }

void LocalExecutor::Start(std::int64_t execution_id, int attempt) {
  auto run = std::make_shared<Run>();
  run->execution_id = execution_id;
  run->attempt = attempt;
  MutexLock lock(mutex_);
  runs_.push_back(std::move(run));
  work_.notify_all();
}

absl::Status LocalExecutor::Adopt(std::int64_t execution_id, int /*attempt*/,
                                  const std::string& /*handle*/) {
  return absl::NotFoundError(
      absl::StrCat("execution ", execution_id, " ran in another process, which has ended"));
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
  progress.remaining_seconds = run->progress->RemainingSeconds(now, capacity_.threads);
  return progress;
}

double LocalExecutor::EstimateSeconds(const AlignmentPlan& plan) const {
  MutexLock lock(mutex_);
  const double now = clock_();
  Pace measured;
  for (const auto& run : runs_) {
    if (run->progress) measured += run->progress->Measured(now, rates_);
  }
  return brainalign::EstimateSeconds(plan, rates_, capacity_.threads, measured);
}

std::string LocalExecutor::SaveRates() const {
  MutexLock lock(mutex_);
  return rates_.Save();
}

std::vector<PhaseTotals> LocalExecutor::Totals() const {
  MutexLock lock(mutex_);
  return totals_;
}

void LocalExecutor::Detach() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    for (const auto& run : runs_) run->cancel = true;
    work_.notify_all();
  }
  threads_.clear();  // joins them
}

std::shared_ptr<LocalExecutor::Run> LocalExecutor::Find(std::int64_t execution_id) const {
  for (const auto& run : runs_) {
    if (run->execution_id == execution_id) return run;
  }
  return nullptr;
}

bool LocalExecutor::Take(bool spare, Task& task) {
  if (spare && free_threads_ > 0) return false;
  // What only needs to be brought to its end goes first: it is short, and gives
  // memory back.
  for (std::size_t at = 0; at < runs_.size(); ++at) {
    if (runs_[at]->phase != LocalPhase::kEnd || !TakeFrom(runs_[at], task)) continue;
    runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(at));
    return true;
  }
  ChargeOverrun();
  std::vector<std::int64_t> ids;
  for (const auto& run : runs_) {
    if (!spare || run->in_flight == 0) ids.push_back(run->execution_id);
  }
  std::vector<std::int64_t> asked;
  for (const std::int64_t id : schedule_->InTurn(std::move(ids))) {
    if (TakeFrom(Find(id), task)) {
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
    for (auto& [number, task] : run->under_way) {
      const double over = now - task.began_seconds - task.charged_seconds;
      if (over <= 0) continue;
      schedule_->Charge(run->execution_id, over);
      task.charged_seconds += over;
    }
  }
}

bool LocalExecutor::TakeFrom(const std::shared_ptr<Run>& run, Task& task) const {
  if (run->phase == LocalPhase::kUnits) {
    if (!run->error.ok() || run->cancel) return false;
    const std::optional<int> unit = run->order->Take();
    if (!unit) return false;
    task.unit = *unit;
  } else {
    if (run->has_begun) return false;
    run->has_begun = true;
  }
  task.run = run;
  task.phase = run->phase;
  task.number = ++run->last_task;
  ++run->in_flight;
  Run::InFlight& under_way = run->under_way[task.number];
  under_way.began_seconds = clock_();
  if (task.phase == LocalPhase::kUnits) {
    const Unit& unit = task.in_graph();
    under_way.charged_seconds = rates_.Seconds(WorkOf(*run->alignment, unit));
    schedule_->Charge(run->execution_id, under_way.charged_seconds);
    run->progress->Begin(unit.kind, unit.index, under_way.began_seconds);
  }
  return true;
}

void LocalExecutor::End(const Task& task, absl::Status status) {
  Run& run = *task.run;
  --run.in_flight;
  const Run::InFlight under_way = run.under_way.at(task.number);
  run.under_way.erase(task.number);
  const double took_seconds = clock_() - under_way.began_seconds;
  run.used_seconds += took_seconds;
  schedule_->Charge(run.execution_id, took_seconds - under_way.charged_seconds);
  const auto count = [&](std::size_t phase) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    ++totals_[phase].units;
    totals_[phase].seconds += took_seconds;
  };
  if (task.phase == LocalPhase::kOpen) count(0);
  if (task.phase == LocalPhase::kUnits) {
    const Unit& unit = task.in_graph();
    count(1 + static_cast<std::size_t>(unit.kind));
    run.order->End(task.unit);
    if (status.ok()) {
      const Work work = unit.kind == UnitKind::kTile ? run.alignment->WorkDone(unit.index)
                                                     : WorkOf(*run.alignment, unit);
      rates_.Learn(work, run.progress->End(unit.kind, unit.index, clock_()));
    }
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
    Task task;
    if (!Take(spare, task)) {
      if (!spare) ++free_threads_;
      work_.wait(mutex_);
      if (!spare) --free_threads_;
      continue;
    }
    // Another thread may have a task only now.
    work_.notify_all();
    mutex_.unlock();
    // A job too big for the machine must not take the server with it.
    absl::Status status = Fenced([&] { return Do(task); });
    mutex_.lock();
    End(task, std::move(status));
  }
  mutex_.unlock();
}

}  // namespace brainalign
