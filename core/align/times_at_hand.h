#ifndef BRAINALIGN_CORE_ALIGN_TIMES_AT_HAND_H_
#define BRAINALIGN_CORE_ALIGN_TIMES_AT_HAND_H_

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "core/align/brain_cache.h"
#include "core/align/brain_side.h"
#include "core/align/planned_alignment.h"
#include "core/cancel.h"
#include "core/linalg/spare_matrices.h"
#include "core/moments/bf16_features.h"
#include "core/moments/set_sums.h"
#include "core/moments/target_moments.h"
#include "core/regressions/problem_features.h"

namespace brainalign {

// The brain at one time sample, ready for targets.
template <typename T>
struct TimeAtHand {
  ProblemFeatures<T> features;
  std::shared_ptr<const BrainSide<T>> side;
  std::optional<Bf16Features> bf16;  // where products are in bf16
  // (K) Cross-products with all columns over the training and the test words, where they are kept
  // for influences.
  std::vector<PerSet<CrossSums>> cross;
};

// How an alignment uses the times at hand.
struct TimesRoute {
  bool dual = false;
  bool in_panels = false;
  bool in_bf16 = false;
  bool with_sums = false;  // needs the sums of the features whether or not the side is kept
};

// The times [begin, begin + count): their features, and what is worked out of them, as far as
// `view` does not have it. Counts what was there in `reused_times`. `view` may be null.
template <typename T>
absl::StatusOr<std::vector<TimeAtHand<T>>> MakeTimesReady(
    const AlignmentProblem& problem, const TimesRoute& route, BrainCache::View* view,
    SpareMatrices<T>& spare, int begin, int count, int& reused_times, const CancelFlag& cancel);

// Keeps the cross-products of a fold with the columns from `begin` on, of `columns` in all.
template <typename T>
void KeepCross(PerSet<CrossSums> cross, int folds, int fold, int begin, int columns,
               TimeAtHand<T>& time);

// Bytes of what KeepCross keeps of a time.
double KeptCrossBytes(const ProblemSize& size, double features, double columns);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_TIMES_AT_HAND_H_
