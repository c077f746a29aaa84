#include "client/retry/clock.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace brainalign {
namespace {

class MonotonicClock : public Clock {
 public:
  double NowSeconds() override {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }

  bool Sleep(double seconds, const std::stop_token& stop) override {
    std::mutex mutex;
    std::condition_variable_any wakes;
    std::unique_lock<std::mutex> lock(mutex);
    wakes.wait_for(lock, stop, std::chrono::duration<double>(seconds), [] { return false; });
    return !stop.stop_requested();
  }
};

}  // namespace

Clock& SystemClock() {
  static MonotonicClock clock;
  return clock;
}

}  // namespace brainalign
