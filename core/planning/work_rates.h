#ifndef BRAINALIGN_CORE_PLANNING_WORK_RATES_H_
#define BRAINALIGN_CORE_PLANNING_WORK_RATES_H_

#include <array>
#include <string>

#include "core/planning/plan.h"

namespace brainalign {

// How long a thread of this machine takes for work: seconds for each operation and
// byte, learned by least squares from units that have finished, the longer ones and
// the later ones counting more. Estimates begin from a short measurement.
class WorkRates {
 public:
  // Measures for some hundredths of a second, on the calling thread.
  static WorkRates Calibrate();
  // Seconds for one single-precision operation, one in double precision, one byte.
  // All > 0.
  explicit WorkRates(const std::array<double, 3>& seconds_each);

  double Seconds(const Work& work) const;
  // A unit has taken this long. Nothing is learned from less than a millisecond.
  void Learn(const Work& work, double seconds);

  // What was learned, as text, and back; false, and unchanged, if `text` is none.
  std::string Save() const;
  bool Restore(const std::string& text);

 private:
  void Solve();

  std::array<double, 3> start_;  // before anything was learned
  std::array<double, 3> seconds_each_;
  // Normal equations of seconds = sum of work times seconds each.
  std::array<double, 9> square_{};
  std::array<double, 3> product_{};
};

// Seconds that a job of this plan takes with nothing beside it on `threads` threads.
double EstimateSeconds(const AlignmentPlan& plan, const WorkRates& rates, double threads);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PLANNING_WORK_RATES_H_
