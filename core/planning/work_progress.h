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
// measured times of finished units correct the estimates of the others, of every kind. A unit that
// runs longer than expected does the same before its end. Expected is what the rates say when the
// alignment begins: what they learn later is learned from the same units, and would count twice.
// Not thread-safe. Times are in seconds on any clock that never decreases.
class WorkProgress {
 public:
  // `plan` must outlive the object.
  WorkProgress(const AlignmentPlan& plan, const WorkRates& rates);

  // A tile that is not computed because its result exists.
  void Skip(int tile);
  void Begin(UnitKind kind, int index, double now_seconds);
  // Returns the seconds since the unit's Begin.
  double End(UnitKind kind, int index, double now_seconds);

  // The share of the work that is done, 0 to 1; never decreases. That of a unit grows with the time
  // that it runs, and ever more slowly if it takes long.
  double Share(double now_seconds) const;
  // Seconds until the end of the last check if `threads` threads work from now on; at least 0.
  double RemainingSeconds(double now_seconds, double threads) const;
  // Of finished units, and of running ones that take longer than expected, as `rates` say.
  Pace Measured(double now_seconds, const WorkRates& rates) const;

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
    double taken_seconds = 0;  // by finished units
    Work finished = {};        // their work
  };
  // How many times as long as the rates say units take: of each kind, by UnitKind, and of all.
  struct Slowness {
    std::array<double, kUnitKinds.size()> of_kind{};
    double of_all = 1;
  };
  using Paces = std::array<Pace, kUnitKinds.size()>;

  Stage& stage(UnitKind kind) { return stages_[static_cast<std::size_t>(kind)]; }
  double Plain(const Stage& stage, std::size_t index) const;
  Paces FinishedPaces(const WorkRates& rates) const;
  Paces MeasuredPaces(double now_seconds, const WorkRates& rates) const;
  Slowness SlownessOf(const Paces& paces) const;

  const WorkRates rates_;
  std::array<Stage, kUnitKinds.size()> stages_;  // by UnitKind
  Work total_ = {};                              // of all units
  Work skipped_ = {};                            // of tiles that exist
  mutable double share_ = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PLANNING_WORK_PROGRESS_H_
