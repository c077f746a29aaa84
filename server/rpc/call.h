#ifndef BRAINALIGN_SERVER_RPC_CALL_H_
#define BRAINALIGN_SERVER_RPC_CALL_H_

#include <grpcpp/server_context.h>

#include <atomic>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace brainalign {

// Who makes a call.
struct Caller {
  std::string peer;  // address, for logs
};

// Works out who is calling, from this call alone: what is known about a connection
// says nothing about its next call. Everyone who reaches the server may do all.
absl::StatusOr<Caller> Authenticate(const grpc::ServerContext& context);

// A limit on calls of one kind that are open at a time.
class CallLimit {
 public:
  CallLimit(std::string what, int most) : what_(std::move(what)), most_(most) {}

  // A place among the open calls, given back with the object.
  class Place {
   public:
    explicit Place(CallLimit& limit);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    // RESOURCE_EXHAUSTED if there was none left.
    absl::Status status() const;

   private:
    CallLimit& limit_;
    const bool taken_;
  };

 private:
  const std::string what_;
  const int most_;
  std::atomic<int> open_{0};
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_CALL_H_
