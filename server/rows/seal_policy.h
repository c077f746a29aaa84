#ifndef BRAINALIGN_SERVER_ROWS_SEAL_POLICY_H_
#define BRAINALIGN_SERVER_ROWS_SEAL_POLICY_H_

#include <cstdint>
#include <vector>

#include "core/problem/spec.h"

namespace brainalign {

// The policy of a sealed recording: the computations that other projects may make, and the results
// that are released. The defaults protect the recording; SECURITY.md explains them.
struct SealPolicy {
  std::vector<Metric> metrics = {Metric::kPearson};
  std::vector<Direction> directions = {Direction::kBrainToModel};
  // Words that each fold tests on, and trains on, at least.
  std::int64_t min_test_words = 200;
  bool release_fold_scores = false;
  bool release_alpha_counts = false;
  bool release_cache_key = false;
  // Released scores are multiples of this.
  double score_step = 1e-3;
  // Total of the numbers that one project, or one person, can receive; 0: not settled yet.
  std::int64_t max_released_numbers = 0;
};

// Numbers that a result of this shape releases. Numbers that are read off the matrix are computed
// from the released scores and reveal nothing more.
std::int64_t ReleasedNumbers(const SealPolicy& policy, std::int64_t layers, std::int64_t times,
                             const AlignmentSpec& spec);

// The released form of a score: the nearest multiple of the step. NaN stays NaN.
double RoundToStep(double score, double step);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_SEAL_POLICY_H_
