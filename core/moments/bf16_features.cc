#include "core/moments/bf16_features.h"

#include <utility>

#include "core/linalg/held_bytes.h"
#include "core/linalg/lapack.h"
#include "core/tensor/convert.h"

namespace brainalign {
namespace {

// Words that are rotated at a time.
constexpr Eigen::Index kRoundedWordsAtOnce = 1024;

}  // namespace

std::int64_t Bf16Axes::held_bytes() const { return HeldBytes(to_axes) + HeldBytes(back); }

absl::StatusOr<Bf16Axes> FindBf16Axes(const std::vector<FeatureSums>& segment_sums) {
  FeatureSums total = segment_sums.front();
  for (std::size_t s = 1; s < segment_sums.size(); ++s) total.Add(segment_sums[s]);
  Vector eigenvalues;
  Matrix axes;
  absl::Status status = SymmetricEigen(total.gram, eigenvalues, axes);
  if (!status.ok()) return status;
  const auto kept = static_cast<Eigen::Index>(SpannedDirections(eigenvalues).sum());  // the last
  const Vector deviation = (eigenvalues.tail(kept) / total.count).cwiseSqrt();
  const Matrix kept_axes = axes.rightCols(kept);
  Bf16Axes found;
  found.to_axes = (kept_axes * deviation.cwiseInverse().asDiagonal()).cast<float>();
  found.back = kept_axes * deviation.asDiagonal();
  return found;
}

std::vector<Bf16Features> TurnToBf16(const std::vector<FeaturesWithAxes>& times) {
  std::size_t size = 0;
  for (const auto& [values, axes] : times) {
    size += static_cast<std::size_t>(values->rows() * axes->back.cols());
  }
  const auto memory = std::make_shared_for_overwrite<std::uint16_t[]>(size);
  std::uint16_t* to = memory.get();
  std::vector<Bf16Features> all;
  ColMatrix<float> rotated;
  for (const auto& [values, axes] : times) {
    const Eigen::Index kept = axes->back.cols();
    Bf16Features& features = all.emplace_back();
    features.words = values->rows();
    features.values = to;
    features.memory = memory;
    features.back = axes->back;
    for (Eigen::Index row = 0; row < features.words; row += kRoundedWordsAtOnce) {
      const Eigen::Index count = std::min(kRoundedWordsAtOnce, features.words - row);
      rotated.noalias() = values->middleRows(row, count) * axes->to_axes;
      for (Eigen::Index axis = 0; axis < kept; ++axis) {
        RoundToBFloat16(rotated.col(axis).data(), count, to + axis * features.words + row);
      }
    }
    to += kept * features.words;
  }
  return all;
}

Bf16Targets RoundToBf16(const RowMatrixRef<float>& values) {
  Bf16Targets targets;
  targets.shift = Eigen::ArrayXd::Zero(values.cols());
  targets.copies.resize(static_cast<std::size_t>(values.size()));
  targets.rounded = {targets.copies.data(), values.rows(), values.cols(), values.cols()};
  Eigen::RowVectorXf row;
  for (Eigen::Index word = 0; word < values.rows(); ++word) {
    row = values.row(word);
    RoundToBFloat16(row.data(), row.size(), targets.copies.data() + word * values.cols());
  }
  return targets;
}

Eigen::RowVectorXd Bf16Features::Row(Eigen::Index word) const {
  Eigen::RowVectorXd row(back.cols());
  for (Eigen::Index axis = 0; axis < row.size(); ++axis) {
    const std::uint16_t* source = values + axis * words + word;
    ConvertToDouble(DType::kBF16, reinterpret_cast<const std::byte*>(source), 1, 1, &row(axis));
  }
  return row;
}

Vector Bf16Features::Sum(Eigen::Index begin, Eigen::Index end) const {
  Vector sums(back.cols());
  Eigen::VectorXf row(end - begin);
  for (Eigen::Index axis = 0; axis < sums.size(); ++axis) {
    const std::uint16_t* source = values + axis * words + begin;
    ConvertToFloat(DType::kBF16, reinterpret_cast<const std::byte*>(source), 1, row.size(),
                   row.data());
    sums(axis) = row.cast<double>().sum();
  }
  return sums;
}

absl::Status MultiplyRotated(const Bf16Matrix& features, const Bf16Targets& targets,
                             Eigen::Index begin, Eigen::Index end, RowMatrix<float>& block) {
  Bf16Matrix left = features;
  left.data += begin;
  left.columns = end - begin;
  Bf16Matrix right = targets.rounded;
  right.data += (begin - targets.first_word) * right.stride;
  right.rows = end - begin;
  block.resize(left.rows, right.columns);
  if (left.rows == 0) return absl::OkStatus();
  return MultiplyBf16(left, right, block.data(), block.cols());
}

absl::Status AddCrossOfRows(const Bf16Features& features, const Bf16Targets& targets,
                            Eigen::Index begin, Eigen::Index end, RowMatrix<double>& sums) {
  if (features.back.cols() == 0 || begin == end) return absl::OkStatus();
  RowMatrix<float> block;
  RowMatrix<double> rotated = RowMatrix<double>::Zero(features.back.cols(), targets.shift.size());
  for (Eigen::Index row = begin; row < end; row += kWordsInSinglePrecision) {
    absl::Status status =
        MultiplyRotated(features.rounded(), targets, row,
                        std::min<Eigen::Index>(row + kWordsInSinglePrecision, end), block);
    if (!status.ok()) return status;
    rotated += block.cast<double>();
  }
  if ((targets.shift != 0.0).any()) {
    rotated.noalias() -= features.Sum(begin, end) * targets.shift.matrix().transpose();
  }
  block = rotated.cast<float>();
  const RowMatrix<float> product = features.back.cast<float>() * block;
  sums += product.cast<double>();
  return absl::OkStatus();
}

}  // namespace brainalign
