#include "core/regressions/inner_fits.h"

#include "core/linalg/held_bytes.h"
#include "core/regressions/fold_words.h"

namespace brainalign {
namespace {

// A target that does not vary in the set has no covariance with anything; what
// rounding leaves must not be taken for a prediction.
void ClearConstant(const TargetStatistics& targets, RowMatrix<double>& columns) {
  for (Eigen::Index target = 0; target < columns.cols(); ++target) {
    if (targets.squares(target) == 0.0) columns.col(target).setZero();
  }
}

}  // namespace

std::int64_t InnerFit::held_bytes() const {
  return ridge.held_bytes() + (judge ? judge->held_bytes() : 0) + HeldBytes(inner_test_gram) +
         HeldBytes(positions) + HeldBytes(train_positions) + rounding.held_bytes();
}

RowMatrix<double> CentredCross(const CrossSums& cross, const Vector& feature_mean,
                               const TargetStatistics& targets) {
  RowMatrix<double> centred = cross.product;
  const Eigen::RowVectorXd weighted = targets.count * targets.mean.matrix().transpose();
  centred.noalias() -= feature_mean * weighted;
  ClearConstant(targets, centred);
  return centred;
}

template <typename T>
RowMatrix<double> OnTrainingWords(const Ridge& ridge, const ColMatrix<T>& features,
                                  const RowMatrixRef<T>& values, const RowMatrix<double>& cross,
                                  const TargetStatistics& statistics,
                                  const std::vector<std::int32_t>& train_positions) {
  if (!ridge.factorised()) return ridge.Rotate(cross);
  RowMatrix<double> rotated = CrossOfRotatedWords(features, train_positions, ridge.train_mean(),
                                                  ridge.rotation(), values, statistics.mean);
  ClearConstant(statistics, rotated);
  return rotated;
}

template <typename T>
RowMatrix<double> OnEvaluationWords(const Ridge& ridge, const RowMatrixRef<T>& values,
                                    const CrossSums& cross, const Vector& feature_mean,
                                    const TargetStatistics& statistics,
                                    const std::vector<std::int32_t>& positions) {
  if (!ridge.evaluation().direct()) {
    return ridge.Rotate(CentredCross(cross, feature_mean, statistics));
  }
  RowMatrix<double> observed(static_cast<Eigen::Index>(positions.size()), statistics.mean.size());
  for (Eigen::Index i = 0; i < observed.rows(); ++i) {
    observed.row(i) = values.row(positions[static_cast<std::size_t>(i)]).template cast<double>() -
                      statistics.mean.matrix().transpose();
  }
  ClearConstant(statistics, observed);
  return observed;
}

template <typename T>
std::vector<BlockedErrors> ErrorsOfInnerFolds(const std::vector<InnerFit>& fits,
                                              const TargetsWithCross<T>& targets,
                                              const std::vector<double>& alphas) {
  const auto rows = static_cast<Eigen::Index>(alphas.size());
  std::vector<BlockedErrors> errors;
  for (std::size_t j = 0; j < fits.size(); ++j) {
    const TargetStatistics& train = targets.statistics.inner_train[j];
    const TargetStatistics& test = targets.statistics.inner_test[j];
    const CrossSums& of_train = targets.cross.inner_train[j];
    const CrossSums& of_test = targets.cross.inner_test[j];
    const InnerFit& inner = fits[j];
    BlockedErrors& of = errors.emplace_back(rows, train.mean.size());
    if (inner.judge) {
      inner.judge->AddSquaredError({of_train.product, targets.mean.inner_train[j], train},
                                   {of_test.product, targets.mean.inner_test[j], test}, of.squares,
                                   of.inflation, of.error_bound);
      continue;
    }
    const RowMatrix<double> centred = CentredCross(of_train, targets.mean.inner_train[j], train);
    inner.rounding.AddInflation(inner.rounding.Scale(train, centred.data()), of.inflation);
    AddSquaredError(inner.ridge,
                    OnTrainingWords<T>(inner.ridge, targets.features, targets.values, centred,
                                       train, inner.train_positions),
                    OnEvaluationWords<T>(inner.ridge, targets.values, of_test,
                                         targets.mean.inner_test[j], test, inner.positions),
                    train, test, alphas, of.squares);
    // The predictions are off by as much as the inflation says, along the residuals at most.
    const auto off = of.inflation.array().sqrt();
    of.error_bound.array() += off * (2.0 * of.squares.array().max(0.0).sqrt() + off);
  }
  return errors;
}

#define BRAINALIGN_INSTANTIATE(T)                                                          \
  template RowMatrix<double> OnTrainingWords<T>(                                           \
      const Ridge&, const ColMatrix<T>&, const RowMatrixRef<T>&, const RowMatrix<double>&, \
      const TargetStatistics&, const std::vector<std::int32_t>&);                          \
  template RowMatrix<double> OnEvaluationWords<T>(                                         \
      const Ridge&, const RowMatrixRef<T>&, const CrossSums&, const Vector&,               \
      const TargetStatistics&, const std::vector<std::int32_t>&);                          \
  template std::vector<BlockedErrors> ErrorsOfInnerFolds<T>(                               \
      const std::vector<InnerFit>&, const TargetsWithCross<T>&, const std::vector<double>&);

BRAINALIGN_INSTANTIATE(float)
BRAINALIGN_INSTANTIATE(double)
#undef BRAINALIGN_INSTANTIATE

}  // namespace brainalign
