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

const Work& WorkOf(const Alignment& alignment, LocalPhase phase, int index) {
  return alignment.plan().works(KindOf(phase))[static_cast<std::size_t>(index)];
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
  return brainalign::EstimateSeconds(plan, rates_, capacity_.threads);
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

bool LocalExecutor::Take(bool spare, Unit& unit) {
  if (spare && free_threads_ > 0) return false;
  // What only needs to be brought to its end goes first: it is short, and gives
  // memory back.
  for (std::size_t at = 0; at < runs_.size(); ++at) {
    if (runs_[at]->phase != LocalPhase::kEnd || !TakeFrom(*runs_[at], unit)) continue;
    unit.run = runs_[at];
    if (unit.phase == LocalPhase::kEnd)
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
  const bool ending = run.phase == LocalPhase::kEnd;
  if (!ending && (!run.error.ok() || run.cancel || run.in_flight >= run.AtOnce())) return false;
  if (run.next >= run.Count()) return false;
  unit.phase = run.phase;
  unit.index =
      run.phase == LocalPhase::kCompute ? run.todo[static_cast<std::size_t>(run.next)] : run.next;
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
    // A job too big for the machine must not take the server with it.
    absl::Status status = Fenced([&] { return Do(unit); });
    mutex_.lock();
    End(unit, std::move(status));
  }
  mutex_.unlock();
}

}  // namespace brainalign
