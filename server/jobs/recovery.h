#ifndef BRAINALIGN_SERVER_JOBS_RECOVERY_H_
#define BRAINALIGN_SERVER_JOBS_RECOVERY_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/jobs/admission.h"
#include "server/jobs/executor.h"
#include "server/jobs/job_numbers.h"
#include "server/jobs/limits.h"
#include "server/jobs/live_jobs.h"
#include "server/jobs/stored_shares.h"
#include "server/jobs/transitions.h"
#include "server/rows/job.h"
#include "server/runtime/clock.h"
#include "server/schedule/schedule.h"
#include "server/store/store.h"

namespace brainalign {

// Loads what an earlier server left in the store, before anything else happens.
class Recovery {
 public:
  // All must outlive it. The executor is attached to its host.
  struct Parts {
    const Store* store = nullptr;
    Schedule* schedule = nullptr;
    Executor* executor = nullptr;
    Admission* admission = nullptr;
    StoredShares* shares = nullptr;
    JobNumbers* numbers = nullptr;
    LiveJobs* live_jobs = nullptr;
    Transitions* transitions = nullptr;
  };
  Recovery(const JobSettings& settings, Clock clock, SteadyClock steady_clock, const Parts& parts);

  // Queued executions stay queued. Executions that were running when the server ended are adopted
  // if they continue in another process. All others have crashed: they return to their place, or
  // fail after too many crashes. None of them is started here.
  absl::Status Run();

 private:
  // Whether the execution may continue in another process; if not, it has crashed.
  absl::StatusOr<bool> Recover(const Execution& execution);
  // An execution that the executor does not adopt has crashed.
  absl::Status Adopt(std::int64_t execution_id);
  // `live` is gone if it fails.
  absl::Status GoOnAfterCrash(const LiveExecution& live);

  const int max_crashes_;
  const Clock clock_;
  const SteadyClock steady_seconds_;
  const Parts parts_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_RECOVERY_H_
