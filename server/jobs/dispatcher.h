#ifndef BRAINALIGN_SERVER_JOBS_DISPATCHER_H_
#define BRAINALIGN_SERVER_JOBS_DISPATCHER_H_

#include <atomic>

#include "core/mutex.h"
#include "server/jobs/executor.h"
#include "server/jobs/live_jobs.h"
#include "server/jobs/transitions.h"
#include "server/runtime/clock.h"
#include "server/schedule/schedule.h"

namespace brainalign {

// Moves executions from the queue to the executor in the order of the schedule, and back when the
// server is drained or stopped. Its lock comes before that of LiveJobs, and is not held during disk
// I/O. Callers have no turn. Thread-safe.
class Dispatcher {
 public:
  // All must outlive it.
  struct Parts {
    Schedule* schedule = nullptr;
    Executor* executor = nullptr;
    LiveJobs* live_jobs = nullptr;
    Transitions* transitions = nullptr;
  };
  Dispatcher(SteadyClock steady_clock, const Parts& parts);

  // Starts what can start now. To be called after every change that can let an execution start.
  void Dispatch();
  // Whether executions stay in the queue: none starts while it is so.
  void HoldBack(bool hold);
  // Makes running executions soon return to their place in the queue, with their tiles.
  void PutBackRunning();
  // Starts nothing more, ends the watches, detaches from the executor, and returns its executions
  // to the queue, except those that continue in another process. False if it was called before.
  bool Stop();

 private:
  // The next actions: an execution to start (0: none now), and executions whose jobs get the reason
  // that they wait for memory.
  StartOrder::Choice NextInQueue() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const SteadyClock steady_seconds_;
  Schedule* const schedule_;
  Executor* const executor_;
  LiveJobs* const live_jobs_;
  Transitions* const transitions_;

  Mutex mutex_;
  Condition dispatched_;
  // One thread at a time dispatches, and once more for those that came meanwhile.
  bool dispatching_ ABSL_GUARDED_BY(mutex_) = false;
  bool dispatch_again_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<bool> holds_back_{false};
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_DISPATCHER_H_
