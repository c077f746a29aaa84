// The generated stubs behind a Connection. Includes gRPC: only the sources that
// make calls include this.
#ifndef BRAINALIGN_CLIENT_CONNECTION_STUBS_H_
#define BRAINALIGN_CLIENT_CONNECTION_STUBS_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "brainalign/v1/job.grpc.pb.h"
#include "brainalign/v1/model.grpc.pb.h"
#include "brainalign/v1/operation.grpc.pb.h"
#include "brainalign/v1/recording.grpc.pb.h"
#include "brainalign/v1/server.grpc.pb.h"
#include "brainalign/v1/tensor.grpc.pb.h"
#include "brainalign/v1/word_table.grpc.pb.h"
#include "client/connection/call_context.h"
#include "client/connection/connection.h"
#include "client/retry/retry.h"

namespace brainalign {

// The generated gRPC stubs of all services, on one channel.
struct Connection::Stubs {
  explicit Stubs(const std::shared_ptr<grpc::Channel>& channel)
      : tensors(v1::TensorService::NewStub(channel)),
        jobs(v1::JobService::NewStub(channel)),
        recordings(v1::RecordingService::NewStub(channel)),
        word_tables(v1::WordTableService::NewStub(channel)),
        models(v1::ModelService::NewStub(channel)),
        server(v1::ServerService::NewStub(channel)),
        operation(v1::OperationService::NewStub(channel)) {}

  std::unique_ptr<v1::TensorService::StubInterface> tensors;
  std::unique_ptr<v1::JobService::StubInterface> jobs;
  std::unique_ptr<v1::RecordingService::StubInterface> recordings;
  std::unique_ptr<v1::WordTableService::StubInterface> word_tables;
  std::unique_ptr<v1::ModelService::StubInterface> models;
  std::unique_ptr<v1::ServerService::StubInterface> server;
  std::unique_ptr<v1::OperationService::StubInterface> operation;
};

// Makes a call with one response, with the retries of `retry_options`.
template <typename Response>
absl::StatusOr<Response> Call(
    const ConnectionOptions& options, const RetryOptions& retry_options, double timeout_seconds,
    const std::function<grpc::Status(grpc::ClientContext*, Response*)>& call) {
  Retry retry(retry_options, *options.clock, options.stop);
  while (true) {
    Response response;
    CallContext context(options, timeout_seconds);
    const absl::Status status = context.Conclude(call(context.get(), &response));
    if (status.ok()) return response;
    if (!retry.Again(status, [&](double seconds) {
          if (options.on_retry) options.on_retry(status, seconds);
        })) {
      return status;
    }
  }
}

template <typename Response>
absl::StatusOr<Response> Call(
    const ConnectionOptions& options,
    const std::function<grpc::Status(grpc::ClientContext*, Response*)>& call) {
  return Call<Response>(options, options.retry, options.call_timeout_seconds, call);
}

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CONNECTION_STUBS_H_
