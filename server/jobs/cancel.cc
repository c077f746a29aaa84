#include <spdlog/spdlog.h>

#include "server/jobs/job_book.h"
#include "server/logs/log_fields.h"

namespace brainalign {

absl::StatusOr<Job> JobBook::Cancel(const std::string& job_id) {
  auto follower = FindJob(job_id);
  if (!follower.ok()) return follower.status();
  JobChange change;
  {
    const std::int64_t execution_id = (*follower)->job().execution_id;
    const Turns::Turn turn = live_jobs_.TurnAt(execution_id);
    change.job = (*follower)->job();
    if (IsTerminal(change.job.state)) return change.job;
    change.before = change.job.state;
    LiveExecution& live = *live_jobs_.Find(execution_id);
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
        live_jobs_.Apply(last ? SaveExecution(execution, {change}) : CancelJob(change), {change});
    if (!status.ok()) return status;
    const LogFields fields({{"job_id", job_id}, {"execution_id", execution_id}});
    spdlog::info("job {} was cancelled", job_id);
    if (!last) {
      live_jobs_.Leave(live, *follower);
      return change.job;
    }
    if (live.in_executor) executor_->Cancel(execution_id);
    live_jobs_.Forget(execution_id);
  }
  Dispatch();
  return change.job;
}

}  // namespace brainalign
