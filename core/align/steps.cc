#include "core/align/steps.h"

#include <algorithm>
#include <chrono>

namespace brainalign {
namespace {

// A cancel wakes nobody.
constexpr std::chrono::milliseconds kBetweenLooks{50};

}  // namespace

int Steps::Add(const std::vector<int>& after) {
  const int number = count();
  Step& step = steps_.emplace_back();
  step.waits_for = static_cast<int>(after.size());
  for (const int other : after) steps_[static_cast<std::size_t>(other)].before.push_back(number);
  return number;
}

absl::StatusOr<int> Steps::Take(const CancelFlag& cancel) {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    if (!failure_.ok()) return failure_;
    if (cancel) return CancelledByFlag();
    const auto ready = std::find_if(steps_.begin(), steps_.end(), [](const Step& step) {
      return !step.taken && step.waits_for == 0;
    });
    if (ready != steps_.end()) {
      ready->taken = true;
      return static_cast<int>(ready - steps_.begin());
    }
    changed_.wait_for(lock, kBetweenLooks);
  }
}

void Steps::End(int step, const absl::Status& status) {
  const std::lock_guard<std::mutex> lock(mutex_);
  failure_.Update(status);
  for (const int other : steps_[static_cast<std::size_t>(step)].before) {
    --steps_[static_cast<std::size_t>(other)].waits_for;
  }
  changed_.notify_all();
}

}  // namespace brainalign
