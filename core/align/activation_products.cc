#include "core/align/activation_products.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>

#include "core/align/bf16_product.h"
#include "core/align/large_pages.h"
#include "core/tensor/convert.h"

namespace brainalign {
namespace {

// Dimensions whose products with all later ones are formed at a time, in bf16.
constexpr Eigen::Index kPanel = 256;
// Words whose values in float32 stay in the cache.
constexpr std::int32_t kFarRowsAtOnce = 256;
// A dimension whose mean is further from 0 than this many deviations loses too much where
// products are summed about 0 in single precision; with more than this share of all dimensions
// like that, none is summed so.
constexpr double kFar = 4.0;
constexpr double kMostFar = 0.05;

using Ranges = std::vector<std::pair<std::int32_t, std::int32_t>>;

// Calls `of_rows(first, count)` for neighbouring positions, until it fails.
template <typename OfRows>
absl::Status ForEachBlock(const Ranges& ranges, const CancelFlag& cancel, const OfRows& of_rows) {
  for (const auto& [begin, end] : ranges) {
    for (std::int32_t row = begin; row < end; row += kWordsInSinglePrecision) {
      if (cancel) return CancelledByFlag();
      absl::Status status = of_rows(row, std::min(kWordsInSinglePrecision, end - row));
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

// Sums of products in bf16, about 0 until Centred.
class Bf16Sums {
 public:
  Bf16Sums(const ActivationRows<float>& rows, int layer, std::vector<int> far, FeatureSums zero)
      : rows_(rows),
        layer_(layer),
        far_(std::move(far)),
        width_(rows.width(layer)),
        sums_(std::move(zero)),
        far_products_(Matrix::Zero(width_, static_cast<Eigen::Index>(far_.size()))),
        block_(std::make_unique_for_overwrite<std::uint16_t[]>(
            static_cast<std::size_t>(kWordsInSinglePrecision * width_))) {
    UseLargePages(block_.get(),
                  static_cast<std::size_t>(kWordsInSinglePrecision * width_ * kSizeOfBf16));
  }

  absl::Status Add(std::int32_t first, std::int32_t count) {
    const Tensor& tensor = rows_.tensor(layer_);
    Eigen::VectorXd row(width_);
    for (std::int32_t i = 0; i < count; ++i) {
      const std::byte* source =
          tensor.data() + rows_.word(first + i) * tensor.stride(0) * kSizeOfBf16;
      std::memcpy(block_.get() + i * width_, source,
                  static_cast<std::size_t>(width_ * kSizeOfBf16));
      ConvertToDouble(DType::kBF16, source, 1, width_, row.data());
      sums_.sum += row;
    }
    sums_.count += count;
    for (Eigen::Index column = 0; column < width_; column += kPanel) {
      absl::Status status = AddPanel(column, count);
      if (!status.ok()) return status;
    }
    if (!far_.empty()) AddFar(first, count);
    return absl::OkStatus();
  }

  // About the shift of the rows.
  FeatureSums Centred() {
    const Vector& shift = rows_.shift(layer_);
    const Vector sum = sums_.sum - sums_.count * shift;
    for (Eigen::Index column = 0; column < width_; ++column) {
      const Eigen::Index below = width_ - column;
      sums_.gram.col(column).tail(below) -=
          (sums_.sum(column) * shift + shift(column) * sum).tail(below);
    }
    sums_.sum = sum;
    for (std::size_t f = 0; f < far_.size(); ++f) {
      const auto products = far_products_.col(static_cast<Eigen::Index>(f));
      sums_.gram.col(far_[f]).tail(width_ - far_[f]) = products.tail(width_ - far_[f]);
      sums_.gram.row(far_[f]).head(far_[f]) = products.head(far_[f]).transpose();
    }
    return std::move(sums_);
  }

 private:
  static constexpr std::int64_t kSizeOfBf16 = sizeof(std::uint16_t);

  // Products of the dimensions [column, column + kPanel) with all from `column` on.
  absl::Status AddPanel(Eigen::Index column, std::int32_t count) {
    const Eigen::Index size = std::min(kPanel, width_ - column);
    const Eigen::Index rest = width_ - column;
    panel_.resize(rest, size);
    const std::uint16_t* from = block_.get() + column;
    Bf16Matrix transposed{from, size, count, 1};
    transposed.column_stride = width_;
    absl::Status status =
        MultiplyBf16(transposed, {from, count, rest, width_}, panel_.data(), rest);
    if (!status.ok()) return status;
    for (Eigen::Index c = 0; c < size; ++c) {
      sums_.gram.col(column + c).tail(rest - c) += panel_.col(c).tail(rest - c).cast<double>();
    }
    return absl::OkStatus();
  }

  void AddFar(std::int32_t first, std::int32_t count) {
    far_block_.setZero(width_, static_cast<Eigen::Index>(far_.size()));
    for (std::int32_t row = 0; row < count; row += kFarRowsAtOnce) {
      values_.resize(std::min(kFarRowsAtOnce, count - row), width_);
      rows_.Load(layer_, first + row, static_cast<std::int32_t>(values_.rows()), 0,
                 static_cast<int>(width_), values_);
      far_values_ = values_(Eigen::all, far_);
      far_block_.noalias() += values_.transpose() * far_values_;
    }
    far_products_ += far_block_.cast<double>();
  }

  const ActivationRows<float>& rows_;
  const int layer_;
  const std::vector<int> far_;  // dimensions to be summed in float32, ascending
  const Eigen::Index width_;
  FeatureSums sums_;
  Matrix far_products_;                     // (d, far) about the shift
  std::unique_ptr<std::uint16_t[]> block_;  // (kWordsInSinglePrecision, d)
  ColMatrix<float> panel_;                  // (dimensions from the panel's first on, panel)
  RowMatrix<float> values_;
  ColMatrix<float> far_values_;
  ColMatrix<float> far_block_;
};

// The dimensions far from 0, if the others may be multiplied in bf16.
template <typename T>
bool ServesBf16(const ActivationRows<T>& rows, int layer, std::vector<int>& far) {
  const Tensor& tensor = rows.tensor(layer);
  if (!std::is_same_v<T, float> || tensor.dtype() != DType::kBF16 || tensor.stride(1) != 1 ||
      Bf16KernelName().empty()) {
    return false;
  }
  for (int column = 0; column < rows.width(layer); ++column) {
    if (std::abs(rows.shift(layer)(column)) > kFar * rows.deviation(layer)(column)) {
      far.push_back(column);
    }
  }
  return static_cast<double>(far.size()) <= kMostFar * rows.width(layer);
}

}  // namespace

template <typename T>
absl::StatusOr<FeatureSums> ProductsOver(const ActivationRows<T>& rows, int layer,
                                         const Ranges& ranges, FeatureSums zero,
                                         const CancelFlag& cancel) {
  const int width = rows.width(layer);
  std::vector<int> far;
  if constexpr (std::is_same_v<T, float>) {
    if (ServesBf16(rows, layer, far)) {
      Bf16Sums sums(rows, layer, std::move(far), std::move(zero));
      absl::Status status = ForEachBlock(
          ranges, cancel,
          [&](std::int32_t first, std::int32_t count) { return sums.Add(first, count); });
      if (!status.ok()) return status;
      return sums.Centred();
    }
  }
  FeatureSums sums = std::move(zero);
  RowMatrix<T> block;
  ColMatrix<float> scratch;
  absl::Status status = ForEachBlock(ranges, cancel, [&](std::int32_t first, std::int32_t count) {
    block.resize(count, width);
    rows.Load(layer, first, count, 0, width, block);
    if constexpr (std::is_same_v<T, float>) {
      sums.AddRowsInSinglePrecision(block, scratch);
    } else {
      sums.AddRows(block);
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return sums;
}

template absl::StatusOr<FeatureSums> ProductsOver<float>(const ActivationRows<float>&, int,
                                                         const Ranges&, FeatureSums,
                                                         const CancelFlag&);
template absl::StatusOr<FeatureSums> ProductsOver<double>(const ActivationRows<double>&, int,
                                                          const Ranges&, FeatureSums,
                                                          const CancelFlag&);

}  // namespace brainalign
