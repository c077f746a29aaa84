#ifndef BRAINALIGN_TESTS_DURABILITY_FAULTS_SERVICE_CALLS_H_
#define BRAINALIGN_TESTS_DURABILITY_FAULTS_SERVICE_CALLS_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "brainalign/v1/job.grpc.pb.h"
#include "brainalign/v1/tensor.grpc.pb.h"

namespace brainalign {

struct TensorBytes {
  v1::TensorRef ref;
  std::string bytes;
};

// The protocol's calls, one attempt each, with a deadline: what the server says is
// what the caller gets.
class ServiceCalls {
 public:
  explicit ServiceCalls(const std::string& address);

  grpc::Status StartUpload(const TensorBytes& tensor, v1::Upload& upload);
  // Sends bytes from `upload.committed_bytes` up to `end`, in small chunks.
  grpc::Status Write(const TensorBytes& tensor, std::size_t end, v1::Upload& upload);
  grpc::Status QueryUpload(const std::string& upload_id, v1::Upload& upload);
  grpc::Status CancelUpload(const std::string& upload_id);
  grpc::Status FindMissing(const std::vector<std::string>& digests,
                           std::vector<std::string>& missing);
  grpc::Status Read(const std::string& digest, std::string& bytes);

  grpc::Status CreateJob(const v1::CreateJobRequest& request, v1::Job& job);
  grpc::Status GetJob(const std::string& job_id, v1::Job& job);
  grpc::Status CancelJob(const std::string& job_id, v1::Job& job);
  grpc::Status DeleteJob(const std::string& job_id);
  // All pages, of two jobs each.
  grpc::Status ListJobs(std::vector<v1::Job>& jobs);
  // Every event that is no heartbeat, until the stream ends.
  grpc::Status Watch(const std::string& job_id, std::int64_t after_sequence,
                     const std::function<void(const v1::WatchJobResponse&)>& on_event);
  grpc::Status Result(const std::string& job_id, v1::AlignmentResult& result);

 private:
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::TensorService::Stub> tensors_;
  std::unique_ptr<v1::JobService::Stub> jobs_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_FAULTS_SERVICE_CALLS_H_
