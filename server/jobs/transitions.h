#ifndef BRAINALIGN_SERVER_JOBS_TRANSITIONS_H_
#define BRAINALIGN_SERVER_JOBS_TRANSITIONS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/align/result.h"
#include "server/jobs/admission.h"
#include "server/jobs/executor.h"
#include "server/jobs/limits.h"
#include "server/jobs/live_jobs.h"
#include "server/rows/job.h"
#include "server/runtime/clock.h"
#include "server/schedule/schedule.h"
#include "server/store/store.h"

namespace brainalign {

// The states of an execution and how it moves from one to another, with its jobs. Each move is made
// durable first; after an error of the store nothing has changed. Decides nothing: the callers know
// when an execution moves. They have its turn. Thread-safe, without a lock of its own.
class Transitions {
 public:
  // All must outlive it.
  struct Parts {
    Store* store = nullptr;
    Schedule* schedule = nullptr;
    Executor* executor = nullptr;
    Admission* admission = nullptr;
    LiveJobs* live_jobs = nullptr;
  };
  static const char kStopped[];  // message for jobs

  Transitions(const JobSettings& settings, Clock clock, SteadyClock steady_clock,
              const Parts& parts);

  // Gives the jobs the reason that they wait for memory.
  void MarkWaiting(const LiveExecution& live);
  // From the queue to the executor. False if the store took no changes, or the server stops.
  bool Start(const LiveExecution& live);

  // To the queue, in the store and for its jobs: for an execution that no executor has any more.
  absl::Status Requeue(const LiveExecution& live, JobReason reason, const std::string& message);
  // From the executor, which has let go of it, to the queue. It may start again after the delay.
  absl::Status PutBack(const LiveExecution& live, JobReason reason, const std::string& message,
                       absl::Duration delay);
  // The same in memory alone, where the store takes no changes now. Finished tiles are kept; the
  // rest is retried after JobSettings::retry_delay.
  void TryAgain(const LiveExecution& live);
  // From the executor, which has let go of it, to the queue, without a tile: none of them counts
  // any more. `planned` is the execution with its plan in double (JobPlanner::PlanInDouble). It is
  // no crash. Watchers of its jobs hear of every tile anew.
  absl::Status StartOver(const LiveExecution& live, Execution planned);

  // These end the execution: `live` is gone if they return OK.
  absl::Status Finish(const LiveExecution& live, const AlignmentResult& result);
  absl::Status Fail(const LiveExecution& live, JobReason reason, const std::string& message);
  // Cancels one of its jobs. With its last one the execution ends, too, and `live` is gone; the
  // executor lets go of it soon.
  absl::StatusOr<Job> Cancel(const LiveExecution& live, const std::shared_ptr<LiveJob>& follower);

 private:
  void ReturnToQueue(const LiveExecution& live, double not_before_seconds);

  const absl::Duration retry_delay_;
  const Clock clock_;
  const SteadyClock steady_seconds_;
  Store* const store_;
  Schedule* const schedule_;
  Executor* const executor_;
  Admission* const admission_;
  LiveJobs* const live_jobs_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_TRANSITIONS_H_
