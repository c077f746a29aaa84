#ifndef BRAINALIGN_SERVER_JOBS_LIVE_JOB_H_
#define BRAINALIGN_SERVER_JOBS_LIVE_JOB_H_

#include <chrono>
#include <cstdint>
#include <functional>

#include "core/mutex.h"
#include "server/rows/job.h"

namespace brainalign {

// A job in memory, as it was last made durable, and who waits for it to change. Has a
// lock of its own: many watch one job, and none of them holds up another. Thread-safe.
class LiveJob {
 public:
  explicit LiveJob(Job job);

  Job job() const;
  // To be called once the change is durable: watchers hear of it.
  void Set(Job job);
  // Makes who waits look at `give_up` again.
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
