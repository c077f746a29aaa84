#include "tests/client/fakes/fake_server.h"

#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace brainalign {

grpc::Status FakeServer::InfoService::GetServerInfo(grpc::ServerContext*,
                                                    const v1::GetServerInfoRequest*,
                                                    v1::GetServerInfoResponse* response) {
  response->set_version("9.8.7");
  *response->mutable_limits() = limits_;
  *response->mutable_caller() = caller_;
  return grpc::Status::OK;
}

FakeServer::FakeServer(std::int64_t max_chunk_bytes) : info_(&limits, &caller) {
  limits.set_max_chunk_bytes(max_chunk_bytes);
  limits.set_max_page_size(3);
  limits.set_max_digests_per_call(2);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&tensors);
  builder.RegisterService(&jobs);
  builder.RegisterService(&info_);
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(recorder.MakeFactory());
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  server_ = builder.BuildAndStart();
  address_ = absl::StrCat("127.0.0.1:", port);
}

FakeServer::~FakeServer() { server_->Shutdown(); }

ConnectionOptions FakeServer::OptionsFor(FakeClock& clock) const {
  ConnectionOptions options;
  options.address = address_;
  options.clock = &clock;
  options.retry.seed = 1;
  return options;
}

std::unique_ptr<Connection> FakeServer::Connect(FakeClock& clock) const {
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(OptionsFor(clock));
  if (!connection.ok()) std::abort();
  return *std::move(connection);
}

}  // namespace brainalign
