#ifndef BRAINALIGN_CORE_PLANNING_WORK_PROGRESS_H_
#define BRAINALIGN_CORE_PLANNING_WORK_PROGRESS_H_

#include <array>
#include <cstddef>
#include <vector>

#include "core/planning/plan.h"
#include "core/planning/work_rates.h"

namespace brainalign {

// How far an alignment's units have come, each weighing as much as its work takes.
// Units under way count for the time they have run, so that progress moves inside
// them. What its finished units took mends the estimate of the others. Not
// thread-safe. Moments are seconds on any clock that goes forward.
class WorkProgress {
 public:
  // `rates` may learn meanwhile; both must outlive the object.
  WorkProgress(const AlignmentPlan& plan, const WorkRates* rates);

  // A tile that need not be computed.
  void Skip(int tile);
  void Begin(UnitKind kind, int index, double now_seconds);
  // Returns the seconds since its beginning.
  double End(UnitKind kind, int index, double now_seconds);

  // Of the work, 0 to 1; never goes back.
  double Share(double now_seconds) const;
  // Until the last check, if `threads` threads work on it from now on. >= 0.
  double RemainingSeconds(double now_seconds, double threads) const;

 private:
  struct Unit {
    enum class State { kWaiting, kRunning, kDone } state = State::kWaiting;
    double began_seconds = 0;
  };
  // Units of a kind.
  struct Stage {
    const std::vector<Work>* works = nullptr;
    int at_once = 1;
    std::vector<Unit> units;
    // Of finished units: what they took and what the rates said when they ended.
    double taken_seconds = 0;
    double expected_seconds = 0;
  };
  struct Left {
    double seconds = 0;  // of one thread
    double longest_seconds = 0;
    int units = 0;
  };

  Stage& stage(UnitKind kind) { return stages_[static_cast<std::size_t>(kind)]; }
  double Expected(const Stage& stage, std::size_t index) const;
  Left LeftOf(const Stage& stage, double now_seconds) const;
  double RunningSeconds(const Stage& stage, double now_seconds) const;

  const WorkRates* const rates_;
  std::array<Stage, kUnitKinds.size()> stages_;  // by UnitKind
  double skipped_seconds_ = 0;
  mutable double share_ = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PLANNING_WORK_PROGRESS_H_
