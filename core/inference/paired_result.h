#ifndef BRAINALIGN_CORE_INFERENCE_PAIRED_RESULT_H_
#define BRAINALIGN_CORE_INFERENCE_PAIRED_RESULT_H_

#include <optional>
#include <vector>

#include "core/inference/uncertainty_result.h"

namespace brainalign {

// The difference of two alignments of the same words, folds and blocks, with the same layers and
// times: first less second (docs/uncertainty.md, "Two models"). With too few degrees of freedom p
// values and intervals are missing: p_cell is empty below kIntervalDegrees, p_familywise below
// kSimultaneousDegrees.
struct PairedTest {
  std::vector<double> difference;    // (L, T)
  std::vector<double> se;            // (L, T)
  std::vector<double> p_cell;        // (L, T) Student's t of difference / se
  std::vector<double> p_familywise;  // (L, T) by the largest |E| / se of each draw
  // Mean over layers of the difference at the time where the sum of both matrices is largest.
  double alignment_difference = 0;
  std::optional<Interval> alignment_interval;
  std::optional<double> alignment_p;
  // Slopes of t_max on depth, in seconds per unit of depth. Their error is the deviation of the
  // difference over common draws. Nothing where a slope is undefined.
  std::optional<double> slope_difference;
  std::optional<Interval> slope_interval;
  std::optional<double> slope_p;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_PAIRED_RESULT_H_
