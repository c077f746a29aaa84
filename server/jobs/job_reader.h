#ifndef BRAINALIGN_SERVER_JOBS_JOB_READER_H_
#define BRAINALIGN_SERVER_JOBS_JOB_READER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/result/array.h"
#include "server/jobs/job_types.h"
#include "server/jobs/live_job.h"
#include "server/jobs/live_jobs.h"
#include "server/jobs/outlook.h"
#include "server/rows/job.h"
#include "server/rows/stored_result.h"
#include "server/store/store.h"

namespace brainalign {

// Reads jobs, their specifications and results. Changes nothing. Thread-safe.
class JobReader {
 public:
  // All must outlive it, and `store` the results that it opens.
  JobReader(const Store* store, const Outlook* outlook, LiveJobs* live_jobs);

  // The job as it is in memory and its watchers get it, or a copy once it has ended. NOT_FOUND. The
  // caller has no turn.
  absl::StatusOr<std::shared_ptr<LiveJob>> FindLive(const std::string& job_id) const;
  // As in JobBook.
  absl::StatusOr<Job> Get(const std::string& job_id) const;
  absl::StatusOr<std::optional<Job>> FindMade(const JobRequest& request) const;
  absl::StatusOr<JobPage> List(const JobQuery& query) const;
  absl::StatusOr<std::vector<Axis>> ReadAxes(const Job& job) const;
  absl::StatusOr<ResolvedSpecification> ReadSpecification(const Job& job) const;
  absl::StatusOr<StoredResult> OpenResult(const Job& job) const;

 private:
  const Store* const store_;
  const Outlook* const outlook_;
  LiveJobs* const live_jobs_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_JOB_READER_H_
