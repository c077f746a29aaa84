#ifndef BRAINALIGN_SERVER_JOBS_JOB_WATCH_H_
#define BRAINALIGN_SERVER_JOBS_JOB_WATCH_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/jobs/executor.h"
#include "server/jobs/job_reader.h"
#include "server/jobs/job_types.h"
#include "server/jobs/live_jobs.h"
#include "server/jobs/outlook.h"
#include "server/rows/job.h"
#include "server/store/store.h"

namespace brainalign {

// Sends the events of jobs to those who watch them. Thread-safe.
class JobWatch {
 public:
  // All must outlive it.
  struct Parts {
    const Store* store = nullptr;
    const Executor* executor = nullptr;
    const Outlook* outlook = nullptr;
    const JobReader* reader = nullptr;
    LiveJobs* live_jobs = nullptr;
  };
  // `heartbeat`: the longest interval between two messages.
  JobWatch(absl::Duration heartbeat, const Parts& parts);

  // As in JobBook.
  absl::Status Watch(const std::string& job_id, std::int64_t after_sequence,
                     const std::function<bool(const WatchEvent&)>& send,
                     const std::function<bool()>& is_cancelled) const;

 private:
  Heartbeat MakeHeartbeat(const Job& job) const;

  const absl::Duration heartbeat_;
  const Store* const store_;
  const Executor* const executor_;
  const Outlook* const outlook_;
  const JobReader* const reader_;
  LiveJobs* const live_jobs_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_JOB_WATCH_H_
