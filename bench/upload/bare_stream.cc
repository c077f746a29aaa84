#include "bench/upload/bare_stream.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <memory>

#include "brainalign/v1/tensor.grpc.pb.h"

namespace brainalign {
namespace {

constexpr std::int64_t kMessageBytes = 1 << 20;

class Sink : public v1::TensorService::Service {
 public:
  grpc::Status WriteUpload(grpc::ServerContext* /*context*/,
                           grpc::ServerReader<v1::WriteUploadRequest>* reader,
                           v1::WriteUploadResponse* response) override {
    std::int64_t received = 0;
    for (v1::WriteUploadRequest chunk; reader->Read(&chunk);) {
      received += static_cast<std::int64_t>(chunk.data().size());
    }
    response->mutable_upload()->set_committed_bytes(received);
    return grpc::Status::OK;
  }
};

}  // namespace

int RunBareServer() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  // Before any other thread: each takes the mask over.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Sink sink;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&sink);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::cout << "listening on 127.0.0.1:" << port << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown();
  return 0;
}

absl::Status SendBare(const std::string& address, const Tensor& tensor) {
  const auto stub =
      v1::TensorService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  v1::WriteUploadResponse response;
  const auto stream = stub->WriteUpload(&context, &response);
  v1::WriteUploadRequest chunk;
  for (std::int64_t offset = 0; offset < tensor.size_bytes(); offset += kMessageBytes) {
    const std::int64_t size = std::min(kMessageBytes, tensor.size_bytes() - offset);
    chunk.set_offset_bytes(offset);
    chunk.set_data(tensor.data() + offset, static_cast<std::size_t>(size));
    if (!stream->Write(chunk)) break;
  }
  stream->WritesDone();
  const grpc::Status status = stream->Finish();
  if (!status.ok()) return absl::UnavailableError(status.error_message());
  if (response.upload().committed_bytes() != tensor.size_bytes()) {
    return absl::DataLossError("the bare server did not get all bytes");
  }
  return absl::OkStatus();
}

}  // namespace brainalign
