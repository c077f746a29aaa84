#ifndef BRAINALIGN_CLIENT_JOBS_JOB_CALLS_H_
#define BRAINALIGN_CLIENT_JOBS_JOB_CALLS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "client/jobs/job.h"

namespace brainalign {

// Each of these tries again while the server is out of reach, as the connection's
// retry says, and otherwise returns the server's own error.

// INVALID_ARGUMENT if the server finds the request wrong, FAILED_PRECONDITION if
// it does not hold a tensor, or is too old to know one of the options: then the job is cancelled,
// and the error names the options. The request id is kept over all tries, so that one
// job is created however often the answer is lost.
absl::StatusOr<Job> CreateJob(Connection& connection, const JobRequest& request);

// NOT_FOUND if there is no such job; so do the next three.
absl::StatusOr<Job> GetJob(Connection& connection, const std::string& job_id);

// What the job computes, as the JSON of a brainalign.v1.AlignmentSpec: inputs by their digests,
// and options with every default resolved.
absl::StatusOr<std::string> GetJobSpecificationJson(Connection& connection,
                                                    const std::string& job_id);

// The job as it is once the request to stop is taken in; it may still be running
// for a moment, and it may have ended before.
absl::StatusOr<Job> CancelJob(Connection& connection, const std::string& job_id);

// Forgets a job that has ended; no error if there is no such job. FAILED_PRECONDITION while it
// waits or runs.
absl::Status DeleteJob(Connection& connection, const std::string& job_id);

// FAILED_PRECONDITION unless the job has succeeded.
absl::StatusOr<JobResult> GetJobResult(Connection& connection, const std::string& job_id);

// Which jobs are listed; what is empty leaves none out.
struct JobFilter {
  std::vector<JobState> states = {};  // in one of them
  std::string person = {};            // who submitted it
  // That it named: PROJECT/NAME, or NAME in the caller's project.
  std::string recording = {};
  std::string model = {};
};

// Newest first, at most `limit` (0: all).
absl::StatusOr<std::vector<Job>> ListJobs(Connection& connection, const JobFilter& filter,
                                          int limit);

// A random UUID (version 4).
std::string NewRequestId();

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_JOBS_JOB_CALLS_H_
