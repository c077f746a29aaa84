#ifndef BRAINALIGN_SERVER_RPC_JOB_RPC_H_
#define BRAINALIGN_SERVER_RPC_JOB_RPC_H_

#include "brainalign/v1/job.grpc.pb.h"
#include "server/jobs/job_book.h"
#include "server/recordings/recordings.h"
#include "server/rpc/call_gate.h"
#include "server/rpc/call_limit.h"
#include "server/rpc/stall_guard.h"

namespace brainalign {

// brainalign.v1.JobService. The pointers must outlive it.
class JobRpc final : public v1::JobService::Service {
 public:
  JobRpc(const CallGate* gate, const Recordings* recordings, JobBook* book, StallGuard* guard,
         int max_watches);

  grpc::Status CreateJob(grpc::ServerContext* context, const v1::CreateJobRequest* request,
                         v1::CreateJobResponse* response) override;
  grpc::Status GetJob(grpc::ServerContext* context, const v1::GetJobRequest* request,
                      v1::GetJobResponse* response) override;
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

 private:
  // The job, for a caller who may do with it what the call is for. NOT_FOUND if it is not
  // of the caller's project, as if it did not exist.
  absl::StatusOr<Job> FindFor(const Call& call, const std::string& job_id) const;

  const CallGate* const gate_;
  const Recordings* const recordings_;
  JobBook* const book_;
  StallGuard* const guard_;
  CallLimit submissions_;
  CallLimit watches_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_JOB_RPC_H_
