#ifndef BRAINALIGN_TESTS_SERVER_SERVER_TEST_H_
#define BRAINALIGN_TESTS_SERVER_SERVER_TEST_H_

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "brainalign/v1/error.pb.h"
#include "brainalign/v1/job.grpc.pb.h"
#include "brainalign/v1/server.grpc.pb.h"
#include "brainalign/v1/tensor.grpc.pb.h"
#include "server/server.h"
#include "tests/fakes/result_values.h"
#include "tests/server/fakes/workshop.h"

namespace brainalign {

// A real server on a free loopback port, with a workshop in the place of the
// engine, a clock that the test moves, and a data folder of its own.
class ServerTest : public testing::Test {
 protected:
  ServerTest();
  ~ServerTest() override;

  // Starts the server on the data folder and connects the stubs to it.
  void Start();
  // The same with another maker of alignments.
  void StartWith(AlignmentFactory factory);
  void Stop();
  void Restart();
  // What a power cut now would leave; the server goes on from it, and the one that
  // was running is stopped.
  void CrashAndRestart();

  // Stores a float32 tensor whose elements are all `value`.
  v1::TensorRef Store(const std::vector<std::int64_t>& shape, float value);
  v1::TensorRef StoreBytes(const std::vector<std::int64_t>& shape, const std::string& bytes,
                           v1::DataType data_type = v1::DATA_TYPE_F32);
  // A number for each word: f64, or i64.
  v1::TensorRef StoreList(const std::vector<double>& numbers);
  v1::TensorRef StoreList(const std::vector<std::int64_t>& numbers);
  // A request with an id of its own: `layers` layers of `words` words, 4 times.
  v1::CreateJobRequest MakeRequest(int layers, std::int64_t words = 20);
  // The same with any number of times. The workshop gives a score of 10 * layer + time, and to the
  // i-th score of a fold i / 7.
  v1::CreateJobRequest MakeLongRequest(int layers, int times);
  v1::Job Create(const v1::CreateJobRequest& request);
  grpc::Status TryCreate(const v1::CreateJobRequest& request);
  v1::Job Get(const std::string& job_id);
  grpc::Status TryGet(const std::string& job_id);
  v1::Job Cancel(const std::string& job_id);
  grpc::Status TryDelete(const std::string& job_id);
  // Every event that is no heartbeat, until the stream ends; its status in `status`.
  std::vector<v1::WatchJobResponse> Watch(const std::string& job_id, std::int64_t after = 0,
                                          grpc::Status* status = nullptr);
  // Reads events until the job has this state (and reason, if given).
  v1::Job Await(const std::string& job_id, v1::JobState state,
                v1::JobReason reason = v1::JOB_REASON_UNSPECIFIED);
  grpc::Status Result(const std::string& job_id, v1::AlignmentResult* result);
  // Every byte of an array of the result from `offset` on. Each chunk is checked.
  std::string ReadArray(const std::string& job_id, const std::string& name, std::int64_t offset,
                        grpc::Status* status);
  // What ReadUncertainty answers, which must end with `code`.
  std::vector<v1::ReadUncertaintyResponse> Uncertainty(const std::string& job_id,
                                                       grpc::StatusCode code);

  ServerOptions options_;
  Workshop workshop_;
  std::atomic<std::int64_t> now_seconds_{1'700'000'000};      // both clocks of the server go by it
  std::atomic<std::int64_t> clock_set_by_seconds_{0};         // the time of day alone
  std::shared_ptr<rocksdb::Env> database_env_;                // null: the real one
  std::shared_ptr<ErrorLog> errors_;                          // null: none are kept
  Reload::Read read_options_;                                 // empty: options never change
  std::function<std::unique_ptr<Executor>()> make_executor_;  // empty: threads of the server
  std::unique_ptr<Server> server_;
  std::unique_ptr<v1::TensorService::Stub> tensors_;
  std::unique_ptr<v1::JobService::Stub> jobs_;
  std::unique_ptr<v1::ServerService::Stub> info_;
  std::shared_ptr<grpc::Channel> channel_;

 private:
  std::string folder_;  // of everything the test leaves on disk
  int images_ = 0;
  int requests_ = 0;
};

// A context whose call cannot hang a test, and is made by who has `token` (empty: nobody).
class Context : public grpc::ClientContext {
 public:
  Context();
  static std::string token;
};

// Bytes and the reference to them.
std::string Bytes(std::size_t size, char seed);
// Normally distributed float32 numbers.
std::string Noise(std::int64_t count, unsigned seed);
v1::TensorRef RefTo(const std::string& bytes);
v1::WriteUploadRequest Chunk(const std::string& upload_id, const std::string& bytes,
                             std::size_t offset, std::size_t size);

// The error's details, unpacked.
v1::ErrorStatus DetailsOf(const grpc::Status& status);
template <typename Detail>
Detail DetailOf(const grpc::Status& status, const std::string& name) {
  Detail detail;
  const v1::ErrorStatus details = DetailsOf(status);
  for (const auto& any : details.details()) {
    if (any.type_url() == "type.googleapis.com/google.rpc." + name) {
      detail.ParseFromString(any.value());
    }
  }
  return detail;
}
std::string ReasonOf(const grpc::Status& status);

// Sequences of the events, and the indices of the tiles among them.
std::vector<std::int64_t> Sequences(const std::vector<v1::WatchJobResponse>& events);
std::vector<int> Tiles(const std::vector<v1::WatchJobResponse>& events);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_SERVER_SERVER_TEST_H_
