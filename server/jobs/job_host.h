#ifndef BRAINALIGN_SERVER_JOBS_JOB_HOST_H_
#define BRAINALIGN_SERVER_JOBS_JOB_HOST_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/align/result.h"
#include "core/mutex.h"
#include "server/blobs/tensors.h"
#include "server/jobs/alignments.h"
#include "server/jobs/dispatcher.h"
#include "server/jobs/executor.h"
#include "server/jobs/job_planner.h"
#include "server/jobs/limits.h"
#include "server/jobs/live_jobs.h"
#include "server/jobs/transitions.h"
#include "server/runtime/clock.h"
#include "server/store/store.h"

namespace brainalign {

// Executions while the executor has them: what the executor asks and tells, and what follows from
// how an attempt ended. Takes the turn of the execution in each call. Thread-safe.
class JobHost : public ExecutionHost {
 public:
  // All must outlive it.
  struct Parts {
    Store* store = nullptr;
    Tensors* tensors = nullptr;
    const Alignments* alignments = nullptr;
    const JobPlanner* planner = nullptr;
    const Executor* executor = nullptr;
    LiveJobs* live_jobs = nullptr;
    Transitions* transitions = nullptr;
    Dispatcher* dispatcher = nullptr;
  };
  JobHost(const JobSettings& settings, SteadyClock steady_clock, const Parts& parts);

  absl::StatusOr<ExecutionDescription> Describe(std::int64_t execution_id) override;
  absl::Status OnHandle(std::int64_t execution_id, int attempt, const std::string& handle) override;
  absl::Status OnTile(std::int64_t execution_id, int attempt, const TileScores& tile) override;
  void OnEnd(std::int64_t execution_id, int attempt,
             absl::StatusOr<ComputedExecution> computed) override;

  // Statistics of the results that it assembled.
  PhaseTotals assembly() const;

 private:
  // Whether nothing more is to be done for it now: it was cancelled, goes back, or the server
  // stops.
  bool IsLetGo(std::int64_t execution_id) const;
  // CANCELLED unless this attempt of the execution is under way; null: it has ended.
  static absl::Status CheckAttempt(const LiveExecution* live, int attempt);
  // From the tiles in the store. UNAVAILABLE if one of them is damaged; INTERNAL if they are not
  // those of the alignment.
  absl::StatusOr<AlignmentResult> Assemble(const LiveExecution& live, ComputedExecution computed);
  // `live` may be gone afterwards, as after those below that return OK.
  void End(const LiveExecution& live, absl::StatusOr<ComputedExecution> computed);
  absl::Status EndWithout(const LiveExecution& live, const absl::Status& why);
  // For another try, or as failed if it was tried for JobSettings::unreadable_patience.
  absl::Status PutBackUnreadable(const LiveExecution& live, const std::string& message);
  // Plans it anew: in double it takes other memory and time.
  absl::Status StartOverInDouble(const LiveExecution& live, const std::string& why);

  const absl::Duration retry_delay_;
  const absl::Duration longest_retry_delay_;
  const absl::Duration unreadable_patience_;
  const SteadyClock steady_seconds_;
  Store* const store_;
  Tensors* const tensors_;
  const Alignments* const alignments_;
  const JobPlanner* const planner_;
  const Executor* const executor_;
  LiveJobs* const live_jobs_;
  Transitions* const transitions_;
  Dispatcher* const dispatcher_;

  mutable Mutex mutex_;
  PhaseTotals assembly_ ABSL_GUARDED_BY(mutex_){"assembly"};
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_JOB_HOST_H_
