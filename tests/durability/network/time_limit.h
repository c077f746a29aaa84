#ifndef BRAINALIGN_TESTS_DURABILITY_NETWORK_TIME_LIMIT_H_
#define BRAINALIGN_TESTS_DURABILITY_NETWORK_TIME_LIMIT_H_

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace brainalign {

// Asks what is given its token to stop once the time is over: what hangs ends, and can
// be told.
class TimeLimit {
 public:
  explicit TimeLimit(std::chrono::seconds limit)
      : timer_([this, limit](const std::stop_token& ended) {
          std::unique_lock<std::mutex> lock(mutex_);
          changed_.wait_for(lock, ended, limit, [] { return false; });
          if (!ended.stop_requested()) source_.request_stop();
        }) {}

  std::stop_token token() const { return source_.get_token(); }
  bool is_over() const { return source_.stop_requested(); }

 private:
  std::stop_source source_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread timer_;  // last: it uses the rest
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_NETWORK_TIME_LIMIT_H_
