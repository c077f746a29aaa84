#ifndef BRAINALIGN_CORE_ALIGN_STEPS_H_
#define BRAINALIGN_CORE_ALIGN_STEPS_H_

#include <condition_variable>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/align/cancel.h"

namespace brainalign {

// Steps of which some wait for others, for threads that do not know of one another: whoever
// has time takes the first that is ready. Any thread may call it once all steps are added.
class Steps {
 public:
  // A step that waits for those of `after`, which were added before it. Its number.
  int Add(const std::vector<int>& after);
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
    bool taken = false;
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Step> steps_;
  absl::Status failure_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_STEPS_H_
