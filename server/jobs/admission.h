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

// Counts the unfinished jobs, stored jobs and CPU time of each project. Decides whether a project
// may have one more job. Thread-safe; does no disk I/O.
class Admission {
 public:
  // `threads` of the executor: an execution is estimated to take all of them.
  Admission(const JobSettings& settings, int threads, Clock clock);

  // RESOURCE_EXHAUSTED, with limit and usage, if the project may not have one more unfinished job
  // with this much CPU time (0: the job joins an existing execution).
  absl::Status CheckQuota(const std::string& project, double cpu_seconds) const;
  // The same for one more stored job. Jobs that are removed to make room may be removed later.
  absl::Status CheckRecords(const std::string& project) const;
  // The same of one more execution in the queue of this length.
  absl::Status CheckQueue(std::size_t length) const;

  // Jobs that have not ended, and jobs in the store: `by` more of them.
  void CountUnfinished(const std::string& project, int by);
  void CountStored(const std::string& project, std::int64_t by);

  // The estimated CPU time of an execution.
  double CpuSeconds(const Execution& execution) const;
  // Sets that aside until Release, again if the estimate has changed.
  void Reserve(const Execution& execution);
  void Release(const Execution& execution);
  // The CPU time of an execution that succeeded.
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
