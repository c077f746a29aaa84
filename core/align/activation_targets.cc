#include "core/align/activation_targets.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "core/align/planned_alignment.h"

namespace brainalign {
namespace {

absl::StatusOr<std::vector<PerSet<CrossSums>>> CrossOfFoldsInBf16(
    const Segments& segments, const ColMatrix<float>& features,
    const ColumnsOfFolds<float>& columns, const Bf16Features& bf16, const Bf16Targets& rounded) {
  std::vector<PerSet<CrossSums>> cross;
  if (columns.per_fold) {
    absl::StatusOr<PerSet<CrossSums>> of_fold =
        FoldCrossSumsInBf16(bf16, rounded, features, columns.values,
                            segments.folds[static_cast<std::size_t>(columns.fold)]);
    if (!of_fold.ok()) return of_fold.status();
    cross.push_back(*std::move(of_fold));
    return cross;
  }
  const absl::StatusOr<std::vector<CrossSums>> sums =
      SegmentCrossSumsInBf16(bf16, rounded, segments);
  if (!sums.ok()) return sums.status();
  for (const FoldSets& sets : segments.folds) {
    cross.push_back(AssembleCrossSums<float>(*sums, features, columns.values, sets));
  }
  return cross;
}

}  // namespace

template <typename T>
TargetColumns<T> ActivationTargets(const ActivationColumns<T>& columns,
                                   const RowMatrixRef<T>& values, int fold, int begin, int end) {
  FoldTargets statistics = columns.Statistics(fold, begin, end);
  Eigen::ArrayXd origin = OriginOf<T>(statistics.train, columns.Shift(begin, end));
  if (columns.per_fold()) origin.setZero();  // components are taken about that mean
  TargetColumns<T> targets{
      {std::move(statistics), std::move(origin)}, values, columns.Weights(begin, end), {}};
  for (int layer = 0; columns.column_begin(layer) < end; ++layer) {
    const int from = std::max(begin, columns.column_begin(layer));
    const int to = std::min(end, columns.column_begin(layer + 1));
    if (from < to) targets.groups.push_back({from - begin, to - begin});
  }
  return targets;
}

template <typename T>
std::vector<std::pair<int, int>> ColumnChunks(const ActivationColumns<T>& columns,
                                              bool whole_layers) {
  std::vector<std::pair<int, int>> chunks;
  for (int begin = 0; begin < columns.columns();) {
    int end = std::min(begin + kColumnsAtOnce, columns.columns());
    if (whole_layers) {
      int layer = 0;
      while (columns.column_begin(layer) <= begin) ++layer;
      end = columns.column_begin(layer);
    }
    chunks.emplace_back(begin, end);
    begin = end;
  }
  return chunks;
}

template <typename T>
int WidestChunk(const ActivationColumns<T>& columns, bool whole_layers) {
  int widest = 0;
  for (const auto& [begin, end] : ColumnChunks(columns, whole_layers)) {
    widest = std::max(widest, end - begin);
  }
  return widest;
}

template <typename T>
absl::StatusOr<std::vector<PerSet<CrossSums>>> CrossOfFolds(const Segments& segments,
                                                            const ProblemFeatures<T>& features,
                                                            const ColumnsOfFolds<T>& columns,
                                                            const Bf16Features* bf16,
                                                            const Bf16Targets& rounded) {
  if constexpr (std::is_same_v<T, float>) {
    if (bf16 != nullptr) {
      return CrossOfFoldsInBf16(segments, features.values.front(), columns, *bf16, rounded);
    }
  }
  if (!columns.per_fold) return CrossOfAllFolds<T>(features, columns.values, segments);
  return std::vector{FoldCrossSums<T>(features.values[features.block(columns.fold)], columns.values,
                                      segments.folds[static_cast<std::size_t>(columns.fold)])};
}

#define BRAINALIGN_INSTANTIATE(T)                                                                \
  template TargetColumns<T> ActivationTargets<T>(const ActivationColumns<T>&,                    \
                                                 const RowMatrixRef<T>&, int, int, int);         \
  template std::vector<std::pair<int, int>> ColumnChunks<T>(const ActivationColumns<T>&, bool);  \
  template int WidestChunk<T>(const ActivationColumns<T>&, bool);                                \
  template absl::StatusOr<std::vector<PerSet<CrossSums>>> CrossOfFolds<T>(                       \
      const Segments&, const ProblemFeatures<T>&, const ColumnsOfFolds<T>&, const Bf16Features*, \
      const Bf16Targets&);

BRAINALIGN_INSTANTIATE(float)
BRAINALIGN_INSTANTIATE(double)
#undef BRAINALIGN_INSTANTIATE

}  // namespace brainalign
