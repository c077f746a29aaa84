#ifndef BRAINALIGN_CORE_PLANNING_WORK_PROGRESS_H_
#define BRAINALIGN_CORE_PLANNING_WORK_PROGRESS_H_

#include <array>
#include <cstddef>
#include <vector>

#include "core/planning/plan.h"
#include "core/planning/work_rates.h"

namespace brainalign {

// The progress of an alignment: the share of its units that is finished, weighted by their work. A
// running unit counts by the time that it has run, so that progress also moves inside units. The
// measured times of finished units correct the estimates of the others. Not thread-safe. Times are
// in seconds on any clock that never decreases.
class WorkProgress {
 public:
  // `rates` may learn at the same time. Both must outlive the object.
  WorkProgress(const AlignmentPlan& plan, const WorkRates* rates);

  // A tile that is not computed because its result exists.
  void Skip(int tile);
  void Begin(UnitKind kind, int index, double now_seconds);
  // Returns the seconds since the unit's Begin.
  double End(UnitKind kind, int index, double now_seconds);

  // The share of the work that is done, 0 to 1; never decreases.
  double Share(double now_seconds) const;
  // Seconds until the end of the last check if `threads` threads work from now on; at least 0.
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
