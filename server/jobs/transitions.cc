#include "server/jobs/transitions.h"

#include <spdlog/spdlog.h>

#include <utility>
#include <vector>

#include "server/logs/log_fields.h"
#include "server/store/changes.h"

namespace brainalign {

const char Transitions::kStopped[] =
    "the server was stopped while the job ran; it continues from its finished tiles";

Transitions::Transitions(const JobSettings& settings, Clock clock, SteadyClock steady_clock,
                         const Parts& parts)
    : retry_delay_(settings.retry_delay),
      clock_(std::move(clock)),
      steady_seconds_(std::move(steady_clock)),
      store_(parts.store),
      schedule_(parts.schedule),
      executor_(parts.executor),
      admission_(parts.admission),
      live_jobs_(parts.live_jobs) {}

void Transitions::MarkWaiting(const LiveExecution& live) {
  if (KnowsOfWaiting(live) || live.in_executor) return;
  const auto jobs = ChangeJobs(live, [](Job& job) { job.reason = JobReason::kWaitingForMemory; });
  if (absl::Status status = live_jobs_->Apply(SaveExecution(live.execution, jobs), jobs);
      !status.ok()) {
    spdlog::error("execution {}: {}", live.execution.execution_id, std::string(status.message()));
  }
}

bool Transitions::Start(const LiveExecution& live) {
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
  if (absl::Status status = live_jobs_->Apply(SaveExecution(execution, jobs), jobs); !status.ok()) {
    spdlog::error("execution {} cannot start: {}", execution.execution_id,
                  std::string(status.message()));
    schedule_->PutBack(execution.execution_id,
                       steady_seconds_() + absl::ToDoubleSeconds(retry_delay_));
    return false;
  }
  live_jobs_->Update(live, [&](LiveExecution& changed) {
    changed.execution = std::move(execution);
    changed.run_begin_seconds = steady_seconds_();
    changed.thread_seconds = 0;
    const std::int64_t id = changed.execution.execution_id;
    schedule_->Start(id);
    spdlog::info("execution {} starts, attempt {}, {} of {} tiles there", id,
                 changed.execution.attempt, changed.tiles.size(), changed.execution.tiles_total);
    if (live_jobs_->is_stopping()) return;  // Stop puts it back
    changed.in_executor = true;
    executor_->Start(id, changed.execution.attempt);
  });
  return live.in_executor;
}

absl::Status Transitions::Requeue(const LiveExecution& live, JobReason reason,
                                  const std::string& message) {
  Execution execution = live.execution;
  execution.state = JobState::kQueued;
  const auto jobs = ChangeJobs(live, [&](Job& job) {
    job.state = JobState::kQueued;
    job.reason = reason;
    job.message = message;
  });
  absl::Status status = live_jobs_->Apply(SaveExecution(execution, jobs), jobs);
  if (!status.ok()) return status;
  live_jobs_->Update(live,
                     [&](LiveExecution& changed) { changed.execution = std::move(execution); });
  return absl::OkStatus();
}

void Transitions::ReturnToQueue(const LiveExecution& live, double not_before_seconds) {
  live_jobs_->Update(live, [&](LiveExecution& changed) {
    changed.LeaveExecutor();
    schedule_->PutBack(changed.execution.execution_id, not_before_seconds);
  });
}

absl::Status Transitions::PutBack(const LiveExecution& live, JobReason reason,
                                  const std::string& message, absl::Duration delay) {
  // Counted before any watcher is notified.
  const double not_before_seconds = steady_seconds_() + absl::ToDoubleSeconds(delay);
  if (absl::Status status = Requeue(live, reason, message); !status.ok()) return status;
  ReturnToQueue(live, not_before_seconds);
  return absl::OkStatus();
}

void Transitions::TryAgain(const LiveExecution& live) {
  ReturnToQueue(live, steady_seconds_() + absl::ToDoubleSeconds(retry_delay_));
}

absl::Status Transitions::Finish(const LiveExecution& live, const AlignmentResult& result) {
  Execution execution = live.execution;
  execution.state = JobState::kSucceeded;
  const absl::Time now = clock_();
  execution.compute_seconds += steady_seconds_() - live.run_begin_seconds;
  const auto jobs = ChangeJobs(live, [&](Job& job) {
    job.state = JobState::kSucceeded;
    job.reason = JobReason::kNone;
    job.end_time = now;
  });
  absl::Status status = live_jobs_->Apply(
      FinishExecution(execution, result, jobs, executor_->SaveRates(), now), jobs);
  if (!status.ok()) return status;
  admission_->AddCharge({execution.project, now, execution.cpu_seconds});
  spdlog::info("execution {} succeeded after {:.1f} s of computing", execution.execution_id,
               execution.compute_seconds);
  live_jobs_->Forget(execution.execution_id);
  return absl::OkStatus();
}

absl::Status Transitions::Fail(const LiveExecution& live, JobReason reason,
                               const std::string& message) {
  Execution execution = live.execution;
  execution.state = JobState::kFailed;
  const absl::Time now = clock_();
  const auto jobs = ChangeJobs(live, [&](Job& job) {
    job.state = JobState::kFailed;
    job.reason = reason;
    job.message = message;
    job.end_time = now;
  });
  absl::Status status = live_jobs_->Apply(SaveExecution(execution, jobs), jobs);
  if (!status.ok()) return status;
  spdlog::warn("execution {} failed: {}", execution.execution_id, message);
  live_jobs_->Forget(execution.execution_id);
  return absl::OkStatus();
}

absl::StatusOr<Job> Transitions::Cancel(const LiveExecution& live,
                                        const std::shared_ptr<LiveJob>& follower) {
  JobChange change;
  change.job = follower->job();
  change.before = change.job.state;
  change.job.state = JobState::kCancelled;
  change.job.reason = JobReason::kCancelledByClient;
  change.job.message.clear();
  change.job.end_time = clock_();
  ++change.job.sequence;
  change.events.push_back({change.job.sequence, change.job});
  const bool last = live.jobs.size() == 1;
  Execution execution = live.execution;
  if (last) execution.state = JobState::kCancelled;
  absl::Status status =
      live_jobs_->Apply(last ? SaveExecution(execution, {change}) : CancelJob(change), {change});
  if (!status.ok()) return status;
  const LogFields fields({{"job_id", change.job.job_id}, {"execution_id", execution.execution_id}});
  spdlog::info("job {} was cancelled", change.job.job_id);
  if (!last) {
    live_jobs_->Leave(live, follower);
    return change.job;
  }
  if (live.in_executor) executor_->Cancel(execution.execution_id);
  live_jobs_->Forget(execution.execution_id);
  return change.job;
}

}  // namespace brainalign
