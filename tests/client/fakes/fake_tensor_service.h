#ifndef BRAINALIGN_TESTS_CLIENT_FAKES_FAKE_TENSOR_SERVICE_H_
#define BRAINALIGN_TESTS_CLIENT_FAKES_FAKE_TENSOR_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "brainalign/v1/tensor.grpc.pb.h"

namespace brainalign {

// A server's tensors, kept in memory, that fails as it is told to.
class FakeTensorService : public v1::TensorService::Service {
 public:
  // What happens to one stream of chunks.
  struct StreamPlan {
    // Chunks taken in before it ends; -1: all.
    int chunks = -1;
    grpc::StatusCode code = grpc::StatusCode::UNAVAILABLE;
    std::string message = "as planned";
    // Forget what this stream brought, as a crash before a sync does.
    bool lose_chunks = false;
    // Forget the upload as a whole.
    bool lose_upload = false;
  };

  // Plans for the coming streams, first come first; none: take everything.
  void Plan(const StreamPlan& plan) { plans_.push_back(plan); }

  // What to answer to the next calls of StartUpload, before any that succeeds.
  void RefuseStart(const grpc::Status& status) { start_refusals_.push_back(status); }

  // From now on no stream goes on after its first chunk before `streams` of them are
  // open at a time; after 20 s it fails.
  void RequireTogether(int streams) { together_ = streams; }

  // Holds these bytes already.
  void Put(const std::string& digest, const std::string& bytes) { stored_[digest] = bytes; }

  std::string Stored(const std::string& digest);
  bool Has(const std::string& digest);
  int streams();
  // Offsets of all chunks taken in, in order.
  std::vector<std::int64_t> offsets();

  grpc::Status FindMissingTensors(grpc::ServerContext*, const v1::FindMissingTensorsRequest*,
                                  v1::FindMissingTensorsResponse*) override;
  grpc::Status StartUpload(grpc::ServerContext*, const v1::StartUploadRequest*,
                           v1::StartUploadResponse*) override;
  grpc::Status WriteUpload(grpc::ServerContext*, grpc::ServerReader<v1::WriteUploadRequest>*,
                           v1::WriteUploadResponse*) override;
  grpc::Status QueryUpload(grpc::ServerContext*, const v1::QueryUploadRequest*,
                           v1::QueryUploadResponse*) override;

 private:
  struct OpenUpload {
    std::string digest;
    std::int64_t size_bytes = 0;
    std::string bytes;
  };

  v1::Upload Tell(const std::string& id);
  grpc::Status Take(const v1::WriteUploadRequest& chunk, OpenUpload& upload);

  std::mutex mutex_;
  std::deque<StreamPlan> plans_;
  std::deque<grpc::Status> start_refusals_;
  std::map<std::string, std::string> stored_;  // by digest
  std::map<std::string, OpenUpload> uploads_;  // by id
  std::vector<std::int64_t> offsets_;
  int streams_ = 0;
  int open_streams_ = 0;
  int together_ = 0;
  std::condition_variable opened_;
  int next_id_ = 1;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CLIENT_FAKES_FAKE_TENSOR_SERVICE_H_
