// A server and its OperationService.
#ifndef BRAINALIGN_TESTS_SERVER_OBSERVE_OPERATION_TEST_H_
#define BRAINALIGN_TESTS_SERVER_OBSERVE_OPERATION_TEST_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "brainalign/v1/operation.grpc.pb.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/server/server_test.h"

namespace brainalign {

class OperationTest : public ServerTest {
 protected:
  ~OperationTest() override { Context::token.clear(); }

  void StartAndConnect() {
    Start();
    Connect(channel_);
  }
  void Connect(const std::shared_ptr<grpc::Channel>& channel) {
    operation_ = v1::OperationService::NewStub(channel);
  }

  v1::ListQueueResponse Queue(int page_size = 0, const std::string& token = "") {
    Context context;
    v1::ListQueueRequest request;
    request.set_page_size(page_size);
    request.set_page_token(token);
    v1::ListQueueResponse response;
    status_ = operation_->ListQueue(&context, request, &response);
    return response;
  }

  v1::DrainResponse Drain(v1::DrainMode mode) {
    Context context;
    v1::DrainRequest request;
    request.set_mode(mode);
    v1::DrainResponse response;
    status_ = operation_->Drain(&context, request, &response);
    return response;
  }

  // A job tells of its end just before its execution has let go.
  void AwaitNothingRuns(v1::DrainMode mode) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (Drain(mode).running() > 0) ASSERT_LT(std::chrono::steady_clock::now(), until);
  }

  grpc::health::v1::HealthCheckResponse::ServingStatus Health() {
    Context context;
    grpc::health::v1::HealthCheckResponse response;
    EXPECT_TRUE(grpc::health::v1::Health::NewStub(channel_)->Check(&context, {}, &response).ok());
    return response.status();
  }

  // The first part of `bytes`, which leaves the upload under way.
  void UploadPart(const std::string& bytes) {
    v1::StartUploadRequest request;
    *request.mutable_tensor() = RefTo(bytes);
    request.set_size_bytes(static_cast<std::int64_t>(bytes.size()));
    v1::StartUploadResponse started;
    Context start;
    ASSERT_TRUE(tensors_->StartUpload(&start, request, &started).ok());
    Context context;
    v1::WriteUploadResponse written;
    auto writer = tensors_->WriteUpload(&context, &written);
    writer->Write(Chunk(started.upload().upload_id(), bytes, 0, 8));
    writer->WritesDone();
    ASSERT_TRUE(writer->Finish().ok());
  }

  std::unique_ptr<v1::OperationService::Stub> operation_;
  grpc::Status status_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_SERVER_OBSERVE_OPERATION_TEST_H_
