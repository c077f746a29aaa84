#include "core/columns/activation_rows.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/columns/delayed_features.h"
#include "core/linalg/single_range.h"
#include "core/linalg/unit_exponent.h"
#include "core/problem/needs_double.h"
#include "core/tensor/convert.h"

namespace brainalign {
namespace {

// Number of words, or up to twice as many, from which means are computed. The number that is
// subtracted from all words need not be their exact mean.
constexpr std::size_t kWordsForMeans = 4096;

void Convert(DType dtype, const std::byte* source, std::int64_t stride, std::int64_t count,
             float* out) {
  ConvertToFloat(dtype, source, stride, count, out);
}
void Convert(DType dtype, const std::byte* source, std::int64_t stride, std::int64_t count,
             double* out) {
  ConvertToDouble(dtype, source, stride, count, out);
}

}  // namespace

template <typename T>
ActivationRows<T>::ActivationRows(const std::vector<LayerInput>& layers,
                                  std::vector<std::int64_t> words, UnitsOf units,
                                  const SessionTrends* trends)
    : layers_(layers),
      words_(std::move(words)),
      units_(units),
      trends_(trends),
      mean_of_used_(layers.size()),
      column_trends_(layers.size()),
      shift_(layers.size()),
      deviation_(layers.size()),
      exponent_(layers.size(), 0),
      exponents_(layers.size()),
      factor_(layers.size()),
      largest_(layers.size()) {}

namespace {

void Prefetch(const std::byte* data, std::int64_t size_bytes) {
  constexpr std::int64_t kCacheLine = 64;
  for (std::int64_t at = 0; at < size_bytes; at += kCacheLine) __builtin_prefetch(data + at);
}

}  // namespace

template <typename T>
absl::Status ActivationRows<T>::FindMeans(int layer, const CancelFlag& cancel) {
  if (input(layer).delayed != nullptr) {
    absl::StatusOr<Vector> mean = MeanOfUsedRows(input(layer), cancel);
    if (!mean.ok()) return mean.status();
    mean_of_used_[static_cast<std::size_t>(layer)] = *std::move(mean);
  }
  absl::Status status = FindUnits(layer, cancel);
  if (status.ok()) status = trends_ ? FindTrends(layer, cancel) : SumRows(layer, cancel);
  if (!status.ok()) return status;
  const bool has_units = factor_[static_cast<std::size_t>(layer)].size() > 0;
  if (std::is_same_v<T, float> && (has_units || !SingleHolds(deviation(layer)))) {
    return NeedsDouble(absl::StrCat("activations of layer ", name(layer),
                                    " are too large or too small for single precision"));
  }
  return absl::OkStatus();
}

template <typename T>
absl::Status ActivationRows<T>::FindUnits(int layer, const CancelFlag& cancel) {
  const auto l = static_cast<std::size_t>(layer);
  const int width = this->width(layer);
  std::vector<int>& exponents = exponents_[l];
  exponents.assign(Size(width), 0);
  const std::vector<int>& given = layers_[l].exponents;
  exponent_[l] = given.empty() ? 0 : given.front();
  if (!given.empty()) exponents = given;
  if (input(layer).dtype() != DType::kF64) return absl::OkStatus();  // all squares are held
  Vector row(width);
  Vector least;
  Vector most;
  for (std::int64_t i = 0; i < std::ssize(words_); ++i) {
    if (cancel) return CancelledByFlag();
    Read(layer, i, 0, width, row.data());
    least = i == 0 ? row : Vector(least.cwiseMin(row));
    most = i == 0 ? row : Vector(most.cwiseMax(row));
  }
  const Vector size = most.cwiseMax(-least);
  Vector& largest = largest_[l];
  largest = (least.array() < most.array()).select(size.array(), 0.0).matrix();
  int common = UnitExponent((units_ == UnitsOf::kRows ? size : largest).maxCoeff());
  if (units_ == UnitsOf::kDimensions) common = 0;
  exponent_[l] += common;
  Vector factor = Vector::Ones(width);
  for (Eigen::Index d = 0; d < size.size(); ++d) {
    const bool is_alone =
        units_ == UnitsOf::kDimensions || (units_ == UnitsOf::kLayers && !(largest(d) > 0));
    const int own = is_alone ? UnitExponent(size(d)) : common;
    exponents[Size(d)] += own;
    factor(d) = UnitFactor(own);
  }
  if ((factor.array() != 1.0).any()) factor_[l] = factor;
  largest = largest.cwiseProduct(factor);
  return absl::OkStatus();
}

template <typename T>
template <typename Number>
void ActivationRows<T>::Read(int layer, std::int64_t position, std::int64_t begin,
                             std::int64_t count, Number* out) const {
  if (input(layer).delayed != nullptr) {
    ReadDelayed(input(layer), mean_of_used_[static_cast<std::size_t>(layer)], word(position), begin,
                count, out);
  } else {
    const Tensor& values = tensor(layer);
    Convert(values.dtype(), Source(layer, position, begin), values.stride(1), count, out);
  }
  const Vector& factor = factor_[static_cast<std::size_t>(layer)];
  if (factor.size() == 0) return;
  for (std::int64_t c = 0; c < count; ++c) {
    out[c] = static_cast<Number>(static_cast<double>(out[c]) * factor(begin + c));
  }
}

template <typename T>
absl::Status ActivationRows<T>::SumRows(int layer, const CancelFlag& cancel) {
  const int width = this->width(layer);
  Vector sum = Vector::Zero(width);
  Vector squares = Vector::Zero(width);
  Vector row(width);
  const std::size_t step = std::max<std::size_t>(1, words_.size() / kWordsForMeans);
  double count = 0;
  for (std::size_t i = 0; i < words_.size(); i += step) {
    if (cancel) return CancelledByFlag();
    Read(layer, static_cast<std::int64_t>(i), 0, width, row.data());
    sum += row;
    squares += row.cwiseAbs2();
    ++count;
  }
  const Vector mean = sum / count;
  // Subtracted in the precision of the rows, so that it can be added back exactly.
  shift_[static_cast<std::size_t>(layer)] = mean.cast<T>().template cast<double>();
  deviation_[static_cast<std::size_t>(layer)] =
      (squares / count - mean.cwiseAbs2()).cwiseMax(0.0).cwiseSqrt();
  return absl::OkStatus();
}

template <typename T>
absl::Status ActivationRows<T>::FindTrends(int layer, const CancelFlag& cancel) {
  const auto l = static_cast<std::size_t>(layer);
  const int width = this->width(layer);
  Vector row(width);
  const auto for_all = [&](const auto& add) {
    for (std::int64_t i = 0; i < std::ssize(words_); ++i) {
      if (cancel) return CancelledByFlag();
      Read(layer, i, 0, width, row.data());
      add(i);
    }
    return absl::OkStatus();
  };
  ColumnTrends trends(*trends_, width);
  absl::Status status = for_all([&](std::int64_t i) { trends.Add(i, row); });
  if (status.ok() && !trends.IsFound()) {
    status = for_all([&](std::int64_t i) { trends.AddRest(i, row); });
  }
  if (!status.ok()) return status;
  shift_[l] = Vector::Zero(width);
  deviation_[l] = (trends.Rest() / static_cast<double>(words_.size())).cwiseSqrt();
  column_trends_[l] = std::move(trends);
  return absl::OkStatus();
}

template <typename T>
const std::byte* ActivationRows<T>::Source(int layer, std::int64_t position,
                                           std::int64_t dimension) const {
  const Tensor& values = tensor(layer);
  return values.data() + (word(position) * values.stride(0) + dimension * values.stride(1)) *
                             static_cast<std::int64_t>(DTypeSize(values.dtype()));
}

template <typename T>
bool ActivationRows<T>::InOrder(std::int64_t position, std::int64_t count) const {
  for (std::int64_t i = 1; i < count; ++i) {
    if (word(position + i) != word(position) + i) return false;
  }
  return true;
}

template <typename T>
void ActivationRows<T>::Load(int layer, std::int32_t first, std::int32_t count, int begin, int end,
                             Eigen::Ref<RowMatrix<T>, 0, Eigen::OuterStride<>> out) const {
  const DType dtype = input(layer).dtype();
  const auto size = static_cast<std::int64_t>(DTypeSize(dtype));
  const bool looks_ahead = input(layer).delayed == nullptr && tensor(layer).stride(1) == 1;
  const Eigen::Index columns = end - begin;
  const auto origin = shift(layer).segment(begin, columns).transpose().array();
  const Eigen::Array<T, 1, Eigen::Dynamic> rounded_origin = origin.template cast<T>();
  // What float holds exactly is subtracted from in float; the rest in double.
  const bool in_double = std::is_same_v<T, float> &&
                         (dtype == DType::kF64 || dtype == DType::kI32 || dtype == DType::kI64);
  Eigen::RowVectorXd wide(columns);
  for (std::int32_t i = 0; i < count; ++i) {
    // The next row lies on another page, where the processor does not look ahead by itself.
    if (i + 1 < count && looks_ahead) Prefetch(Source(layer, first + i + 1, begin), columns * size);
    if (trends_) {
      Read(layer, first + i, begin, columns, wide.data());
      column_trends_[static_cast<std::size_t>(layer)]->TakeOut(first + i, begin, wide);
      out.row(i) = wide.template cast<T>();
    } else if (in_double) {
      Read(layer, first + i, begin, columns, wide.data());
      out.row(i) = (wide.array() - origin).matrix().template cast<T>();
    } else {
      Read(layer, first + i, begin, columns, out.row(i).data());
      out.row(i).array() -= rounded_origin;
    }
  }
}

template <typename T>
Matrix ActivationRows<T>::At(int layer, const std::vector<std::int32_t>& positions) const {
  Matrix rows(static_cast<Eigen::Index>(positions.size()), width(layer));
  RowMatrix<T> one(1, width(layer));
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    Load(layer, positions[static_cast<std::size_t>(i)], 1, 0, width(layer), one);
    rows.row(i) = one.template cast<double>();
  }
  return rows;
}

template class ActivationRows<float>;
template class ActivationRows<double>;

}  // namespace brainalign
