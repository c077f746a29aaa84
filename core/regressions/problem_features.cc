#include "core/regressions/problem_features.h"

#include <Eigen/QR>
#include <algorithm>
#include <utility>

namespace brainalign {
namespace {

// Rows at a time that Eigen copies within the product of a QR decomposition's update.
constexpr double kRowsPacked = 1024;

}  // namespace

template <typename T>
Vector InverseDeviationOver(const ColMatrix<T>& values,
                            const std::vector<std::int32_t>& positions) {
  Vector scale(values.cols());
  Vector column(static_cast<Eigen::Index>(positions.size()));
  for (Eigen::Index feature = 0; feature < values.cols(); ++feature) {
    for (std::size_t i = 0; i < positions.size(); ++i) {
      column(static_cast<Eigen::Index>(i)) = values(positions[i], feature);
    }
    const double variance = (column.array() - column.mean()).square().mean();
    const bool constant = column.minCoeff() == column.maxCoeff() || variance <= 0;
    scale(feature) = constant ? 1.0 : 1.0 / std::sqrt(variance);
  }
  return scale;
}

bool WantsDual(const Segments& segments, Eigen::Index features) {
  return std::any_of(segments.folds.begin(), segments.folds.end(),
                     [&](const FoldSets& sets) { return sets.train_count < features; });
}

template <typename T>
ProblemFeatures<T> TurnToDual(const ColMatrix<T>& values, const Segments& segments, bool zscore,
                              std::vector<Matrix>* bases) {
  ProblemFeatures<T> dual;
  const std::size_t blocks = zscore ? segments.folds.size() : 1;
  for (std::size_t block = 0; block < blocks; ++block) {
    Matrix transposed = values.transpose().template cast<double>();
    if (zscore) {
      transposed = InverseDeviationOver(values, TrainPositions(segments, segments.folds[block]))
                       .asDiagonal() *
                   transposed;
    }
    const Eigen::Index size = std::min(transposed.rows(), transposed.cols());
    const Eigen::HouseholderQR<Eigen::Ref<Matrix>> qr(transposed);
    const Matrix r = transposed.topRows(size).template triangularView<Eigen::Upper>();
    if (bases != nullptr) {
      bases->push_back(qr.householderQ() * Matrix::Identity(transposed.rows(), size));
    }
    dual.values.push_back(r.transpose().template cast<T>());
    dual.segment_sums.push_back(SegmentFeatureSums<T>(dual.values.back(), Vector::Zero(size),
                                                      Vector::Ones(size), segments));
  }
  return dual;
}

double ProblemFeaturesBytes(const ProblemSize& size, double features, double blocks) {
  return blocks *
         (size.words * features * size.value_bytes + SegmentFeatureSumsBytes(size, features));
}

double TurnToDualBytes(const ProblemSize& size, double features) {
  const double smaller = std::min(size.words, features);
  return 8 * size.words * features + 8 * smaller * (smaller + kRowsPacked);
}

template <typename T>
absl::StatusOr<std::vector<RegressionByTarget<T>>> MakeRegressionsByTarget(
    const ProblemFeatures<T>& features, const Segments& segments, const AlignmentSpec& spec,
    const Matrix* back) {
  std::vector<RegressionByTarget<T>> regressions;
  for (int fold = 0; fold < static_cast<int>(segments.folds.size()); ++fold) {
    const std::size_t block = features.block(fold);
    absl::StatusOr<RegressionByTarget<T>> regression =
        RegressionByTarget<T>::Make(features.values[block], features.segment_sums[block], segments,
                                    fold, features.scaling(block), spec, back);
    if (!regression.ok()) return regression.status();
    regressions.push_back(*std::move(regression));
  }
  return regressions;
}

template <typename T>
std::vector<PerSet<CrossSums>> CrossOfAllFolds(const ProblemFeatures<T>& features,
                                               const RowMatrixRef<T>& targets,
                                               const Segments& segments) {
  std::vector<PerSet<CrossSums>> cross;
  if (features.per_fold()) {
    for (std::size_t fold = 0; fold < segments.folds.size(); ++fold) {
      cross.push_back(FoldCrossSums<T>(features.values[fold], targets, segments.folds[fold]));
    }
    return cross;
  }
  const std::vector<CrossSums> sums =
      SegmentCrossSums<T>(features.values.front(), targets, segments);
  for (const FoldSets& sets : segments.folds) {
    cross.push_back(AssembleCrossSums<T>(sums, features.values.front(), targets, sets));
  }
  return cross;
}

#define BRAINALIGN_INSTANTIATE(T)                                                                 \
  template Vector InverseDeviationOver<T>(const ColMatrix<T>&, const std::vector<std::int32_t>&); \
  template ProblemFeatures<T> TurnToDual<T>(const ColMatrix<T>&, const Segments&, bool,           \
                                            std::vector<Matrix>*);                                \
  template absl::StatusOr<std::vector<RegressionByTarget<T>>> MakeRegressionsByTarget<T>(         \
      const ProblemFeatures<T>&, const Segments&, const AlignmentSpec&, const Matrix*);           \
  template std::vector<PerSet<CrossSums>> CrossOfAllFolds<T>(                                     \
      const ProblemFeatures<T>&, const RowMatrixRef<T>&, const Segments&);

BRAINALIGN_INSTANTIATE(float)
BRAINALIGN_INSTANTIATE(double)
#undef BRAINALIGN_INSTANTIATE

}  // namespace brainalign
