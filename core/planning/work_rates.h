#ifndef BRAINALIGN_CORE_PLANNING_WORK_RATES_H_
#define BRAINALIGN_CORE_PLANNING_WORK_RATES_H_

#include <array>
#include <string>

#include "core/planning/plan.h"

namespace brainalign {

// The speed of one thread of this machine: seconds for each operation and byte, estimated by least
// squares from finished units, with more weight for longer and later units. The first estimate is a
// short measurement (docs/performance.md, "Cost model").
class WorkRates {
 public:
  // Measures for some hundredths of a second, on the calling thread.
  static WorkRates Calibrate();
  // Seconds for one single-precision operation, one in double precision, one byte.
  // All > 0.
  explicit WorkRates(const std::array<double, 3>& seconds_each);

  // Estimated seconds of one thread for `work`.
  double Seconds(const Work& work) const;
  // Learns from a finished unit. Units of less than a millisecond are ignored.
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

// What is measured counts as soon as it is more than this share of a job: the first units may be so
// short that they say nothing.
inline constexpr double kPacePriorShare = 0.01;

// What units took, and what rates say that they take.
struct Pace {
  double taken_seconds = 0;
  double expected_seconds = 0;

  Pace& operator+=(const Pace& other);
  // How many times as long as expected units take. `prior_seconds`: so much work that took as long
  // as expected `prior` times counts as well; > 0.
  double Slowness(double prior_seconds, double prior = 1) const;
};

// Seconds that a job of this plan takes with nothing beside it on `threads` threads. `measured`: of
// units that have begun since the rates learned, of other jobs.
double EstimateSeconds(const AlignmentPlan& plan, const WorkRates& rates, double threads,
                       const Pace& measured = {});

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PLANNING_WORK_RATES_H_
