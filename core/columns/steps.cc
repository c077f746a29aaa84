#include "core/columns/steps.h"

#include <algorithm>

namespace brainalign {

int Steps::Add(const std::vector<int>& after, int group) {
  const int number = count();
  Step& step = steps_.emplace_back();
  step.group = group;
  if (group != kNoGroup) {
    const auto g = static_cast<std::size_t>(group);
    groups_.resize(std::max(groups_.size(), g + 1));
    ++groups_[g].left;
  }
  step.waits_for = static_cast<int>(after.size());
  for (const int other : after) steps_[static_cast<std::size_t>(other)].before.push_back(number);
  return number;
}

bool Steps::IsReady(const Step& step) const {
  if (step.taken || step.waits_for > 0) return false;
  if (step.group == kNoGroup || open_ < most_open_) return true;
  return groups_[static_cast<std::size_t>(step.group)].open;
}

absl::StatusOr<int> Steps::Take(const CancelFlag& cancel) {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    if (!failure_.ok()) return failure_;
    if (cancel) return CancelledByFlag();
    const auto ready = std::find_if(steps_.begin(), steps_.end(),
                                    [this](const Step& step) { return IsReady(step); });
    if (ready != steps_.end()) {
      ready->taken = true;
      if (ready->group != kNoGroup) {
        Group& group = groups_[static_cast<std::size_t>(ready->group)];
        if (!group.open) ++open_;
        group.open = true;
      }
      return static_cast<int>(ready - steps_.begin());
    }
    changed_.wait_for(lock, kBetweenLooks);
  }
}

void Steps::End(int step, const absl::Status& status) {
  const std::lock_guard<std::mutex> lock(mutex_);
  failure_.Update(status);
  const Step& ended = steps_[static_cast<std::size_t>(step)];
  if (ended.group != kNoGroup) {
    Group& group = groups_[static_cast<std::size_t>(ended.group)];
    if (--group.left == 0) {
      group.open = false;
      --open_;
    }
  }
  for (const int other : ended.before) {
    --steps_[static_cast<std::size_t>(other)].waits_for;
  }
  changed_.notify_all();
}

}  // namespace brainalign
