#ifndef BRAINALIGN_SERVER_RPC_JOB_RPC_H_
#define BRAINALIGN_SERVER_RPC_JOB_RPC_H_

#include "brainalign/v1/job.grpc.pb.h"
#include "server/calls/call_limit.h"
#include "server/calls/stall_guard.h"
#include "server/jobs/job_book.h"
#include "server/recordings/recordings.h"
#include "server/resources/models.h"
#include "server/resources/word_tables.h"
#include "server/rows/released_result.h"
#include "server/rpc/rpc_gate.h"

namespace brainalign {

// brainalign.v1.JobService. The pointers must outlive it.
class JobRpc final : public v1::JobService::Service {
 public:
  JobRpc(const RpcGate* gate, const Recordings* recordings, const Models* models,
         const WordTables* word_tables, JobBook* book, StallGuard* guard, int max_watches,
         UseShares shares);

  grpc::Status CreateJob(grpc::ServerContext* context, const v1::CreateJobRequest* request,
                         v1::CreateJobResponse* response) override;
  grpc::Status GetJob(grpc::ServerContext* context, const v1::GetJobRequest* request,
                      v1::GetJobResponse* response) override;
  grpc::Status GetJobSpecification(grpc::ServerContext* context,
                                   const v1::GetJobSpecificationRequest* request,
                                   v1::GetJobSpecificationResponse* response) override;
  grpc::Status ListJobs(grpc::ServerContext* context, const v1::ListJobsRequest* request,
                        v1::ListJobsResponse* response) override;
  grpc::Status CancelJob(grpc::ServerContext* context, const v1::CancelJobRequest* request,
                         v1::CancelJobResponse* response) override;
  grpc::Status DeleteJob(grpc::ServerContext* context, const v1::DeleteJobRequest* request,
                         v1::DeleteJobResponse* response) override;
  grpc::Status WatchJob(grpc::ServerContext* context, const v1::WatchJobRequest* request,
                        grpc::ServerWriter<v1::WatchJobResponse>* writer) override;
  grpc::Status GetJobResult(grpc::ServerContext* context, const v1::GetJobResultRequest* request,
                            v1::GetJobResultResponse* response) override;
  grpc::Status ReadResultArray(grpc::ServerContext* context,
                               const v1::ReadResultArrayRequest* request,
                               grpc::ServerWriter<v1::ReadResultArrayResponse>* writer) override;
  grpc::Status ReadUncertainty(grpc::ServerContext* context,
                               const v1::ReadUncertaintyRequest* request,
                               grpc::ServerWriter<v1::ReadUncertaintyResponse>* writer) override;

 private:
  // The job, for a caller who may do with it what the call is for. NOT_FOUND if it is not
  // of the caller's project, as if it did not exist.
  absl::StatusOr<Job> FindFor(const Call& call, const std::string& job_id) const;
  // Its result, as far as it is released. FAILED_PRECONDITION unless the job has succeeded.
  absl::StatusOr<ReleasedResult> OpenResult(const Job& job) const;
  // Sends the bytes of an array until its end. The errors of ReadResultArray.
  absl::Status SendArray(const Call& call, grpc::ServerContext* context, const Job& job,
                         const v1::ReadResultArrayRequest& request,
                         grpc::ServerWriter<v1::ReadResultArrayResponse>* writer);
  // What became of reading a result: if its job was deleted meanwhile, that.
  absl::Status Explain(const absl::Status& failure, const std::string& job_id) const;
  // Puts the recording and the model that the request names into its specification, and the columns
  // that its condition tests. NOT_FOUND, or INVALID_ARGUMENT with the field of the condition.
  absl::Status Resolve(JobRequest& asked) const;
  // What the job computes, as its caller may know it.
  absl::StatusOr<v1::AlignmentSpec> SpecificationOf(const Job& job) const;

  const RpcGate* const gate_;
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

#endif  // BRAINALIGN_SERVER_RPC_JOB_RPC_H_
