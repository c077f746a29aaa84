#ifndef BRAINALIGN_TESTS_DURABILITY_LOAD_LATENCIES_H_
#define BRAINALIGN_TESTS_DURABILITY_LOAD_LATENCIES_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <vector>

namespace brainalign {

// How long calls took. From any thread.
class Latencies {
 public:
  // Makes a call and keeps how long it took.
  template <typename MakeCall>
  auto Time(const MakeCall& call) {
    const auto begin = std::chrono::steady_clock::now();
    auto answer = call();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    const std::lock_guard<std::mutex> lock(mutex_);
    seconds_.push_back(seconds.count());
    return answer;
  }

  // Forgets what was kept so far.
  void Clear() {
    const std::lock_guard<std::mutex> lock(mutex_);
    seconds_.clear();
  }

  std::size_t count() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return seconds_.size();
  }

  // The shortest time that `share` (0 to 1) of the calls did not exceed; 0 without any.
  double Quantile(double share) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (seconds_.empty()) return 0;
    std::vector<double> sorted = seconds_;
    std::sort(sorted.begin(), sorted.end());
    const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
    return sorted[std::min(at, sorted.size() - 1)];
  }

 private:
  mutable std::mutex mutex_;
  std::vector<double> seconds_;  // guarded by mutex_
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_LOAD_LATENCIES_H_
