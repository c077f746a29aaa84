#include "server/runtime/turns.h"

#include <utility>

namespace brainalign {

Turns::Turn::Turn(Turns& turns, std::vector<std::string> names)
    : turns_(turns), names_(std::move(names)) {
  MutexLock lock(turns_.mutex_);
  // All at once: a waiting thread holds none, so that two threads never wait for each other.
  turns_.ended_.wait(turns_.mutex_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    std::size_t taken = 0;
    for (const std::string& name : names_) taken += turns_.taken_.count(name);
    return taken == 0;
  });
  turns_.taken_.insert(names_.begin(), names_.end());
}

Turns::Turn::~Turn() {
  MutexLock lock(turns_.mutex_);
  for (const std::string& name : names_) turns_.taken_.erase(name);
  turns_.ended_.notify_all();
}

}  // namespace brainalign
