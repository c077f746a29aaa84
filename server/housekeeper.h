#ifndef BRAINALIGN_SERVER_HOUSEKEEPER_H_
#define BRAINALIGN_SERVER_HOUSEKEEPER_H_

#include <functional>
#include <stop_token>
#include <thread>
#include <utility>

#include "absl/status/statusor.h"

namespace brainalign {

// Calls a task about every second, until it is destroyed.
class Housekeeper {
 public:
  // RESOURCE_EXHAUSTED if no thread can be started.
  static absl::StatusOr<Housekeeper> Start(const std::function<void()>& task);

 private:
  explicit Housekeeper(std::jthread thread) : thread_(std::move(thread)) {}

  std::jthread thread_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_HOUSEKEEPER_H_
