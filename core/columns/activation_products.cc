#include "core/columns/activation_products.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>

#include "core/linalg/bf16_product.h"
#include "core/linalg/large_pages.h"
#include "core/tensor/convert.h"

namespace brainalign {
namespace {

// Dimensions whose products with all later ones are formed at a time, in bf16; among
// themselves by fewer at a time, so that little is formed above the diagonal.
constexpr Eigen::Index kPanel = 512;
constexpr Eigen::Index kDiagonalPanel = 128;
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
  Bf16Sums(const ActivationRows<float>& rows, int layer, std::vector<int> far,
           ColMatrix<float> memory)
      : rows_(rows),
        layer_(layer),
        far_(std::move(far)),
        width_(rows.width(layer)),
        sums_{0, Vector::Zero(width_), std::move(memory)},
        far_products_(Matrix::Zero(width_, static_cast<Eigen::Index>(far_.size()))) {}

  absl::Status Add(std::int32_t first, std::int32_t count) {
    Eigen::VectorXd row(width_);
    for (std::int32_t i = 0; i < count; ++i) {
      ConvertToDouble(DType::kBF16, SourceOf(first + i), 1, width_, row.data());
      sums_.sum += row;
    }
    const Bf16Matrix block = BlockOf(first, count);
    for (Eigen::Index column = 0; column < width_; column += kPanel) {
      const Eigen::Index end = std::min(width_, column + kPanel);
      for (Eigen::Index part = column; part < end; part += kDiagonalPanel) {
        const Eigen::Index size = std::min(kDiagonalPanel, end - part);
        absl::Status status = AddProducts(block, part, size, part, end);
        if (!status.ok()) return status;
      }
      absl::Status status = AddProducts(block, column, end - column, end, width_);
      if (!status.ok()) return status;
    }
    if (!far_.empty()) AddFar(first, count);
    sums_.count += count;
    return absl::OkStatus();
  }

  // About the shift of the rows.
  ActivationSums<float> Centred() {
    if (sums_.count == 0) sums_.gram.setZero();
    const Vector& shift = rows_.shift(layer_);
    const Vector sum = sums_.sum - sums_.count * shift;
    for (Eigen::Index column = 0; column < width_; ++column) {
      const Eigen::Index below = width_ - column;
      auto products = sums_.gram.col(column).tail(below);
      products = (products.cast<double>() - sums_.sum(column) * shift.tail(below) -
                  shift(column) * sum.tail(below))
                     .cast<float>();
    }
    sums_.sum = sum;
    for (std::size_t f = 0; f < far_.size(); ++f) {
      const auto products = far_products_.col(static_cast<Eigen::Index>(f));
      sums_.gram.col(far_[f]).tail(width_ - far_[f]) =
          products.tail(width_ - far_[f]).cast<float>();
      sums_.gram.row(far_[f]).head(far_[f]) = products.head(far_[f]).transpose().cast<float>();
    }
    return std::move(sums_);
  }

 private:
  static constexpr std::int64_t kSizeOfBf16 = sizeof(std::uint16_t);

  const std::byte* SourceOf(std::int32_t position) const {
    return rows_.Source(layer_, position, 0);
  }

  // (count, d) at the positions from `first` on: the tensor itself, unless its words are in
  // another order.
  Bf16Matrix BlockOf(std::int32_t first, std::int32_t count) {
    if (rows_.InOrder(first, count)) {
      return {reinterpret_cast<const std::uint16_t*>(SourceOf(first)), count, width_,
              rows_.tensor(layer_).stride(0)};
    }
    if (!copy_) {
      const auto size = static_cast<std::size_t>(kWordsInSinglePrecision * width_);
      copy_ = std::make_unique_for_overwrite<std::uint16_t[]>(size);
      UseLargePages(copy_.get(), size * kSizeOfBf16);
    }
    for (std::int32_t i = 0; i < count; ++i) {
      std::memcpy(copy_.get() + i * width_, SourceOf(first + i),
                  static_cast<std::size_t>(width_ * kSizeOfBf16));
    }
    return {copy_.get(), count, width_, width_};
  }

  // Products of the dimensions [column, column + size) with [from, to), which is not before them.
  absl::Status AddProducts(const Bf16Matrix& block, Eigen::Index column, Eigen::Index size,
                           Eigen::Index from, Eigen::Index to) {
    const Eigen::Index height = to - from;
    if (height == 0) return absl::OkStatus();
    panel_.resize(height, size);
    Bf16Matrix transposed{block.data + column, size, block.rows, 1};
    transposed.column_stride = block.stride;
    absl::Status status = MultiplyBf16(
        transposed, {block.data + from, block.rows, height, block.stride}, panel_.data(), height);
    if (!status.ok()) return status;
    for (Eigen::Index c = 0; c < size; ++c) {
      auto sum = sums_.gram.col(column + c).segment(from, height);
      if (sums_.count == 0) {
        sum = panel_.col(c);
      } else {
        sum += panel_.col(c);
      }
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
  ActivationSums<float> sums_;
  Matrix far_products_;                    // (d, far) about the shift
  std::unique_ptr<std::uint16_t[]> copy_;  // (kWordsInSinglePrecision, d), where one is needed
  ColMatrix<float> panel_;
  RowMatrix<float> values_;
  ColMatrix<float> far_values_;
  ColMatrix<float> far_block_;
};

// The dimensions far from 0, if the others may be multiplied in bf16.
template <typename T>
bool ServesBf16(const ActivationRows<T>& rows, int layer, std::vector<int>& far) {
  const Tensor& tensor = rows.tensor(layer);
  if (!std::is_same_v<T, float> || tensor.dtype() != DType::kBF16 || tensor.stride(1) != 1 ||
      !rows.as_stored(layer) || Bf16KernelName().empty()) {
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
absl::StatusOr<ActivationSums<T>> ProductsOver(const ActivationRows<T>& rows, int layer,
                                               const Ranges& ranges, ColMatrix<T> memory,
                                               const CancelFlag& cancel) {
  const int width = rows.width(layer);
  std::vector<int> far;
  if constexpr (std::is_same_v<T, float>) {
    if (ServesBf16(rows, layer, far)) {
      Bf16Sums sums(rows, layer, std::move(far), std::move(memory));
      absl::Status status = ForEachBlock(
          ranges, cancel,
          [&](std::int32_t first, std::int32_t count) { return sums.Add(first, count); });
      if (!status.ok()) return status;
      return sums.Centred();
    }
  }
  ActivationSums<T> sums{0, Vector::Zero(width), std::move(memory)};
  sums.gram.template triangularView<Eigen::Lower>().setZero();
  RowMatrix<T> block;
  absl::Status status = ForEachBlock(ranges, cancel, [&](std::int32_t first, std::int32_t count) {
    block.resize(count, width);
    rows.Load(layer, first, count, 0, width, block);
    sums.count += count;
    // Row by row, as they lie in memory.
    for (std::int32_t i = 0; i < count; ++i) {
      sums.sum += block.row(i).transpose().template cast<double>();
    }
    sums.gram.template selfadjointView<Eigen::Lower>().rankUpdate(block.transpose());
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return sums;
}

template absl::StatusOr<ActivationSums<float>> ProductsOver<float>(const ActivationRows<float>&,
                                                                   int, const Ranges&,
                                                                   ColMatrix<float>,
                                                                   const CancelFlag&);
template absl::StatusOr<ActivationSums<double>> ProductsOver<double>(const ActivationRows<double>&,
                                                                     int, const Ranges&,
                                                                     ColMatrix<double>,
                                                                     const CancelFlag&);

}  // namespace brainalign
