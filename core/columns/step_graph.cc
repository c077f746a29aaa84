#include "core/columns/step_graph.h"

#include <algorithm>

namespace brainalign {

int StepGraph::Add(const std::vector<int>& after, int group) {
  MutexLock lock(mutex_);
  const int number = static_cast<int>(steps_.size());
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

void StepGraph::LimitOpenGroups(int at_once) {
  MutexLock lock(mutex_);
  most_open_ = at_once;
}

int StepGraph::count() const {
  MutexLock lock(mutex_);
  return static_cast<int>(steps_.size());
}

bool StepGraph::IsReady(const Step& step) const {
  if (step.taken || step.waits_for > 0) return false;
  if (step.group == kNoGroup || open_ < most_open_) return true;
  return groups_[static_cast<std::size_t>(step.group)].open;
}

std::size_t StepGraph::FirstReady() const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (IsReady(steps_[i])) return i;
  }
  return steps_.size();
}

absl::StatusOr<int> StepGraph::Take(const CancelFlag& cancel) {
  MutexLock lock(mutex_);
  while (true) {
    if (!failure_.ok()) return failure_;
    if (cancel) return CancelledByFlag();
    const std::size_t ready = FirstReady();
    if (ready < steps_.size()) {
      Step& step = steps_[ready];
      step.taken = true;
      if (step.group != kNoGroup) {
        Group& group = groups_[static_cast<std::size_t>(step.group)];
        if (!group.open) ++open_;
        group.open = true;
      }
      return static_cast<int>(ready);
    }
    changed_.wait_for(mutex_, kBetweenLooks);
  }
}

void StepGraph::End(int step, const absl::Status& status) {
  MutexLock lock(mutex_);
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
