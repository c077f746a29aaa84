#ifndef BRAINALIGN_SERVER_JOBS_JOB_MAKER_H_
#define BRAINALIGN_SERVER_JOBS_JOB_MAKER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/align/result.h"
#include "server/blobs/blob_folder.h"
#include "server/jobs/admission.h"
#include "server/jobs/dispatcher.h"
#include "server/jobs/job_numbers.h"
#include "server/jobs/job_planner.h"
#include "server/jobs/job_reader.h"
#include "server/jobs/job_types.h"
#include "server/jobs/limits.h"
#include "server/jobs/live_jobs.h"
#include "server/rows/job.h"
#include "server/runtime/clock.h"
#include "server/store/store.h"

namespace brainalign {

// Makes jobs of requests: checked first without the tensors, then answered from what is there, and
// only then checked against the data, by what is known of the tensors, which are read for that
// once. Holds the turns of LiveJobs::TurnsToMake, but not while it reads tensors. Thread-safe.
class JobMaker {
 public:
  // All must outlive it.
  struct Parts {
    Store* store = nullptr;
    const BlobFolder* blobs = nullptr;
    const JobPlanner* planner = nullptr;
    const JobReader* reader = nullptr;
    Admission* admission = nullptr;
    JobNumbers* numbers = nullptr;
    LiveJobs* live_jobs = nullptr;
    Dispatcher* dispatcher = nullptr;
  };
  JobMaker(const JobSettings& settings, Clock clock, SteadyClock steady_clock, const Parts& parts);

  // As JobBook::Create.
  absl::StatusOr<Job> Create(const JobRequest& request);

 private:
  // Makes the new job durable, if the client is still connected.
  absl::Status CommitFor(const JobRequest& request, const Change& change);
  // A job for the request that needs no new execution: the one it made before, one
  // from the cache, or one that joins.
  absl::StatusOr<std::optional<Job>> Answer(const JobRequest& request, const Job& job);
  // Whether a result and its tiles match their checksums; else it is computed again.
  bool IsWhole(std::int64_t execution_id) const;
  // Of the new job, if they are not those of the execution that it follows.
  std::optional<JobLayers> OwnLayers(const JobRequest& request, std::int64_t execution_id) const;
  // Nothing if the result is not whole, or the execution ended meanwhile.
  absl::StatusOr<std::optional<Job>> AddFromCache(const JobRequest& request, Job job,
                                                  std::int64_t execution_id);
  absl::StatusOr<std::optional<Job>> Join(const JobRequest& request, Job job,
                                          std::int64_t execution_id);
  // Tiles of the new execution that an earlier one has computed; none where the caller wants
  // everything computed anew.
  std::vector<TileScores> TakeOverTiles(const JobRequest& request, const PlannedExecution& planned);
  absl::StatusOr<Job> Queue(const JobRequest& request, Job job, PlannedExecution planned);

  const CheckSubmission check_submission_;
  const Clock clock_;
  const SteadyClock steady_seconds_;
  Store* const store_;
  const BlobFolder* const blobs_;
  const JobPlanner* const planner_;
  const JobReader* const reader_;
  Admission* const admission_;
  JobNumbers* const numbers_;
  LiveJobs* const live_jobs_;
  Dispatcher* const dispatcher_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_JOB_MAKER_H_
