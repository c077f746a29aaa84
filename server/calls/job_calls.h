#ifndef BRAINALIGN_SERVER_CALLS_JOB_CALLS_H_
#define BRAINALIGN_SERVER_CALLS_JOB_CALLS_H_

#include "brainalign/v1/job.pb.h"
#include "server/calls/call_gate.h"
#include "server/calls/call_limit.h"
#include "server/calls/stall_guard.h"
#include "server/calls/streams.h"
#include "server/jobs/job_book.h"
#include "server/recordings/recordings.h"
#include "server/resources/models.h"
#include "server/resources/word_tables.h"
#include "server/rows/released_result.h"

namespace brainalign {

// brainalign.v1.JobService. The pointers must outlive it.
class JobCalls {
 public:
  JobCalls(const CallGate* gate, const Recordings* recordings, const Models* models,
           const WordTables* word_tables, JobBook* book, StallGuard* guard, int max_watches,
           UseShares shares);

  absl::StatusOr<v1::CreateJobResponse> CreateJob(const Credentials& credentials,
                                                  const v1::CreateJobRequest& request);
  absl::StatusOr<v1::GetJobResponse> GetJob(const Credentials& credentials,
                                            const v1::GetJobRequest& request);
  absl::StatusOr<v1::GetJobSpecificationResponse> GetJobSpecification(
      const Credentials& credentials, const v1::GetJobSpecificationRequest& request);
  absl::StatusOr<v1::ListJobsResponse> ListJobs(const Credentials& credentials,
                                                const v1::ListJobsRequest& request);
  absl::StatusOr<v1::CancelJobResponse> CancelJob(const Credentials& credentials,
                                                  const v1::CancelJobRequest& request);
  absl::StatusOr<v1::DeleteJobResponse> DeleteJob(const Credentials& credentials,
                                                  const v1::DeleteJobRequest& request);
  absl::Status WatchJob(const Credentials& credentials, const v1::WatchJobRequest& request,
                        Sink<v1::WatchJobResponse> send);
  absl::StatusOr<v1::GetJobResultResponse> GetJobResult(const Credentials& credentials,
                                                        const v1::GetJobResultRequest& request);
  absl::Status ReadResultArray(const Credentials& credentials,
                               const v1::ReadResultArrayRequest& request,
                               Sink<v1::ReadResultArrayResponse> send);
  absl::Status ReadUncertainty(const Credentials& credentials,
                               const v1::ReadUncertaintyRequest& request,
                               Sink<v1::ReadUncertaintyResponse> send);

 private:
  // The job, if the caller may make this call for it. NOT_FOUND if it is not of the caller's
  // project, as if it did not exist.
  absl::StatusOr<Job> FindFor(const Call& call, const std::string& job_id) const;
  // Its result, as far as it is released. FAILED_PRECONDITION unless the job has succeeded.
  absl::StatusOr<ReleasedResult> OpenResult(const Job& job) const;
  // Sends the bytes of an array until its end. The errors of ReadResultArray.
  absl::Status SendArray(const Call& call, const Job& job,
                         const v1::ReadResultArrayRequest& request,
                         Sink<v1::ReadResultArrayResponse> send);
  // The status of reading a result: NOT_FOUND if its job was deleted meanwhile.
  absl::Status Explain(const absl::Status& failure, const std::string& job_id) const;
  // Puts the recording and the model that the request names into its specification, and the columns
  // that its condition tests. NOT_FOUND, or INVALID_ARGUMENT with the field of the condition.
  absl::Status Resolve(JobRequest& asked) const;
  // The specification of the job, as the caller may see it.
  absl::StatusOr<v1::AlignmentSpec> SpecificationOf(const Job& job) const;

  const CallGate* const gate_;
  const Recordings* const recordings_;
  const Models* const models_;
  const WordTables* const word_tables_;
  JobBook* const book_;
  StallGuard* const guard_;
  CallLimit submissions_;
  CallLimit watches_;
  CallLimit array_reads_;
  CallLimit uncertainties_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CALLS_JOB_CALLS_H_
