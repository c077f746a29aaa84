#include "core/regressions/panel_fold.h"

#include <algorithm>
#include <utility>

#include "core/linalg/bf16_product.h"
#include "core/linalg/float_product.h"
#include "core/linalg/held_bytes.h"
#include "core/linalg/lapack.h"
#include "core/regressions/panel_loops.h"
#include "core/ridge/alpha_choice.h"
#include "core/ridge/coefficient_loops.h"
#include "core/ridge/metrics.h"
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
PanelTargets<Scalar>::PanelTargets(FoldTargets of_fold)
    : statistics(std::move(of_fold)),
      train_mean(statistics.train.mean.template cast<Scalar>()),
      test_mean(statistics.test.mean.template cast<Scalar>()),
      train_varies((statistics.train.squares > 0.0).template cast<Scalar>()),
      test_varies((statistics.test.squares > 0.0).template cast<Scalar>()) {}

template struct PanelTargets<float>;
template struct PanelTargets<double>;

absl::StatusOr<PanelFold> PanelFold::Make(const CentredFeatures& train, const CentredFeatures& test,
                                          const AlignmentSpec& spec, const Matrix* back) {
  const bool zscore = spec.zscore_words == FitWords::kTraining;
  const Vector scale = zscore ? InverseDeviation(train) : Vector(Vector::Ones(train.gram.cols()));
  Vector eigenvalues;
  Matrix axes;
  absl::Status status =
      SymmetricEigen(scale.asDiagonal() * train.gram * scale.asDiagonal(), eigenvalues, axes);
  if (!status.ok()) return status;
  eigenvalues = eigenvalues.cwiseMax(0.0);
  const Matrix rotation = scale.asDiagonal() * axes;
  const Matrix half = test.gram * rotation;

  PanelFold fold;
  fold.train_count_ = train.count;
  fold.test_count_ = test.count;
  fold.judge_ = LowerOf(rotation.transpose() * half);
  fold.shift_ = ((test.mean - train.mean).transpose() * rotation).transpose().cast<float>();
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
    const RowMatrix<float> turn = (rotation.transpose() * *back).cast<float>();
    fold.rotation_in_bf16_.resize(Size(turn.size()));
    RoundToBFloat16(turn.data(), turn.size(), fold.rotation_in_bf16_.data());
    fold.train_mean_ = inverse.asDiagonal() * (back->transpose() * train.mean);
    fold.test_mean_ = inverse.asDiagonal() * (back->transpose() * test.mean);
  }
  return fold;
}

std::vector<int> PanelFold::ChooseAlphas(const std::vector<double>& alphas,
                                         const TargetStatistics& train, Scratch& scratch) const {
  const Eigen::Index columns = train.mean.size();
  if (alphas.size() == 1) return std::vector<int>(Size(columns), 0);
  // RSS(a) = outside + sum_i b_i^2 / v_i (a / (v_i + a))^2, with |y|^2 = outside + sum_i b_i^2 /
  // v_i.
  ScaledSquares(Size(explains_.size()), Size(columns), explains_.data(), scratch.b.data(),
                scratch.z.data());
  RowMatrix<float> sums;
  MultiplyFloat(ByRows(criterion_), {scratch.z.data(), explains_.size(), columns, columns}, sums);
  Eigen::RowVectorXd outside = Eigen::RowVectorXd::Zero(columns);
  if (axes_ < train_count_ - 1.5) {
    const Eigen::RowVectorXd explained = sums.bottomRows<1>().cast<double>();
    outside = (train.squares.matrix().transpose() - explained).cwiseMax(0.0);
  }
  Criterion criterion(static_cast<Eigen::Index>(alphas.size()), columns);
  for (Eigen::Index a = 0; a < criterion.rows(); ++a) {
    criterion.row(a) = (sums.row(a).cast<double>() + outside) / divisor_[Size(a)];
  }
  return ChoosePerTarget(criterion, Ties::kToLarger);
}

template <typename Scalar, typename Out>
void PanelFold::Centre(const PanelSums<Scalar>& sums, const PanelTargets<Scalar>& targets,
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

absl::Status PanelFold::TurnCentred(const PanelSums<double>& sums,
                                    const PanelTargets<double>& targets, Scratch& scratch) const {
  const Eigen::Index features = sums.total.rows();
  const Eigen::Index columns = sums.total.cols();
  // They lie where other things come later: there are four buffers only.
  float* const train = scratch.z.data();
  float* const test = scratch.product.data();
  Centre(sums, targets, train, test);
  const auto turn = [&](const float* centred, float* out) {
    MultiplyFloat(ByRows(rotation_), {centred, features, columns, columns}, out, columns);
  };
  turn(train, scratch.b.data());
  turn(test, scratch.h.data());
  return absl::OkStatus();
}

absl::Status PanelFold::TurnCentred(const PanelSums<float>& sums,
                                    const PanelTargets<float>& targets, Scratch& scratch) const {
  const Eigen::Index features = sums.total.rows();
  const Eigen::Index columns = sums.total.cols();
  if (features == 0) {  // nothing varies
    std::fill(scratch.b.begin(), scratch.b.end(), 0.0F);
    std::fill(scratch.h.begin(), scratch.h.end(), 0.0F);
    return absl::OkStatus();
  }
  scratch.train.resize(Size(features * columns));
  scratch.test.resize(Size(features * columns));
  Centre(sums, targets, scratch.train.data(), scratch.test.data());
  const auto turn = [&](const std::vector<std::uint16_t>& centred, std::vector<float>& out) {
    return MultiplyBf16({rotation_in_bf16_.data(), eigenvalue_.size(), features, features},
                        {centred.data(), features, columns, columns}, out.data(), columns);
  };
  absl::Status status = turn(scratch.train, scratch.b);
  if (status.ok()) status = turn(scratch.test, scratch.h);
  return status;
}

template <typename Scalar>
absl::StatusOr<FoldScores> PanelFold::Score(const AlignmentSpec& spec,
                                            const PanelSums<Scalar>& sums,
                                            const PanelTargets<Scalar>& targets,
                                            const Eigen::ArrayXd& origin, Scratch& scratch) const {
  const Eigen::Index features = sums.total.rows();
  const Eigen::Index columns = sums.total.cols();
  const std::size_t axes = Size(eigenvalue_.size());
  const std::size_t most = std::max(axes, Size(features)) * Size(columns);
  for (std::vector<float>* buffer : {&scratch.b, &scratch.h, &scratch.z, &scratch.product}) {
    buffer->resize(most);
  }
  const TargetStatistics& train = targets.statistics.train;
  const TargetStatistics& test = targets.statistics.test;
  absl::Status status = TurnCentred(sums, targets, scratch);
  if (!status.ok()) return status;

  FoldScores scores;
  scores.alpha = ChooseAlphas(spec.alphas, train, scratch);
  scratch.alpha.clear();
  for (int a : scores.alpha) {
    scratch.alpha.push_back(static_cast<float>(spec.alphas[static_cast<std::size_t>(a)]));
  }
  float* const z = scratch.b.data();
  DivideBySums(axes, Size(columns), eigenvalue_.data(), scratch.alpha.data(), z);
  Ridge::PredictionSums predictions;
  predictions.products = Eigen::ArrayXd::Zero(columns);
  AddColumnProducts(axes, Size(columns), z, scratch.h.data(), predictions.products.data());
  MultiplyTriangle(ByRows(judge_), Triangle::kLower, {z, judge_.cols(), columns, columns},
                   scratch.product.data(), columns);
  predictions.squares = Eigen::ArrayXd::Zero(columns);
  AddColumnProducts(axes, Size(columns), z, scratch.product.data(), predictions.squares.data());
  predictions.shift = Eigen::ArrayXd::Zero(columns);
  if (spec.metric != Metric::kPearson) {  // which takes no notice of means
    const Eigen::Map<const RowMatrix<float>> solved(z, eigenvalue_.size(), columns);
    predictions.shift = (shift_.transpose() * solved).transpose().array().cast<double>();
  }
  scores.score = ScoreTargets(spec.metric, predictions, train, test, origin);
  scores.constant_targets = (test.squares == 0.0).count();
  return scores;
}

template absl::StatusOr<FoldScores> PanelFold::Score(const AlignmentSpec&, const PanelSums<float>&,
                                                     const PanelTargets<float>&,
                                                     const Eigen::ArrayXd&, Scratch&) const;
template absl::StatusOr<FoldScores> PanelFold::Score(const AlignmentSpec&, const PanelSums<double>&,
                                                     const PanelTargets<double>&,
                                                     const Eigen::ArrayXd&, Scratch&) const;

std::int64_t PanelFold::held_bytes() const {
  return HeldBytes(train_mean_) + HeldBytes(test_mean_) + HeldBytes(rotation_) +
         HeldBytes(rotation_in_bf16_) + HeldBytes(eigenvalue_) + HeldBytes(explains_) +
         HeldBytes(criterion_) + HeldBytes(divisor_) + HeldBytes(judge_) + HeldBytes(shift_);
}

absl::StatusOr<std::vector<PanelFold>> MakePanelFolds(const ColMatrix<float>& features,
                                                      const std::vector<FeatureSums>& segment_sums,
                                                      const Segments& segments,
                                                      const AlignmentSpec& spec,
                                                      const Matrix* back) {
  std::vector<PanelFold> folds;
  for (const FoldSets& sets : segments.folds) {
    const PerSet<CentredFeatures> moments = AssembleFeatures(segment_sums, features, sets);
    absl::StatusOr<PanelFold> fold = PanelFold::Make(moments.train, moments.test, spec, back);
    if (!fold.ok()) return fold.status();
    folds.push_back(*std::move(fold));
  }
  return folds;
}

}  // namespace brainalign
