// A gRPC server that does nothing: what calls and uploads to it take, the machine and the
// transport take, with all else that runs. With a certificate and its key, by TLS.
#include <grpcpp/grpcpp.h>

#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

#include "brainalign/v1/server.grpc.pb.h"
#include "brainalign/v1/tensor.grpc.pb.h"

namespace brainalign {
namespace {

class BareInfo : public v1::ServerService::Service {
 public:
  grpc::Status GetServerInfo(grpc::ServerContext* /*context*/,
                             const v1::GetServerInfoRequest* /*request*/,
                             v1::GetServerInfoResponse* /*response*/) override {
    return grpc::Status::OK;
  }
};

// Counts the bytes of an upload and throws them away.
class BareTensors : public v1::TensorService::Service {
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

std::string Contents(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::shared_ptr<grpc::ServerCredentials> Credentials(int argc, char** argv) {
  if (argc < 3) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back({Contents(argv[2]), Contents(argv[1])});
  return grpc::SslServerCredentials(options);
}

int Serve(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  // Before any other thread: each takes the mask over.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  BareInfo info;
  BareTensors tensors;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", credentials, &port);
  builder.RegisterService(&info);
  builder.RegisterService(&tensors);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::cout << "listening on 127.0.0.1:" << port << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown();
  return 0;
}

}  // namespace
}  // namespace brainalign

// brainalign_bare_server [CERTIFICATE KEY]
int main(int argc, char** argv) { return brainalign::Serve(brainalign::Credentials(argc, argv)); }
