#ifndef BRAINALIGN_SERVER_JOBS_LIVE_EXECUTION_H_
#define BRAINALIGN_SERVER_JOBS_LIVE_EXECUTION_H_

#include <functional>
#include <memory>
#include <vector>

#include "server/jobs/live_job.h"
#include "server/rows/job.h"

namespace brainalign {

// An execution that has not ended, in its last durable state. Only the thread that has its turn
// changes its members, under the lock of LiveJobs (LiveJobs::Update): who has the turn or the lock
// may read them.
struct LiveExecution {
  Execution execution;
  std::vector<std::shared_ptr<LiveJob>> jobs;
  std::vector<int> tiles;  // finished, in that order
  bool in_executor = false;
  // To go back to the queue as soon as the executor lets go of it. Set without the turn
  // (LiveJobs::AskBack): to be read under the lock.
  bool goes_back = false;
  int unreadable_times = 0;  // that its inputs could not be read, one after the other
  // On the steady clock.
  double unreadable_since_seconds = 0;
  double queued_seconds = 0;     // when its first job was made
  double run_begin_seconds = 0;  // or when the last tile was finished
  double thread_seconds = 0;     // of this run, as far as the execution has them

  // The executor has it no more.
  void LeaveExecutor();
};

// Whether all its jobs say that they wait for memory.
bool KnowsOfWaiting(const LiveExecution& live);
// Each of its jobs after a change, with the event of it.
std::vector<JobChange> ChangeJobs(const LiveExecution& live,
                                  const std::function<void(Job&)>& mutate);
// What a job has of its execution: the attempt and the plan.
void CopyShape(const Execution& execution, Job& job);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_LIVE_EXECUTION_H_
