#include "server/rows/seal_policy.h"

#include <algorithm>
#include <cmath>

#include "server/rows/recording.h"

namespace brainalign {
namespace {

constexpr std::int64_t kNumbersToOneReleased = 100;

}  // namespace

std::int64_t NumbersOf(const BrainRef& brain) {
  const std::optional<TensorRef>& tensor = brain.epochs ? brain.epochs : brain.continuous;
  if (!tensor) return 0;
  double numbers = 1;
  for (const std::int64_t length : tensor->spec.shape) numbers *= static_cast<double>(length);
  // Far beyond every tensor that a server takes.
  constexpr double kMost = 1e18;
  return static_cast<std::int64_t>(std::min(numbers, kMost));
}

std::int64_t WordsOf(const BrainRef& brain) {
  const std::optional<TensorRef>& words =
      brain.onsets_seconds ? brain.onsets_seconds : brain.epochs;
  return words && !words->spec.shape.empty() ? words->spec.shape.front() : 0;
}

SealPolicy Settle(SealPolicy policy, const BrainRef& brain) {
  if (policy.max_released_numbers == 0) {
    policy.max_released_numbers =
        std::max<std::int64_t>(1, NumbersOf(brain) / kNumbersToOneReleased);
  }
  return policy;
}

std::int64_t ReleasedNumbers(const SealPolicy& policy, std::int64_t layers, std::int64_t times,
                             const AlignmentSpec& spec) {
  std::int64_t numbers = layers * times;
  if (policy.release_fold_scores) numbers += layers * times * spec.folds;
  if (policy.release_alpha_counts) {
    numbers += layers * static_cast<std::int64_t>(spec.alphas.size());
  }
  return numbers;
}

double RoundToStep(double score, double step) {
  const double steps = std::round(score / step);
  // Dividing by a whole number gives the double nearest to the decimal that people expect.
  const double per_one = std::round(1 / step);
  const bool divides_one = std::abs(per_one * step - 1) < 1e-12;
  const double rounded = divides_one ? steps / per_one : steps * step;
  return rounded + 0.0;  // no minus zero
}

}  // namespace brainalign
