// Statistics of ActivationColumns.
#include <algorithm>

#include "core/columns/activation_columns.h"

namespace brainalign {
namespace {

TargetStatistics SliceOf(const TargetStatistics& all, Eigen::Index begin, Eigen::Index width) {
  return {all.count, all.mean.segment(begin, width), all.squares.segment(begin, width)};
}

void Append(const TargetStatistics& more, TargetStatistics& all) {
  const Eigen::Index old = all.mean.size();
  all.count = more.count;
  all.mean.conservativeResize(old + more.mean.size());
  all.squares.conservativeResize(old + more.squares.size());
  all.mean.tail(more.mean.size()) = more.mean;
  all.squares.tail(more.squares.size()) = more.squares;
}

}  // namespace

template <typename T>
void ActivationColumns<T>::FillStatistics(int layer) {
  const int first = column_begin(layer);
  const int last = column_begin(layer + 1);
  RowMatrix<T> storage;
  for (std::size_t fold = 0; fold < segments_.folds.size(); ++fold) {
    FoldTargets& all = statistics_[fold][static_cast<std::size_t>(layer)];
    const FoldSets& sets = segments_.folds[fold];
    all.inner_test.resize(sets.purged.size());
    all.inner_train.resize(sets.purged.size());
  }
  const auto fill = [&](const RowMatrixRef<T>& values, std::size_t fold,
                        const std::vector<TargetSums>& sums) {
    const FoldTargets part = AssembleTargets<T>(sums, values, segments_.folds[fold]);
    FoldTargets& all = statistics_[fold][static_cast<std::size_t>(layer)];
    Append(part.train, all.train);
    Append(part.test, all.test);
    for (std::size_t j = 0; j < part.inner_test.size(); ++j) {
      Append(part.inner_test[j], all.inner_test[j]);
      Append(part.inner_train[j], all.inner_train[j]);
    }
  };
  for (int begin = first; begin < last; begin += kStatisticsAtOnce) {
    const int end = std::min(last, begin + kStatisticsAtOnce);
    if (per_fold()) {
      for (std::size_t fold = 0; fold < segments_.folds.size(); ++fold) {
        const RowMatrixRef<T> values = Columns(static_cast<int>(fold), begin, end, storage);
        fill(values, fold, SegmentTargetSums<T>(values, segments_));
      }
    } else {
      const RowMatrixRef<T> values = Columns(0, begin, end, storage);
      const std::vector<TargetSums> sums = SegmentTargetSums<T>(values, segments_);
      for (std::size_t fold = 0; fold < segments_.folds.size(); ++fold) fill(values, fold, sums);
    }
  }
}

template <typename T>
FoldTargets ActivationColumns<T>::Statistics(int fold, int begin, int end) const {
  FoldTargets slice;
  const FoldSets& sets = segments_.folds[static_cast<std::size_t>(fold)];
  slice.inner_test.resize(sets.purged.size());
  slice.inner_train.resize(sets.purged.size());
  for (std::size_t layer = 0; layer < layer_count(); ++layer) {
    const int from = std::max(begin, column_begin_[layer]);
    const int to = std::min(end, column_begin_[layer + 1]);
    if (from >= to) continue;
    const FoldTargets& all = statistics_[static_cast<std::size_t>(fold)][layer];
    const Eigen::Index at = from - column_begin_[layer];
    Append(SliceOf(all.train, at, to - from), slice.train);
    Append(SliceOf(all.test, at, to - from), slice.test);
    for (std::size_t j = 0; j < slice.inner_test.size(); ++j) {
      Append(SliceOf(all.inner_test[j], at, to - from), slice.inner_test[j]);
      Append(SliceOf(all.inner_train[j], at, to - from), slice.inner_train[j]);
    }
  }
  return slice;
}

#define BRAINALIGN_INSTANTIATE(T)                          \
  template void ActivationColumns<T>::FillStatistics(int); \
  template FoldTargets ActivationColumns<T>::Statistics(int, int, int) const;

BRAINALIGN_INSTANTIATE(float)
BRAINALIGN_INSTANTIATE(double)
#undef BRAINALIGN_INSTANTIATE

}  // namespace brainalign
