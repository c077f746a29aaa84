#ifndef BRAINALIGN_SERVER_HOUSEKEEPER_H_
#define BRAINALIGN_SERVER_HOUSEKEEPER_H_

#include <functional>
#include <thread>

#include "server/mutex.h"

namespace brainalign {

// Calls `task` about every second until it goes away.
class Housekeeper {
 public:
  explicit Housekeeper(std::function<void()> task);
  ~Housekeeper();

 private:
  void Run();

  const std::function<void()> task_;
  Mutex mutex_;
  Condition wake_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses the rest
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_HOUSEKEEPER_H_
