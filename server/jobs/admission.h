#ifndef BRAINALIGN_SERVER_JOBS_ADMISSION_H_
#define BRAINALIGN_SERVER_JOBS_ADMISSION_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/mutex.h"
#include "server/jobs/cpu_ledger.h"
#include "server/jobs/limits.h"
#include "server/rows/job.h"
#include "server/runtime/clock.h"

namespace brainalign {

// Counts what each project has: jobs under way, jobs in the store, and CPU time. Decides whether it
// may have one more. Thread-safe; waits for no disk.
class Admission {
 public:
  // `threads` of the executor: an execution is estimated to take all of them.
  Admission(const JobSettings& settings, int threads, Clock clock);

  // RESOURCE_EXHAUSTED, with the limit and what is used, if the project may not have one more job
  // under way that takes so much CPU time (0: it follows an execution that is there).
  absl::Status CheckQuota(const std::string& project, double cpu_seconds) const;
  // The same of one more job in the store. What is removed to make room may come behind.
  absl::Status CheckRecords(const std::string& project) const;
  // The same of one more execution in the queue of this length.
  absl::Status CheckQueue(std::size_t length) const;

  // Jobs that have not ended, and jobs in the store: `by` more of them.
  void CountUnfinished(const std::string& project, int by);
  void CountStored(const std::string& project, std::int64_t by);

  // What an execution is estimated to cost.
  double CpuSeconds(const Execution& execution) const;
  // Sets that aside until Release, again if the estimate has changed.
  void Reserve(const Execution& execution);
  void Release(const Execution& execution);
  // What an execution that succeeded has cost.
  void AddCharge(const Charge& charge);

 private:
  const LimitsOf limits_of_;
  const std::int64_t max_jobs_of_project_;
  const int max_queued_executions_;
  const int threads_;
  const Clock clock_;
  CpuLedger ledger_;

  mutable Mutex mutex_;
  std::map<std::string, int> unfinished_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::int64_t> stored_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_ADMISSION_H_
