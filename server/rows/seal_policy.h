#ifndef BRAINALIGN_SERVER_ROWS_SEAL_POLICY_H_
#define BRAINALIGN_SERVER_ROWS_SEAL_POLICY_H_

#include <cstdint>
#include <vector>

#include "core/problem/spec.h"

namespace brainalign {

// What other projects may compute against a sealed recording, and what of it they are told. The
// defaults protect the recording: SECURITY.md has the arithmetic.
struct SealPolicy {
  std::vector<Metric> metrics = {Metric::kPearson};
  std::vector<Direction> directions = {Direction::kBrainToModel};
  // Words that each fold tests on, and trains on, at least.
  std::int64_t min_test_words = 200;
  bool release_fold_scores = false;
  bool release_alpha_counts = false;
  bool release_cache_key = false;
  // Scores are told in multiples of this.
  double score_step = 1e-3;
  // Numbers that one project, or one person, is told in all; 0: not settled yet.
  std::int64_t max_released_numbers = 0;
};

// Numbers that a result of this shape tells. What is read off the matrix is read off the scores as
// they are told, and tells nothing beside them.
std::int64_t ReleasedNumbers(const SealPolicy& policy, std::int64_t layers, std::int64_t times,
                             const AlignmentSpec& spec);

// A score as it is told: the nearest multiple of the step. NaN stays NaN.
double RoundToStep(double score, double step);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_SEAL_POLICY_H_
