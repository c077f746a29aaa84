#include "core/align/bf16_features.h"

#include <utility>

#include "core/align/alpha_choice.h"
#include "core/align/held_bytes.h"
#include "core/align/lapack.h"
#include "core/tensor/convert.h"

namespace brainalign {
namespace {

// Words that are turned at a time.
constexpr Eigen::Index kWordsAtOnce = 1024;

// (axes) sums over the words [begin, end) of the features as rounded.
Vector SumOfRounded(const Bf16Features& features, Eigen::Index begin, Eigen::Index end) {
  Vector sums(features.back.cols());
  Eigen::VectorXf row(end - begin);
  for (Eigen::Index axis = 0; axis < sums.size(); ++axis) {
    const std::uint16_t* source = features.values.data() + axis * features.words + begin;
    ConvertToFloat(DType::kBF16, reinterpret_cast<const std::byte*>(source), 1, row.size(),
                   row.data());
    sums(axis) = row.cast<double>().sum();
  }
  return sums;
}

}  // namespace

template <typename T>
std::int64_t Bf16Axes<T>::held_bytes() const {
  return HeldBytes(turn) + HeldBytes(back);
}

template <typename T>
absl::StatusOr<Bf16Axes<T>> FindBf16Axes(const std::vector<FeatureSums>& segment_sums) {
  FeatureSums total = segment_sums.front();
  for (std::size_t s = 1; s < segment_sums.size(); ++s) total.Add(segment_sums[s]);
  Vector eigenvalues;
  Matrix axes;
  absl::Status status = SymmetricEigen(total.gram, eigenvalues, axes);
  if (!status.ok()) return status;
  const auto kept = static_cast<Eigen::Index>(SpannedDirections(eigenvalues).sum());  // the last
  const Vector deviation = (eigenvalues.tail(kept) / total.count).cwiseSqrt();
  const Matrix kept_axes = axes.rightCols(kept);
  Bf16Axes<T> found;
  found.turn = (kept_axes * deviation.cwiseInverse().asDiagonal()).template cast<T>();
  found.back = kept_axes * deviation.asDiagonal();
  return found;
}

template <typename T>
Bf16Features TurnToBf16(const ColMatrix<T>& values, const Bf16Axes<T>& axes) {
  const Eigen::Index kept = axes.back.cols();
  Bf16Features features;
  features.words = values.rows();
  features.back = axes.back;
  features.values.resize(static_cast<std::size_t>(kept * features.words));
  ColMatrix<T> turned;
  for (Eigen::Index row = 0; row < features.words; row += kWordsAtOnce) {
    const Eigen::Index count = std::min(kWordsAtOnce, features.words - row);
    turned.noalias() = values.middleRows(row, count) * axes.turn;
    const ColMatrix<float> single = turned.template cast<float>();
    for (Eigen::Index axis = 0; axis < kept; ++axis) {
      RoundToBFloat16(single.col(axis).data(), count,
                      features.values.data() + axis * features.words + row);
    }
  }
  return features;
}

template <typename T>
Bf16Targets RoundToBf16(const RowMatrixRef<T>& values) {
  Bf16Targets targets;
  targets.words = values.rows();
  targets.shift = Eigen::ArrayXd::Zero(values.cols());
  targets.values.resize(static_cast<std::size_t>(values.size()));
  Eigen::RowVectorXf row;
  for (Eigen::Index word = 0; word < values.rows(); ++word) {
    row = values.row(word).template cast<float>();
    RoundToBFloat16(row.data(), row.size(), targets.values.data() + word * values.cols());
  }
  return targets;
}

Eigen::RowVectorXd Bf16Features::Row(Eigen::Index word) const {
  Eigen::RowVectorXd row(back.cols());
  for (Eigen::Index axis = 0; axis < row.size(); ++axis) {
    const std::uint16_t* source = values.data() + axis * words + word;
    ConvertToDouble(DType::kBF16, reinterpret_cast<const std::byte*>(source), 1, 1, &row(axis));
  }
  return row;
}

absl::Status AddTurnedCrossOfRows(const Bf16Features& features, const Bf16Targets& targets,
                                  Eigen::Index begin, Eigen::Index end, RowMatrix<float>& block,
                                  RowMatrix<double>& sums) {
  if (features.back.cols() == 0 || begin == end) return absl::OkStatus();
  const Bf16Matrix all_features = features.rounded();
  const Bf16Matrix all_targets = targets.rounded();
  block.resize(all_features.rows, all_targets.columns);
  for (Eigen::Index row = begin; row < end; row += kWordsInSinglePrecision) {
    const Eigen::Index count = std::min<Eigen::Index>(kWordsInSinglePrecision, end - row);
    Bf16Matrix left = all_features;
    left.data += row;
    left.columns = count;
    Bf16Matrix right = all_targets;
    right.data += (row - targets.first_word) * right.stride;
    right.rows = count;
    absl::Status status = MultiplyBf16(left, right, block.data(), block.cols());
    if (!status.ok()) return status;
    sums += block.cast<double>();
  }
  if ((targets.shift != 0.0).any()) {
    sums.noalias() -= SumOfRounded(features, begin, end) * targets.shift.matrix().transpose();
  }
  return absl::OkStatus();
}

absl::Status AddCrossOfRows(const Bf16Features& features, const Bf16Targets& targets,
                            Eigen::Index begin, Eigen::Index end, RowMatrix<double>& sums) {
  RowMatrix<float> block;
  RowMatrix<double> turned = RowMatrix<double>::Zero(features.back.cols(), targets.shift.size());
  absl::Status status = AddTurnedCrossOfRows(features, targets, begin, end, block, turned);
  if (!status.ok()) return status;
  block = turned.cast<float>();
  const RowMatrix<float> product = features.back.cast<float>() * block;
  sums += product.cast<double>();
  return absl::OkStatus();
}

template struct Bf16Axes<float>;
template struct Bf16Axes<double>;
template absl::StatusOr<Bf16Axes<float>> FindBf16Axes<float>(const std::vector<FeatureSums>&);
template absl::StatusOr<Bf16Axes<double>> FindBf16Axes<double>(const std::vector<FeatureSums>&);
template Bf16Features TurnToBf16<float>(const ColMatrix<float>&, const Bf16Axes<float>&);
template Bf16Features TurnToBf16<double>(const ColMatrix<double>&, const Bf16Axes<double>&);
template Bf16Targets RoundToBf16<float>(const RowMatrixRef<float>&);
template Bf16Targets RoundToBf16<double>(const RowMatrixRef<double>&);

}  // namespace brainalign
