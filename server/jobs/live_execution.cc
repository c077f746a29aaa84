#include "server/jobs/live_execution.h"

#include <algorithm>
#include <utility>

namespace brainalign {

void LiveExecution::LeaveExecutor() {
  in_executor = false;
  goes_back = false;
  execution.executor_handle.clear();
}

bool KnowsOfWaiting(const LiveExecution& live) {
  return std::all_of(live.jobs.begin(), live.jobs.end(), [](const auto& follower) {
    return follower->job().reason == JobReason::kWaitingForMemory;
  });
}

std::vector<JobChange> ChangeJobs(const LiveExecution& live,
                                  const std::function<void(Job&)>& mutate) {
  std::vector<JobChange> changes;
  changes.reserve(live.jobs.size());
  for (const auto& follower : live.jobs) {
    JobChange change;
    change.job = follower->job();
    change.before = change.job.state;
    change.job.has_sent_scores = change.job.has_sent_scores || change.job.tiles_done > 0;
    mutate(change.job);
    ++change.job.sequence;
    change.events.push_back({change.job.sequence, change.job});
    changes.push_back(std::move(change));
  }
  return changes;
}

void CopyShape(const Execution& execution, Job& job) {
  job.execution_id = execution.execution_id;
  job.attempt = execution.attempt;
  job.tiles_total = execution.tiles_total;
  job.memory_bytes = execution.memory_bytes;
  job.estimated_seconds = execution.estimated_seconds;
  job.layers = execution.layers;
  job.times = execution.times;
  job.folds = execution.folds;
  job.nulls = execution.nulls;
  job.blocks = execution.blocks;
}

}  // namespace brainalign
