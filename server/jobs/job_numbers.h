#ifndef BRAINALIGN_SERVER_JOBS_JOB_NUMBERS_H_
#define BRAINALIGN_SERVER_JOBS_JOB_NUMBERS_H_

#include <cstdint>

#include "core/mutex.h"

namespace brainalign {

// The numbers of jobs and executions. They increase even if the commit fails: the disk may have
// stored a part of it, so the number must not be reused. Thread-safe.
class JobNumbers {
 public:
  struct Numbers {
    std::int64_t order = 0;  // of jobs
    std::int64_t execution_id = 0;
  };

  // The last ones that were used.
  void SetLast(const Numbers& last) {
    MutexLock lock(mutex_);
    last_ = last;
  }
  // Of a job with an execution of its own.
  Numbers Next() {
    MutexLock lock(mutex_);
    ++last_.order;
    ++last_.execution_id;
    return last_;
  }
  // Of a job that follows an execution that is there already.
  std::int64_t NextOrder() {
    MutexLock lock(mutex_);
    return ++last_.order;
  }

 private:
  Mutex mutex_;
  Numbers last_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_JOB_NUMBERS_H_
