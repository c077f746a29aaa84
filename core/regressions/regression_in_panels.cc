#include "core/regressions/regression_in_panels.h"

#include <algorithm>
#include <utility>

#include "core/linalg/bf16_product.h"
#include "core/linalg/float_product.h"
#include "core/linalg/held_bytes.h"
#include "core/linalg/lapack.h"
#include "core/linalg/single_range.h"
#include "core/problem/needs_double.h"
#include "core/regressions/fold_words.h"
#include "core/regressions/panel_loops.h"
#include "core/ridge/alpha_choice.h"
#include "core/ridge/coefficient_loops.h"
#include "core/tensor/convert.h"

namespace brainalign {
namespace {

// A lower triangle T with z'Tz = z'Sz for every z: half the work of a product with S.
RowMatrix<float> LowerOf(const Matrix& symmetric) {
  Matrix lower = 2.0 * symmetric;
  lower.diagonal() = symmetric.diagonal();
  lower.triangularView<Eigen::StrictlyUpper>().setZero();
  return lower.cast<float>();
}

}  // namespace

template <typename Scalar>
PanelTargets<Scalar>::PanelTargets(TargetsOfFold of_fold)
    : TargetsOfFold(std::move(of_fold)),
      train_mean(statistics.train.mean.template cast<Scalar>()),
      test_mean(statistics.test.mean.template cast<Scalar>()),
      train_varies((statistics.train.squares > 0.0).template cast<Scalar>()),
      test_varies((statistics.test.squares > 0.0).template cast<Scalar>()) {}

template <typename Scalar>
PanelTargets<Scalar>::PanelTargets(FoldTargets of_fold, const Eigen::ArrayXd& shift)
    : PanelTargets(TargetsOfFold{std::move(of_fold), {}}) {
  origin = OriginOf<float>(statistics.train, shift);
}

template struct PanelTargets<float>;
template struct PanelTargets<double>;

absl::StatusOr<RegressionInPanels> RegressionInPanels::Make(const CentredFeatures& train,
                                                            const CentredFeatures& test,
                                                            const AlignmentSpec& spec,
                                                            const Matrix* back) {
  const bool zscore = spec.zscore_words == FitWords::kTraining;
  const Vector scale = ScaleOfVarying(
      zscore ? InverseDeviation(train) : Vector(Vector::Ones(train.gram.cols())), train);
  const Vector deviation = Deviation(train);
  if (!SingleHolds(deviation)) {
    return NeedsDouble("features are too large or too small for single precision");
  }
  if (!(SquaresBesideVariation(test, scale) <= kMostBesideVariationInSingle)) {
    return NeedsDouble(kFarTestWords);
  }
  Vector eigenvalues;
  Matrix axes;
  absl::Status status =
      SymmetricEigen(scale.asDiagonal() * train.gram * scale.asDiagonal(), eigenvalues, axes);
  if (!status.ok()) return status;
  eigenvalues = eigenvalues.cwiseMax(0.0);
  const Matrix rotation = scale.asDiagonal() * axes;
  const Matrix half = test.gram * rotation;

  RegressionInPanels fold;
  fold.train_count_ = train.count;
  fold.test_count_ = test.count;
  const Matrix moments = rotation.transpose() * half;
  fold.evaluation_.triangle = LowerOf(moments);
  const RidgeSolver solver(eigenvalues, Vector());
  const Eigen::RowVectorXd shift = (test.mean - train.mean).transpose() * rotation;
  const RoundingBound::Fit fit = {rotation, solver, shift, train.count, test.count};
  const RoundingBound::Errors errors =
      back ? RoundingBound::InBf16(*back, deviation)
           : RoundingBound::Independent((train.summed / train.count).cwiseSqrt(),
                                        kUnitRoundoff<float>);
  fold.rounding_ = RoundingBound::Make(fit, errors, spec.alphas, [&](const RowMatrix<double>& z) {
    return Eigen::ArrayXd((moments * z).cwiseProduct(z).colwise().sum().transpose().array());
  });
  fold.explained_error_bound_ = ExplainedErrorBound(fit, errors);
  fold.evaluation_.shift = shift.transpose().cast<float>();
  fold.eigenvalue_ = eigenvalues.cast<float>();
  const Eigen::ArrayXd varies = SpannedDirections(eigenvalues);
  fold.axes_ = varies.sum();
  fold.explains_ = (varies / (eigenvalues.array() + (1.0 - varies))).matrix().cast<float>();
  const auto alphas = static_cast<Eigen::Index>(spec.alphas.size());
  fold.criterion_.resize(alphas + 1, eigenvalues.size());
  fold.criterion_.row(alphas).setOnes();
  for (std::size_t a = 0; a < spec.alphas.size(); ++a) {
    const Eigen::ArrayXd left = spec.alphas[a] / (eigenvalues.array() + spec.alphas[a]);
    fold.criterion_.row(static_cast<Eigen::Index>(a)) =
        left.square().matrix().transpose().cast<float>();
    // 1 - (1 + df) / n, from what is positive.
    const double divisor = (train.count - 1.0 - fold.axes_ + (varies * left).sum()) / train.count;
    fold.divisor_.push_back(divisor * divisor);
  }
  if (back == nullptr) {
    fold.rotation_ = rotation.transpose().cast<float>();
    fold.train_mean_ = train.mean;
    fold.test_mean_ = test.mean;
  } else {
    // The columns of `back` are orthogonal.
    const Vector inverse = back->colwise().squaredNorm().cwiseInverse().transpose();
    const RowMatrix<float> rotation_from_axes = (rotation.transpose() * *back).cast<float>();
    fold.rotation_in_bf16_.resize(Size(rotation_from_axes.size()));
    RoundToBFloat16(rotation_from_axes.data(), rotation_from_axes.size(),
                    fold.rotation_in_bf16_.data());
    fold.train_mean_ = inverse.asDiagonal() * (back->transpose() * train.mean);
    fold.test_mean_ = inverse.asDiagonal() * (back->transpose() * test.mean);
  }
  return fold;
}

ChosenAlphas RegressionInPanels::Choose(const AlignmentSpec& spec, const TargetsOfFold& targets,
                                        const Cross& cross, Buffers& buffers) const {
  const TargetStatistics& train = targets.statistics.train;
  const std::vector<double>& alphas = spec.alphas;
  const Eigen::Index columns = train.mean.size();
  ChosenAlphas chosen = {std::vector<int>(Size(columns), 0), Flags::Constant(columns, false)};
  if (alphas.size() == 1) return chosen;
  buffers.train.resize(Size(explains_.size() * columns));
  // RSS(a) = outside + sum_i b_i^2 / v_i (a / (v_i + a))^2, with |y|^2 = outside + sum_i b_i^2 /
  // v_i.
  ScaledSquares(Size(explains_.size()), Size(columns), explains_.data(), cross.train.data(),
                buffers.train.data());
  RowMatrix<float> sums;
  MultiplyFloat(ByRows(criterion_), {buffers.train.data(), explains_.size(), columns, columns},
                sums);
  Eigen::RowVectorXd outside = Eigen::RowVectorXd::Zero(columns);
  if (axes_ < train_count_ - 1.5) {
    const Eigen::RowVectorXd explained = sums.bottomRows<1>().cast<double>();
    outside = (train.squares.matrix().transpose() - explained).cwiseMax(0.0);
  }
  Criterion criterion(static_cast<Eigen::Index>(alphas.size()), columns);
  for (Eigen::Index a = 0; a < criterion.rows(); ++a) {
    criterion.row(a) = (sums.row(a).cast<double>() + outside) / divisor_[Size(a)];
  }
  Criterion inflation = Criterion::Zero(criterion.rows(), columns);
  AddExplainedErrorBound(explained_error_bound_ * cross.scale, train, inflation);
  chosen.index = ChoosePerTarget(criterion, Ties::kToLarger);
  chosen.uncertain = HidesTheLeast(criterion, inflation);
  return chosen;
}

template <typename Scalar, typename Out>
void RegressionInPanels::Centre(const PanelSums<Scalar>& sums, const PanelTargets<Scalar>& targets,
                                Out* train, Out* test) const {
  const Eigen::Index columns = sums.total.cols();
  for (Eigen::Index i = 0; i < sums.total.rows(); ++i) {
    const auto row = [i](const RowMatrixRef<Scalar>& of) {
      return of.size() > 0 ? of.data() + i * of.outerStride() : nullptr;
    };
    const CrossRow<Scalar> cross{row(sums.total), row(sums.test), row(sums.purged)};
    const SetMeans<Scalar> of_train{static_cast<Scalar>(train_count_ * train_mean_(i)),
                                    targets.train_mean.data(), targets.train_varies.data()};
    const SetMeans<Scalar> of_test{static_cast<Scalar>(test_count_ * test_mean_(i)),
                                   targets.test_mean.data(), targets.test_varies.data()};
    CentreCrossRow(cross, of_train, of_test, Size(columns), train + i * columns,
                   test + i * columns);
  }
}

absl::Status RegressionInPanels::TurnCentred(const PanelSums<double>& sums,
                                             const PanelTargets<double>& targets, Buffers& buffers,
                                             Cross& cross) const {
  const Eigen::Index features = sums.total.rows();
  const Eigen::Index columns = sums.total.cols();
  buffers.train.resize(Size(features * columns));
  buffers.test.resize(Size(features * columns));
  Centre(sums, targets, buffers.train.data(), buffers.test.data());
  const auto rotate = [&](const std::vector<float>& centred, std::vector<float>& out) {
    MultiplyFloat(ByRows(rotation_), {centred.data(), features, columns, columns}, out.data(),
                  columns);
  };
  rotate(buffers.train, cross.train);
  rotate(buffers.test, cross.test);
  return absl::OkStatus();
}

absl::Status RegressionInPanels::TurnCentred(const PanelSums<float>& sums,
                                             const PanelTargets<float>& targets, Buffers& buffers,
                                             Cross& cross) const {
  const Eigen::Index features = sums.total.rows();
  const Eigen::Index columns = sums.total.cols();
  if (features == 0) {  // nothing varies
    std::fill(cross.train.begin(), cross.train.end(), 0.0F);
    std::fill(cross.test.begin(), cross.test.end(), 0.0F);
    return absl::OkStatus();
  }
  buffers.train_in_bf16.resize(Size(features * columns));
  buffers.test_in_bf16.resize(Size(features * columns));
  Centre(sums, targets, buffers.train_in_bf16.data(), buffers.test_in_bf16.data());
  const auto rotate = [&](const std::vector<std::uint16_t>& centred, std::vector<float>& out) {
    return MultiplyBf16({rotation_in_bf16_.data(), eigenvalue_.size(), features, features},
                        {centred.data(), features, columns, columns}, out.data(), columns);
  };
  absl::Status status = rotate(buffers.train_in_bf16, cross.train);
  if (status.ok()) status = rotate(buffers.test_in_bf16, cross.test);
  return status;
}

template <typename Scalar>
absl::Status RegressionInPanels::Rotate(const PanelTargets<Scalar>& targets,
                                        const PanelSums<Scalar>& sums, Buffers& buffers,
                                        Cross& cross) const {
  const std::size_t size = Size(eigenvalue_.size() * sums.total.cols());
  cross.train.resize(size);
  cross.test.resize(size);
  absl::Status status = TurnCentred(sums, targets, buffers, cross);
  if (!status.ok()) return status;
  cross.scale = rounding_.ScaleOfRotated(targets.statistics.train, cross.train.data());
  return absl::OkStatus();
}

void RegressionInPanels::Solve(const std::vector<double>& alphas, const Cross& cross,
                               const ChosenAlphas& chosen, Solution& solution) const {
  std::vector<float> alpha;
  alpha.reserve(chosen.index.size());
  for (int a : chosen.index) alpha.push_back(static_cast<float>(alphas[Size(a)]));
  solution.resize(cross.train.size());
  DivideBySums(Size(eigenvalue_.size()), alpha.size(), eigenvalue_.data(), alpha.data(),
               cross.train.data(), solution.data());
}

HeldOutSums RegressionInPanels::Judge(const Solution& solution, const Evaluation& evaluation,
                                      const Cross& cross, Buffers& buffers) const {
  const std::size_t axes = Size(eigenvalue_.size());
  const Eigen::Index columns = cross.scale.size();
  HeldOutSums sums;
  sums.products = Eigen::ArrayXd::Zero(columns);
  AddColumnProducts(axes, Size(columns), solution.data(), cross.test.data(), sums.products.data());
  buffers.test.resize(solution.size());
  MultiplyTriangle(ByRows(evaluation.triangle), Triangle::kLower,
                   {solution.data(), evaluation.triangle.cols(), columns, columns},
                   buffers.test.data(), columns);
  sums.squares = Eigen::ArrayXd::Zero(columns);
  AddColumnProducts(axes, Size(columns), solution.data(), buffers.test.data(), sums.squares.data());
  const Eigen::Map<const RowMatrix<float>> z(solution.data(), eigenvalue_.size(), columns);
  sums.shift = (evaluation.shift.transpose() * z).transpose().array().cast<double>();
  return sums;
}

void RegressionInPanels::Bound(const AlignmentSpec& spec, const TargetsOfFold& targets,
                               const Cross& cross, const Solution& solution,
                               FoldScores& scores) const {
  scores.error_bound = rounding_.ScoreErrorBound(
      spec.metric, cross.scale, scores.alphas.index, solution.data(),
      {scores.held_out, targets.statistics.train, targets.statistics.test, targets.origin});
  BoundInSingle(spec.metric, targets, scores);
}

template absl::Status RegressionInPanels::Rotate(const PanelTargets<float>&,
                                                 const PanelSums<float>&, Buffers&, Cross&) const;
template absl::Status RegressionInPanels::Rotate(const PanelTargets<double>&,
                                                 const PanelSums<double>&, Buffers&, Cross&) const;

std::int64_t RegressionInPanels::held_bytes() const {
  return HeldBytes(train_mean_) + HeldBytes(test_mean_) + HeldBytes(rotation_) +
         HeldBytes(rotation_in_bf16_) + HeldBytes(eigenvalue_) + HeldBytes(explains_) +
         HeldBytes(criterion_) + HeldBytes(divisor_) + HeldBytes(evaluation_.triangle) +
         HeldBytes(evaluation_.shift) + rounding_.held_bytes();
}

double RegressionsInPanelsBytes(const ProblemSize& size, double features) {
  // Rotation, evaluation moments and criterion.
  return size.folds * 4 * features * (2 * features + size.alphas);
}

double MakeRegressionInPanelsBytes(const ProblemSize& size, double features) {
  // Axes, scaled Gram matrix, rotation and what is rotated with it, or decomposed.
  return AssembleFeaturesBytes(size, features) + 8 * 4 * features * features +
         SymmetricEigenBytes(features);
}

absl::StatusOr<std::vector<RegressionInPanels>> MakeRegressionsInPanels(
    const ColMatrix<float>& features, const std::vector<FeatureSums>& segment_sums,
    const Segments& segments, const AlignmentSpec& spec, const Matrix* back) {
  std::vector<RegressionInPanels> folds;
  for (const FoldSets& sets : segments.folds) {
    const PerSet<CentredFeatures> moments = AssembleFeatures(segment_sums, features, sets);
    absl::StatusOr<RegressionInPanels> fold =
        RegressionInPanels::Make(moments.train, moments.test, spec, back);
    if (!fold.ok()) return fold.status();
    folds.push_back(*std::move(fold));
  }
  return folds;
}

}  // namespace brainalign
