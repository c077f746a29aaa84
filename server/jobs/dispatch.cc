#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "server/jobs/job_book.h"

// Executions from the queue to the executor, and back when the server stops.

namespace brainalign {

void JobBook::Dispatch() {
  {
    MutexLock lock(mutex_);
    dispatch_again_ = true;
    if (dispatching_) return;  // who does so looks again
    dispatching_ = true;
  }
  while (true) {
    std::int64_t id = 0;
    {
      MutexLock lock(mutex_);
      if (dispatch_again_) id = FirstInQueue();
      dispatch_again_ = false;
      if (id == 0) {
        dispatching_ = false;
        dispatched_.notify_all();
        return;
      }
    }
    const Turns::Turn turn(turns_, {TurnOf(id)});
    LiveExecution* const live = Find(id);
    const bool changed = live == nullptr || StartOrMark(*live);
    MutexLock lock(mutex_);
    dispatch_again_ = dispatch_again_ || changed;
  }
}

std::int64_t JobBook::FirstInQueue() const {
  if (stopping_ ||
      reserved_bytes_.size() >= static_cast<std::size_t>(settings_.max_running_executions)) {
    return 0;
  }
  const absl::Time now = clock_();
  for (const auto& [id, live] : live_) {
    if (!live.in_executor && live.retry_time <= now) return id;
  }
  return 0;
}

bool JobBook::StartOrMark(LiveExecution& live) {
  std::int64_t free_bytes = settings_.memory_budget_bytes;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, bytes] : reserved_bytes_) free_bytes -= bytes;
  }
  if (live.execution.memory_bytes <= free_bytes) return StartExecution(live);
  // First come, first served: what is behind waits too, or a big one never starts.
  MarkWaiting(live);
  return false;
}

void JobBook::MarkWaiting(LiveExecution& live) {
  const bool known = std::all_of(live.jobs.begin(), live.jobs.end(), [](const auto& follower) {
    return follower->job().reason == JobReason::kWaitingForMemory;
  });
  if (known) return;
  const auto jobs = ChangeJobs(live, [](Job& job) { job.reason = JobReason::kWaitingForMemory; });
  if (absl::Status status = Apply(SaveExecution(live.execution, jobs), jobs); !status.ok()) {
    spdlog::error("execution {}: {}", live.execution.execution_id, std::string(status.message()));
  }
}

bool JobBook::StartExecution(LiveExecution& live) {
  Execution execution = live.execution;
  execution.state = JobState::kRunning;
  ++execution.attempt;
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
    MutexLock lock(mutex_);
    live.retry_time = now + settings_.retry_delay;
    return false;
  }
  MutexLock lock(mutex_);
  live.execution = std::move(execution);
  live.run_begin = now;
  live.thread_seconds = 0;
  const std::int64_t id = live.execution.execution_id;
  reserved_bytes_[id] = live.execution.memory_bytes;
  spdlog::info("execution {} starts, attempt {}, {} of {} tiles there", id, live.execution.attempt,
               live.tiles.size(), live.execution.tiles_total);
  if (stopping_) return false;  // Stop puts it back
  live.in_executor = true;
  executor_->Start(id);
  return true;
}

absl::Status JobBook::Requeue(LiveExecution& live) {
  Execution execution = live.execution;
  execution.state = JobState::kQueued;
  const auto jobs = ChangeJobs(live, [](Job& job) {
    job.state = JobState::kQueued;
    job.reason = JobReason::kServerRestarted;
    job.message = "the server was stopped while the job ran; it goes on from its finished tiles";
  });
  absl::Status status = Apply(SaveExecution(execution, jobs), jobs);
  if (!status.ok()) return status;
  MutexLock lock(mutex_);
  live.execution = std::move(execution);
  return absl::OkStatus();
}

void JobBook::Tick() { Dispatch(); }

void JobBook::Stop() {
  std::vector<std::int64_t> ids;
  {
    MutexLock lock(mutex_);
    if (stopping_.exchange(true)) return;
    for (const auto& [id, job] : jobs_) job->Wake();
    dispatched_.wait(mutex_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !dispatching_; });
    for (const auto& [id, live] : live_) ids.push_back(id);
  }
  executor_->Stop();
  for (const std::int64_t id : ids) {
    const Turns::Turn turn(turns_, {TurnOf(id)});
    LiveExecution* const live = Find(id);
    if (live == nullptr || live->execution.state != JobState::kRunning) continue;
    if (absl::Status status = Requeue(*live); !status.ok()) {
      spdlog::error("execution {} could not be put back; it will count as crashed: {}", id,
                    std::string(status.message()));
    }
  }
}

}  // namespace brainalign
