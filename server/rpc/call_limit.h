#ifndef BRAINALIGN_SERVER_RPC_CALL_LIMIT_H_
#define BRAINALIGN_SERVER_RPC_CALL_LIMIT_H_

#include <atomic>
#include <string>

#include "absl/status/status.h"

namespace brainalign {

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

#endif  // BRAINALIGN_SERVER_RPC_CALL_LIMIT_H_
