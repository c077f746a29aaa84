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
      const Turns::Turn turn = live_jobs_.TurnAt(id);
      if (LiveExecution* const live = live_jobs_.Find(id)) MarkWaiting(*live);
    }
    if (choice.id == 0) continue;
    const LogFields fields({{"execution_id", choice.id}});
    const Turns::Turn turn = live_jobs_.TurnAt(choice.id);
    LiveExecution* const live = live_jobs_.Find(choice.id);
    // Where the store refuses one it refuses all.
    const bool go_on = live == nullptr || StartExecution(*live);
    MutexLock lock(mutex_);
    dispatch_again_ = dispatch_again_ || go_on;
  }
}

StartOrder::Choice JobBook::NextInQueue() const {
  if (live_jobs_.is_stopping() || draining_) return {};
  StartOrder::Choice choice = schedule_->Next(steady_seconds_());
  std::erase_if(choice.waiting_for_memory, [&](std::int64_t id) {
    bool knows = false;
    const bool is_live =
        live_jobs_.Look(id, [&](const LiveExecution& live) { knows = KnowsOfWaiting(live); });
    return knows || !is_live;
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
  const auto jobs =
      LiveJobs::ChangeJobs(live, [](Job& job) { job.reason = JobReason::kWaitingForMemory; });
  if (absl::Status status = live_jobs_.Apply(SaveExecution(live.execution, jobs), jobs);
      !status.ok()) {
    spdlog::error("execution {}: {}", live.execution.execution_id, std::string(status.message()));
  }
}

bool JobBook::StartExecution(LiveExecution& live) {
  Execution execution = live.execution;
  execution.state = JobState::kRunning;
  ++execution.attempt;
  execution.executor_handle.clear();  // of the attempt before
  const absl::Time now = clock_();
  const auto jobs = LiveJobs::ChangeJobs(live, [&](Job& job) {
    job.state = JobState::kRunning;
    if (job.reason != JobReason::kJoined) job.reason = JobReason::kNone;
    job.message.clear();
    job.attempt = execution.attempt;
    if (job.start_time == absl::InfinitePast()) job.start_time = now;
  });
  // Durable before the work starts: a run that takes the server with it is counted.
  if (absl::Status status = live_jobs_.Apply(SaveExecution(execution, jobs), jobs); !status.ok()) {
    spdlog::error("execution {} cannot start: {}", execution.execution_id,
                  std::string(status.message()));
    schedule_->PutBack(execution.execution_id,
                       steady_seconds_() + absl::ToDoubleSeconds(settings_.retry_delay));
    return false;
  }
  live_jobs_.Update(live, [&](LiveExecution& changed) {
    changed.execution = std::move(execution);
    changed.run_begin_seconds = steady_seconds_();
    changed.thread_seconds = 0;
    const std::int64_t id = changed.execution.execution_id;
    schedule_->Start(id);
    spdlog::info("execution {} starts, attempt {}, {} of {} tiles there", id,
                 changed.execution.attempt, changed.tiles.size(), changed.execution.tiles_total);
    if (live_jobs_.is_stopping()) return;  // Stop puts it back
    changed.in_executor = true;
    executor_->Start(id, changed.execution.attempt);
  });
  return live.in_executor;
}

absl::Status JobBook::Requeue(LiveExecution& live, JobReason reason, const std::string& message) {
  Execution execution = live.execution;
  execution.state = JobState::kQueued;
  const auto jobs = LiveJobs::ChangeJobs(live, [&](Job& job) {
    job.state = JobState::kQueued;
    job.reason = reason;
    job.message = message;
  });
  absl::Status status = live_jobs_.Apply(SaveExecution(execution, jobs), jobs);
  if (!status.ok()) return status;
  live_jobs_.Update(live,
                    [&](LiveExecution& changed) { changed.execution = std::move(execution); });
  return absl::OkStatus();
}

void JobBook::ReturnToQueue(LiveExecution& live, double not_before_seconds) {
  live_jobs_.Update(live, [&](LiveExecution& changed) {
    changed.LeaveExecutor();
    schedule_->PutBack(changed.execution.execution_id, not_before_seconds);
  });
}

absl::Status JobBook::PutBack(LiveExecution& live, JobReason reason, const std::string& message,
                              absl::Duration delay) {
  // Counted before any watcher is notified.
  const double not_before_seconds = steady_seconds_() + absl::ToDoubleSeconds(delay);
  if (absl::Status status = Requeue(live, reason, message); !status.ok()) return status;
  ReturnToQueue(live, not_before_seconds);
  return absl::OkStatus();
}

void JobBook::Tick() {
  outlook_.Refresh();
  Dispatch();
}

void JobBook::Stop() {
  if (!live_jobs_.Stop()) return;
  {
    MutexLock lock(mutex_);
    dispatched_.wait(mutex_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !dispatching_; });
  }
  std::vector<std::int64_t> ids;
  live_jobs_.Visit(0, [&](const LiveExecution& live) {
    ids.push_back(live.execution.execution_id);
    return true;
  });
  executor_->Detach();
  for (const std::int64_t id : ids) {
    const Turns::Turn turn = live_jobs_.TurnAt(id);
    LiveExecution* const live = live_jobs_.Find(id);
    if (live == nullptr || live->execution.state != JobState::kRunning) continue;
    // It continues in another process, and a later server can adopt it.
    if (!live->execution.executor_handle.empty()) continue;
    if (absl::Status status = Requeue(*live, JobReason::kServerRestarted, kStopped); !status.ok()) {
      spdlog::error("execution {} could not be returned to the queue; it will count as crashed: {}",
                    id, std::string(status.message()));
    }
  }
  shares_.Save();
}

}  // namespace brainalign
