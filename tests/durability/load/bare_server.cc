// A gRPC server that knows one call and does nothing in it: what a call to it takes, the
// machine and the transport take, with all else that runs.
#include <grpcpp/grpcpp.h>

#include <csignal>
#include <iostream>
#include <memory>

#include "brainalign/v1/server.grpc.pb.h"

namespace {

class Bare : public brainalign::v1::ServerService::Service {
 public:
  grpc::Status GetServerInfo(grpc::ServerContext* /*context*/,
                             const brainalign::v1::GetServerInfoRequest* /*request*/,
                             brainalign::v1::GetServerInfoResponse* /*response*/) override {
    return grpc::Status::OK;
  }
};

}  // namespace

int main() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  // Before any other thread: each takes the mask over.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Bare bare;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&bare);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::cout << "listening on 127.0.0.1:" << port << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown();
  return 0;
}
