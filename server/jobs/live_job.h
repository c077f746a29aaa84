#ifndef BRAINALIGN_SERVER_JOBS_LIVE_JOB_H_
#define BRAINALIGN_SERVER_JOBS_LIVE_JOB_H_

#include <chrono>
#include <cstdint>
#include <functional>

#include "core/mutex.h"
#include "server/rows/job.h"

namespace brainalign {

// A job in memory, in its last durable state, and its watchers. It has its own lock, so that the
// watchers of a job do not delay those of another. Thread-safe.
class LiveJob {
 public:
  explicit LiveJob(Job job);

  Job job() const;
  // Call it when the change is durable. Wakes the watchers.
  void Set(Job job);
  // Makes waiting watchers check `give_up` again.
  void Wake();
  // Returns the job once it has events after `sequence` or has ended, at `until`, or
  // when `give_up` is true.
  Job Await(std::int64_t sequence, std::chrono::steady_clock::time_point until,
            const std::function<bool()>& give_up) const;

 private:
  mutable Mutex mutex_;
  mutable Condition changed_;
  Job job_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_LIVE_JOB_H_
