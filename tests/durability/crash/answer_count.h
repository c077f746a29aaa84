#ifndef BRAINALIGN_TESTS_DURABILITY_CRASH_ANSWER_COUNT_H_
#define BRAINALIGN_TESTS_DURABILITY_CRASH_ANSWER_COUNT_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace brainalign {

// Answers that clients have had: a kill right after one finds what was acknowledged
// before it was kept.
class AnswerCount {
 public:
  void Add() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++count_;
    changed_.notify_all();
  }

  std::int64_t Get() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return count_;
  }

  // Waits until there are `more` than at the call, at most for `patience`.
  void WaitForMore(std::int64_t more, std::chrono::microseconds patience) {
    std::unique_lock<std::mutex> lock(mutex_);
    const std::int64_t wanted = count_ + more;
    changed_.wait_for(lock, patience, [&] { return count_ >= wanted; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t count_ = 0;  // guarded by mutex_
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_CRASH_ANSWER_COUNT_H_
