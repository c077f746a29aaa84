#ifndef BRAINALIGN_CLIENT_JOBS_JOB_CALLS_H_
#define BRAINALIGN_CLIENT_JOBS_JOB_CALLS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "client/jobs/job.h"

namespace brainalign {

// Each of these calls is retried as the connection's retry options say while the server cannot be
// reached. Other errors are those of the server.

// INVALID_ARGUMENT if the request is invalid. FAILED_PRECONDITION if the server does not have a
// tensor, or is too old to know one of the options; in the latter case the job is cancelled, and
// the error names the options. All retries have the same request id, so that only one job is
// created even if answers are lost.
absl::StatusOr<Job> CreateJob(Connection& connection, const JobRequest& request);

// NOT_FOUND if there is no such job; so do the next three.
absl::StatusOr<Job> GetJob(Connection& connection, const std::string& job_id);

// The specification of the job, as the JSON of a brainalign.v1.AlignmentSpec: inputs by their
// digests, and options with every default resolved.
absl::StatusOr<std::string> GetJobSpecificationJson(Connection& connection,
                                                    const std::string& job_id);

// The job after the server accepted the cancellation. It may still be running for a moment, or may
// have ended before.
absl::StatusOr<Job> CancelJob(Connection& connection, const std::string& job_id);

// Deletes a job that has ended. No error if there is no such job. FAILED_PRECONDITION while it is
// queued or running.
absl::Status DeleteJob(Connection& connection, const std::string& job_id);

// FAILED_PRECONDITION unless the job has succeeded.
absl::StatusOr<JobResult> GetJobResult(Connection& connection, const std::string& job_id);

// Selects the jobs that are listed. An empty field selects all.
struct JobFilter {
  std::vector<JobState> states = {};  // jobs in one of these states
  std::string person = {};            // who submitted it
  // The recording or model that the job named: PROJECT/NAME, or NAME in the caller's project.
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
