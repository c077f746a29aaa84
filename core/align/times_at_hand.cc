#include "core/align/times_at_hand.h"

#include <type_traits>
#include <utility>

#include "core/align/brain_at_alphas.h"
#include "core/columns/brain_columns.h"
#include "core/problem/unreadable_input.h"

namespace brainalign {

template <typename T>
absl::StatusOr<std::vector<TimeAtHand<T>>> MakeTimesReady(
    const AlignmentProblem& problem, const TimesRoute& route, BrainCache::View* view,
    SpareMatrices<T>& spare, int begin, int count, int& reused_times, const CancelFlag& cancel) {
  std::vector<TimeAtHand<T>> times(Size(count));
  std::vector<bool> with_sums;
  for (int t = 0; t < count; ++t) {
    TimeAtHand<T>& now = times[Size(t)];
    // A key names the type of what is kept under it.
    if (view != nullptr) {
      now.side = std::static_pointer_cast<const BrainSide<T>>(view->Find(begin + t));
    }
    with_sums.push_back(!route.dual && (route.with_sums || now.side == nullptr));
    if (now.side) ++reused_times;
  }
  std::vector<BrainColumns<T>> brain = GatherBrain<T>(problem.epochs, problem.segments, begin,
                                                      with_sums, spare, problem.trends.get());
  for (int t = 0; t < count; ++t) {
    if (cancel) return CancelledByFlag();
    TimeAtHand<T>& now = times[Size(t)];
    now.features = FeaturesOfBrain(std::move(brain[Size(t)]), problem.segments, problem.spec,
                                   route.dual, spare);
    if (now.side) continue;
    absl::StatusOr<std::shared_ptr<const BrainSide<T>>> side =
        MakeBrainSide(now.features, problem.segments, problem.spec, route.in_panels);
    if (!side.ok()) return side.status();
    now.side = *std::move(side);
    if (view != nullptr) {
      // What other alignments will take is made of bytes that could be read.
      if (absl::Status status = CheckReadable(problem.inputs); !status.ok()) return status;
      view->Keep(begin + t, now.side);
    }
  }
  if constexpr (std::is_same_v<T, float>) {
    if (route.in_bf16) {
      std::vector<FeaturesWithAxes> exact;
      exact.reserve(times.size());
      for (const TimeAtHand<T>& now : times) {
        exact.push_back({&now.features.values.front(), &*now.side->bf16_axes});
      }
      std::vector<Bf16Features> rotated = TurnToBf16(exact);
      for (std::size_t t = 0; t < times.size(); ++t) times[t].bf16 = std::move(rotated[t]);
    }
  }
  return times;
}

template <typename T>
void KeepCross(PerSet<CrossSums> cross, int folds, int fold, int begin, int columns,
               TimeAtHand<T>& time) {
  time.cross.resize(Size(folds));
  const auto keep = [&](RowMatrix<double>& some, RowMatrix<double>& all) {
    if (some.cols() == columns) {
      all = std::move(some);
      return;
    }
    all.resize(some.rows(), columns);
    all.middleCols(begin, some.cols()) = some;
  };
  keep(cross.train.product, time.cross[Size(fold)].train.product);
  keep(cross.test.product, time.cross[Size(fold)].test.product);
}

double KeptCrossBytes(const ProblemSize& size, double features, double columns) {
  return size.folds * 2 * 8 * features * columns;
}

#define BRAINALIGN_INSTANTIATE(T)                                                                 \
  template absl::StatusOr<std::vector<TimeAtHand<T>>> MakeTimesReady<T>(                          \
      const AlignmentProblem&, const TimesRoute&, BrainCache::View*, SpareMatrices<T>&, int, int, \
      int&, const CancelFlag&);                                                                   \
  template void KeepCross<T>(PerSet<CrossSums>, int, int, int, int, TimeAtHand<T>&);

BRAINALIGN_INSTANTIATE(float)
BRAINALIGN_INSTANTIATE(double)
#undef BRAINALIGN_INSTANTIATE

}  // namespace brainalign
