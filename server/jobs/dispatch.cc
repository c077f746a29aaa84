#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "server/jobs/job_book.h"
#include "server/logs/log_fields.h"

// Executions from the queue to the executor, and back when the server stops.

namespace brainalign {

const char JobBook::kStopped[] =
    "the server was stopped while the job ran; it continues from its finished tiles";

void JobBook::Dispatch() {
  {
    MutexLock lock(mutex_);
    dispatch_again_ = true;
    if (dispatching_) return;  // the caller checks again
    dispatching_ = true;
  }
  while (true) {
    StartOrder::Choice choice;
    {
      MutexLock lock(mutex_);
      if (dispatch_again_) choice = NextInQueue();
      dispatch_again_ = false;
      if (choice.id == 0 && choice.waiting_for_memory.empty()) {
        dispatching_ = false;
        dispatched_.notify_all();
        return;
      }
    }
    for (const std::int64_t id : choice.waiting_for_memory) {
      const Turns::Turn turn(turns_, {TurnOf(id)});
      if (LiveExecution* const live = Find(id)) MarkWaiting(*live);
    }
    if (choice.id == 0) continue;
    const LogFields fields({{"execution_id", choice.id}});
    const Turns::Turn turn(turns_, {TurnOf(choice.id)});
    LiveExecution* const live = Find(choice.id);
    // Where the store refuses one it refuses all.
    const bool go_on = live == nullptr || StartExecution(*live);
    MutexLock lock(mutex_);
    dispatch_again_ = dispatch_again_ || go_on;
  }
}

Waiting JobBook::WaitingOf(const LiveExecution& live) const {
  const Execution& execution = live.execution;
  const double left =
      1 - static_cast<double>(live.tiles.size()) / std::max(1, execution.tiles_total);
  return {.id = execution.execution_id,
          .owner = {execution.project, execution.person, execution.priority},
          .memory_bytes = execution.memory_bytes,
          .estimated_seconds = execution.estimated_seconds * left,
          // Not all executions that were running caused the crash. An execution runs alone in its
          // last attempt, so that no execution fails because of another one's crash.
          .alone = execution.crashes > 0 && execution.crashes + 1 >= settings_.max_crashes};
}

StartOrder::Choice JobBook::NextInQueue() const {
  if (stopping_ || draining_) return {};
  StartOrder::Choice choice = schedule_->Next(steady_seconds_());
  std::erase_if(choice.waiting_for_memory, [&](std::int64_t id) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const auto found = live_.find(id);
    return found == live_.end() || KnowsOfWaiting(found->second);
  });
  return choice;
}

bool JobBook::KnowsOfWaiting(const LiveExecution& live) {
  return std::all_of(live.jobs.begin(), live.jobs.end(), [](const auto& follower) {
    return follower->job().reason == JobReason::kWaitingForMemory;
  });
}

void JobBook::MarkWaiting(LiveExecution& live) {
  if (KnowsOfWaiting(live) || live.in_executor) return;
  const auto jobs = ChangeJobs(live, [](Job& job) { job.reason = JobReason::kWaitingForMemory; });
  if (absl::Status status = Apply(SaveExecution(live.execution, jobs), jobs); !status.ok()) {
    spdlog::error("execution {}: {}", live.execution.execution_id, std::string(status.message()));
  }
}

bool JobBook::StartExecution(LiveExecution& live) {
  Execution execution = live.execution;
  execution.state = JobState::kRunning;
  ++execution.attempt;
  execution.executor_handle.clear();  // of the attempt before
  const absl::Time now = clock_();
  const auto jobs = ChangeJobs(live, [&](Job& job) {
    job.state = JobState::kRunning;
    if (job.reason != JobReason::kJoined) job.reason = JobReason::kNone;
    job.message.clear();
    job.attempt = execution.attempt;
    if (job.start_time == absl::InfinitePast()) job.start_time = now;
  });
  // Durable before the work starts: a run that takes the server with it is counted.
  if (absl::Status status = Apply(SaveExecution(execution, jobs), jobs); !status.ok()) {
    spdlog::error("execution {} cannot start: {}", execution.execution_id,
                  std::string(status.message()));
    schedule_->PutBack(execution.execution_id,
                       steady_seconds_() + absl::ToDoubleSeconds(settings_.retry_delay));
    return false;
  }
  MutexLock lock(mutex_);
  live.execution = std::move(execution);
  live.run_begin_seconds = steady_seconds_();
  live.thread_seconds = 0;
  const std::int64_t id = live.execution.execution_id;
  schedule_->Start(id);
  spdlog::info("execution {} starts, attempt {}, {} of {} tiles there", id, live.execution.attempt,
               live.tiles.size(), live.execution.tiles_total);
  if (stopping_) return false;  // Stop puts it back
  live.in_executor = true;
  executor_->Start(id, live.execution.attempt);
  return true;
}

absl::Status JobBook::Requeue(LiveExecution& live, JobReason reason, const std::string& message) {
  Execution execution = live.execution;
  execution.state = JobState::kQueued;
  const auto jobs = ChangeJobs(live, [&](Job& job) {
    job.state = JobState::kQueued;
    job.reason = reason;
    job.message = message;
  });
  absl::Status status = Apply(SaveExecution(execution, jobs), jobs);
  if (!status.ok()) return status;
  MutexLock lock(mutex_);
  live.execution = std::move(execution);
  return absl::OkStatus();
}

void JobBook::TakeFromExecutor(LiveExecution& live) {
  live.in_executor = false;
  live.execution.executor_handle.clear();
  put_back_.erase(live.execution.execution_id);
}

absl::Status JobBook::PutBack(LiveExecution& live, JobReason reason, const std::string& message,
                              absl::Duration delay) {
  // Counted before any watcher is notified.
  const double not_before_seconds = steady_seconds_() + absl::ToDoubleSeconds(delay);
  if (absl::Status status = Requeue(live, reason, message); !status.ok()) return status;
  MutexLock lock(mutex_);
  TakeFromExecutor(live);
  schedule_->PutBack(live.execution.execution_id, not_before_seconds);
  return absl::OkStatus();
}

void JobBook::Tick() {
  outlook_.Refresh();
  Dispatch();
}

void JobBook::Stop() {
  std::vector<std::int64_t> ids;
  {
    MutexLock lock(mutex_);
    if (stopping_.exchange(true)) return;
    for (const auto& [id, job] : jobs_) job->Wake();
    dispatched_.wait(mutex_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !dispatching_; });
    for (const auto& [id, live] : live_) ids.push_back(id);
  }
  executor_->Detach();
  for (const std::int64_t id : ids) {
    const Turns::Turn turn(turns_, {TurnOf(id)});
    LiveExecution* const live = Find(id);
    if (live == nullptr || live->execution.state != JobState::kRunning) continue;
    // It continues in another process, and a later server can adopt it.
    if (!live->execution.executor_handle.empty()) continue;
    if (absl::Status status = Requeue(*live, JobReason::kServerRestarted, kStopped); !status.ok()) {
      spdlog::error("execution {} could not be returned to the queue; it will count as crashed: {}",
                    id, std::string(status.message()));
    }
  }
  SaveShares();
}

}  // namespace brainalign
