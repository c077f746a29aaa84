#include "core/moments/target_moments.h"

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "core/linalg/float_product.h"

namespace brainalign {
namespace {

template <typename T>
TargetSums TargetSumsOfRows(const RowMatrixRef<T>& values, Eigen::Index begin, Eigen::Index end) {
  TargetSums sums{static_cast<double>(end - begin), Eigen::ArrayXd::Zero(values.cols()),
                  Eigen::ArrayXd::Zero(values.cols())};
  for (Eigen::Index row = begin; row < end; ++row) {
    const auto value = values.row(row).transpose().array().template cast<double>();
    sums.sum += value;
    sums.squares += value.square();
  }
  return sums;
}

template <typename T>
TargetSums TargetSumsAt(const RowMatrixRef<T>& values, const std::vector<std::int32_t>& positions) {
  TargetSums sums = TargetSumsOfRows<T>(values, 0, 0);
  for (std::int32_t position : positions) {
    sums.Add(TargetSumsOfRows<T>(values, position, position + 1));
  }
  return sums;
}

TargetStatistics Centre(const TargetSums& sums) {
  TargetStatistics statistics;
  statistics.count = sums.count;
  statistics.mean = sums.sum / sums.count;
  statistics.squares = (sums.squares - sums.sum * statistics.mean).max(0.0);
  // Rounding errors of the sum of squares must not pass for variance.
  constexpr double kConstant = 1e-12;
  statistics.squares =
      (statistics.squares <= kConstant * sums.squares).select(0.0, statistics.squares);
  return statistics;
}

CrossSums ZeroCross(Eigen::Index features, Eigen::Index targets) {
  return {RowMatrix<double>::Zero(features, targets)};
}

// CrossSumsOver in double precision.
template <typename T>
CrossSums CrossSumsInDouble(const ColMatrix<T>& features, const RowMatrixRef<T>& targets,
                            const std::vector<RangePair>& ranges) {
  constexpr std::int32_t kWordsConverted = 512;  // at a time
  CrossSums sums = ZeroCross(features.cols(), targets.cols());
  for (const RangePair& range : ranges) {
    for (std::int32_t row = 0; row < range.count; row += kWordsConverted) {
      const std::int32_t count = std::min(kWordsConverted, range.count - row);
      const Matrix x = features.middleRows(range.x_begin + row, count).template cast<double>();
      const RowMatrix<double> y =
          targets.middleRows(range.y_begin + row, count).template cast<double>();
      sums.product.noalias() += x.transpose() * y;
    }
  }
  return sums;
}

// The sums over every set of a fold. `over`: as CrossSumsOver.
template <typename T, typename Over>
PerSet<CrossSums> SumSets(const ColMatrix<T>& features, const RowMatrixRef<T>& targets,
                          const FoldSets& sets, const Over& over) {
  const auto at = [&](const std::vector<std::int32_t>& positions) {
    return CrossSumsAt<T>(features, targets, positions);
  };
  const auto of_set = [&](const WordSet& set) {
    std::vector<RangePair> ranges;
    for (const auto& [begin, end] : set.ranges) ranges.push_back({begin, begin, end - begin});
    CrossSums sums = over(features, targets, ranges);
    if (!set.removed.empty()) sums.Subtract(at(set.removed));
    return sums;
  };
  return AssembleSets<CrossSums>(sets, of_set, at);
}

}  // namespace

template <typename T>
Eigen::ArrayXd OriginOf(const TargetStatistics& train, const Eigen::ArrayXd& shift) {
  // A sum of n equal numbers errs by at most n roundoffs.
  Eigen::ArrayXd rounding =
      std::max(0x1p-48, 0x1p-53 * train.count) * (train.mean.abs() + shift.abs());
  if (std::is_same_v<T, float>) {
    // Of columns that vary, ErrorBoundOfMeans takes account.
    rounding = (train.squares > 0.0).select(0.0, 0x1p-22 * (train.mean.abs() + shift.abs()));
  }
  const Eigen::ArrayXd origin = train.mean + shift;
  return (origin.abs() <= rounding).select(0.0, origin);
}

template Eigen::ArrayXd OriginOf<float>(const TargetStatistics&, const Eigen::ArrayXd&);
template Eigen::ArrayXd OriginOf<double>(const TargetStatistics&, const Eigen::ArrayXd&);

void TargetSums::Add(const TargetSums& other) {
  count += other.count;
  sum += other.sum;
  squares += other.squares;
}

void TargetSums::Subtract(const TargetSums& other) {
  count -= other.count;
  sum -= other.sum;
  squares -= other.squares;
}

TargetSums TargetSums::Without(const TargetSums& other) const {
  return {count - other.count, sum - other.sum, squares - other.squares};
}

template <typename T>
std::vector<TargetSums> SegmentTargetSums(const RowMatrixRef<T>& values, const Segments& segments) {
  std::vector<TargetSums> all;
  for (int s = 0; s < segments.count(); ++s) {
    all.push_back(TargetSumsOfRows<T>(values, segments.begin[static_cast<std::size_t>(s)],
                                      segments.begin[static_cast<std::size_t>(s) + 1]));
  }
  return all;
}

template <typename T>
FoldTargets AssembleTargets(const std::vector<TargetSums>& segment_sums,
                            const RowMatrixRef<T>& values, const FoldSets& sets) {
  const auto at = [&](const std::vector<std::int32_t>& positions) {
    return TargetSumsAt<T>(values, positions);
  };
  const auto of_set = [&](const WordSet& set) { return AddSegments(segment_sums, set, at); };
  const PerSet<TargetSums> sums = AssembleSets<TargetSums>(sets, of_set, at);
  FoldTargets statistics;
  statistics.train = Centre(sums.train);
  statistics.test = Centre(sums.test);
  for (const TargetSums& set : sums.inner_test) statistics.inner_test.push_back(Centre(set));
  for (const TargetSums& set : sums.inner_train) statistics.inner_train.push_back(Centre(set));
  return statistics;
}

template <typename T>
CrossSums CrossSumsAt(const ColMatrix<T>& features, const RowMatrixRef<T>& targets,
                      const std::vector<std::int32_t>& positions) {
  const auto count = static_cast<Eigen::Index>(positions.size());
  Matrix feature_rows(count, features.cols());
  RowMatrix<double> target_rows(count, targets.cols());
  for (Eigen::Index i = 0; i < count; ++i) {
    const Eigen::Index position = positions[static_cast<std::size_t>(i)];
    feature_rows.row(i) = features.row(position).template cast<double>();
    target_rows.row(i) = targets.row(position).template cast<double>();
  }
  CrossSums sums;
  sums.product.noalias() = feature_rows.transpose() * target_rows;
  return sums;
}

template <typename T>
CrossSums CrossSumsOver(const ColMatrix<T>& features, const RowMatrixRef<T>& targets,
                        const std::vector<RangePair>& ranges) {
  CrossSums sums;
  RowMatrix<T> block(features.cols(), targets.cols());
  for (const RangePair& range : ranges) {
    for (std::int32_t row = 0; row < range.count; row += kWordsInSinglePrecision) {
      const std::int32_t count = std::min(kWordsInSinglePrecision, range.count - row);
      const std::int32_t x = range.x_begin + row;
      const std::int32_t y = range.y_begin + row;
      if constexpr (std::is_same_v<T, float>) {
        MultiplyFloat(RowsOf(features, x, count).transposed(), ByRows(targets.middleRows(y, count)),
                      block);
      } else {
        block.noalias() = features.middleRows(x, count).transpose() * targets.middleRows(y, count);
      }
      if (sums.product.size() == 0) {
        sums.product = block.template cast<double>();
      } else {
        sums.product += block.template cast<double>();
      }
    }
  }
  if (sums.product.size() == 0) sums.product.setZero(features.cols(), targets.cols());
  return sums;
}

template <typename T>
std::vector<CrossSums> SegmentCrossSums(const ColMatrix<T>& features,
                                        const RowMatrixRef<T>& targets, const Segments& segments) {
  std::vector<CrossSums> all;
  for (int s = 0; s < segments.count(); ++s) {
    const std::int32_t begin = segments.begin[static_cast<std::size_t>(s)];
    const std::int32_t end = segments.begin[static_cast<std::size_t>(s) + 1];
    all.push_back(CrossSumsOver<T>(features, targets, {{begin, begin, end - begin}}));
  }
  return all;
}

absl::StatusOr<std::vector<CrossSums>> SegmentCrossSumsInBf16(const Bf16Features& features,
                                                              const Bf16Targets& targets,
                                                              const Segments& segments) {
  std::vector<CrossSums> all;
  for (int s = 0; s < segments.count(); ++s) {
    all.push_back(ZeroCross(features.back.rows(), targets.shift.size()));
    absl::Status status =
        AddCrossOfRows(features, targets, segments.begin[static_cast<std::size_t>(s)],
                       segments.begin[static_cast<std::size_t>(s) + 1], all.back().product);
    if (!status.ok()) return status;
  }
  return all;
}

template <typename T>
PerSet<CrossSums> AssembleCrossSums(const std::vector<CrossSums>& segment_sums,
                                    const ColMatrix<T>& features, const RowMatrixRef<T>& targets,
                                    const FoldSets& sets) {
  const auto at = [&](const std::vector<std::int32_t>& positions) {
    return CrossSumsAt<T>(features, targets, positions);
  };
  const auto of_set = [&](const WordSet& set) { return AddSegments(segment_sums, set, at); };
  return AssembleSets<CrossSums>(sets, of_set, at);
}

template <typename T>
PerSet<CrossSums> FoldCrossSums(const ColMatrix<T>& features, const RowMatrixRef<T>& targets,
                                const FoldSets& sets) {
  return SumSets<T>(features, targets, sets, &CrossSumsOver<T>);
}

template <typename T>
PerSet<CrossSums> FoldCrossSumsInDouble(const ColMatrix<T>& features,
                                        const RowMatrixRef<T>& targets, const FoldSets& sets) {
  return SumSets<T>(features, targets, sets, &CrossSumsInDouble<T>);
}

absl::StatusOr<PerSet<CrossSums>> FoldCrossSumsInBf16(const Bf16Features& bf16_features,
                                                      const Bf16Targets& bf16_targets,
                                                      const ColMatrix<float>& features,
                                                      const RowMatrixRef<float>& targets,
                                                      const FoldSets& sets) {
  absl::Status status;
  const auto at = [&](const std::vector<std::int32_t>& positions) {
    return CrossSumsAt<float>(features, targets, positions);
  };
  const auto of_set = [&](const WordSet& set) {
    CrossSums sums = ZeroCross(features.cols(), targets.cols());
    for (const auto& [begin, end] : set.ranges) {
      status.Update(AddCrossOfRows(bf16_features, bf16_targets, begin, end, sums.product));
    }
    if (!set.removed.empty()) sums.Subtract(at(set.removed));
    return sums;
  };
  PerSet<CrossSums> sums = AssembleSets<CrossSums>(sets, of_set, at);
  if (!status.ok()) return status;
  return sums;
}

template std::vector<TargetSums> SegmentTargetSums<float>(const RowMatrixRef<float>&,
                                                          const Segments&);
template std::vector<TargetSums> SegmentTargetSums<double>(const RowMatrixRef<double>&,
                                                           const Segments&);
template FoldTargets AssembleTargets<float>(const std::vector<TargetSums>&,
                                            const RowMatrixRef<float>&, const FoldSets&);
template FoldTargets AssembleTargets<double>(const std::vector<TargetSums>&,
                                             const RowMatrixRef<double>&, const FoldSets&);
template CrossSums CrossSumsAt<float>(const ColMatrix<float>&, const RowMatrixRef<float>&,
                                      const std::vector<std::int32_t>&);
template CrossSums CrossSumsAt<double>(const ColMatrix<double>&, const RowMatrixRef<double>&,
                                       const std::vector<std::int32_t>&);
template CrossSums CrossSumsOver<float>(const ColMatrix<float>&, const RowMatrixRef<float>&,
                                        const std::vector<RangePair>&);
template CrossSums CrossSumsOver<double>(const ColMatrix<double>&, const RowMatrixRef<double>&,
                                         const std::vector<RangePair>&);
template std::vector<CrossSums> SegmentCrossSums<float>(const ColMatrix<float>&,
                                                        const RowMatrixRef<float>&,
                                                        const Segments&);
template std::vector<CrossSums> SegmentCrossSums<double>(const ColMatrix<double>&,
                                                         const RowMatrixRef<double>&,
                                                         const Segments&);
template PerSet<CrossSums> AssembleCrossSums<float>(const std::vector<CrossSums>&,
                                                    const ColMatrix<float>&,
                                                    const RowMatrixRef<float>&, const FoldSets&);
template PerSet<CrossSums> AssembleCrossSums<double>(const std::vector<CrossSums>&,
                                                     const ColMatrix<double>&,
                                                     const RowMatrixRef<double>&, const FoldSets&);
template PerSet<CrossSums> FoldCrossSums<float>(const ColMatrix<float>&, const RowMatrixRef<float>&,
                                                const FoldSets&);
template PerSet<CrossSums> FoldCrossSums<double>(const ColMatrix<double>&,
                                                 const RowMatrixRef<double>&, const FoldSets&);
template PerSet<CrossSums> FoldCrossSumsInDouble<float>(const ColMatrix<float>&,
                                                        const RowMatrixRef<float>&,
                                                        const FoldSets&);

}  // namespace brainalign
