#include "server/jobs/live_job.h"

#include <utility>

namespace brainalign {

LiveJob::LiveJob(Job job) : job_(std::move(job)) {}

Job LiveJob::job() const {
  MutexLock lock(mutex_);
  return job_;
}

void LiveJob::Set(Job job) {
  MutexLock lock(mutex_);
  job_ = std::move(job);
  changed_.notify_all();
}

void LiveJob::Wake() {
  MutexLock lock(mutex_);
  changed_.notify_all();
}

Job LiveJob::Await(std::int64_t sequence, std::chrono::steady_clock::time_point until,
                   const std::function<bool()>& give_up) const {
  MutexLock lock(mutex_);
  changed_.wait_until(mutex_, until, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return job_.sequence > sequence || IsTerminal(job_.state) || give_up();
  });
  return job_;
}

}  // namespace brainalign
