#ifndef BRAINALIGN_CORE_COLUMNS_STEPS_H_
#define BRAINALIGN_CORE_COLUMNS_STEPS_H_

#include <condition_variable>
#include <limits>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/cancel.h"

namespace brainalign {

// Steps of which some wait for others, for threads that do not know of one another: whoever
// has time takes the first that is ready. Any thread may call it once all steps are added.
class Steps {
 public:
  static constexpr int kNoGroup = -1;

  // A step that waits for those of `after`, which were added before it; a step of a group (0, 1,
  // ..) waits for none of another group. Its number.
  int Add(const std::vector<int>& after, int group = kNoGroup);
  // A group is open from its first step's beginning to its last one's end: no more than so many
  // (1 or more) are open at a time. To be called, if at all, before the first Take.
  void LimitOpenGroups(int at_once) { most_open_ = at_once; }
  int count() const { return static_cast<int>(steps_.size()); }

  // The first step that nobody has taken and that waits for none; waits itself while there is
  // none. To be called count() times in all, each call followed by End. What a step failed
  // with, if one did; CANCELLED if `cancel` was set.
  absl::StatusOr<int> Take(const CancelFlag& cancel);
  void End(int step, const absl::Status& status);

 private:
  struct Step {
    std::vector<int> before;  // that wait for this one
    int waits_for = 0;
    int group = kNoGroup;
    bool taken = false;
  };
  struct Group {
    int left = 0;  // steps that have not ended
    bool open = false;
  };

  bool IsReady(const Step& step) const;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Step> steps_;
  std::vector<Group> groups_;
  int most_open_ = std::numeric_limits<int>::max();
  int open_ = 0;  // groups
  absl::Status failure_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_STEPS_H_
