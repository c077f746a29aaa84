#ifndef BRAINALIGN_CORE_COLUMNS_STEP_GRAPH_H_
#define BRAINALIGN_CORE_COLUMNS_STEP_GRAPH_H_

#include <cstddef>
#include <limits>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/cancel.h"
#include "core/mutex.h"

namespace brainalign {

// StepGraph of work with dependencies, for threads that are not coordinated otherwise: each thread
// takes the first step that is ready. Add all steps first; then any thread may call Take and End.
class StepGraph {
 public:
  static constexpr int kNoGroup = -1;

  // Adds a step that waits for the steps `after`, which must have been added before, and returns
  // its number. A step of a group (0, 1, ..) must not wait for a step of another group.
  int Add(const std::vector<int>& after, int group = kNoGroup);
  // Limits how many groups are open at a time (1 or more). A group is open from the start of its
  // first step until the end of its last. Call it, if at all, before the first Take.
  void LimitOpenGroups(int at_once);
  int count() const;

  // Takes the first step that is ready and not taken, and returns its number. Waits while there is
  // none. Must be called count() times in all. Returns the error of a step that failed; CANCELLED
  // if `cancel` was set.
  absl::StatusOr<int> Take(const CancelFlag& cancel);
  // Must be called for every step that was taken, with the status of its work.
  void End(int step, const absl::Status& status);

 private:
  struct Step {
    std::vector<int> before;  // steps that wait for this one
    int waits_for = 0;
    int group = kNoGroup;
    bool taken = false;
  };
  struct Group {
    int left = 0;  // number of steps that have not ended
    bool open = false;
  };

  bool IsReady(const Step& step) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The index of the first step to take; the number of steps if there is none.
  std::size_t FirstReady() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  Condition changed_;
  std::vector<Step> steps_ ABSL_GUARDED_BY(mutex_);
  std::vector<Group> groups_ ABSL_GUARDED_BY(mutex_);
  int most_open_ ABSL_GUARDED_BY(mutex_) = std::numeric_limits<int>::max();
  int open_ ABSL_GUARDED_BY(mutex_) = 0;  // number of open groups
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_STEP_GRAPH_H_
