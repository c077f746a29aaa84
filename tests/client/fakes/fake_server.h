#ifndef BRAINALIGN_TESTS_CLIENT_FAKES_FAKE_SERVER_H_
#define BRAINALIGN_TESTS_CLIENT_FAKES_FAKE_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <string>

#include "brainalign/v1/server.grpc.pb.h"
#include "client/connection/connection.h"
#include "tests/client/fakes/call_recorder.h"
#include "tests/client/fakes/fake_clock.h"
#include "tests/client/fakes/fake_job_service.h"
#include "tests/client/fakes/fake_tensor_service.h"

namespace brainalign {

// A server in this process on a free port, whose services do as they are told.
class FakeServer {
 public:
  explicit FakeServer(std::int64_t max_chunk_bytes = 1 << 20);
  ~FakeServer();

  const std::string& address() const { return address_; }

  // Options for a connection to it that sleeps on `clock`.
  ConnectionOptions OptionsFor(FakeClock& clock) const;

  // A connection to it that must open.
  std::unique_ptr<Connection> Connect(FakeClock& clock) const;

  // What it states of itself; to be changed before a connection is opened.
  v1::ServerLimits limits;
  v1::CallerIdentity caller;  // without a role: it does not say who calls
  FakeTensorService tensors;
  FakeJobService jobs;
  CallRecorder recorder;

 private:
  class InfoService : public v1::ServerService::Service {
   public:
    InfoService(const v1::ServerLimits* limits, const v1::CallerIdentity* caller)
        : limits_(*limits), caller_(*caller) {}
    grpc::Status GetServerInfo(grpc::ServerContext*, const v1::GetServerInfoRequest*,
                               v1::GetServerInfoResponse* response) override;

   private:
    const v1::ServerLimits& limits_;
    const v1::CallerIdentity& caller_;
  };

  InfoService info_;
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CLIENT_FAKES_FAKE_SERVER_H_
