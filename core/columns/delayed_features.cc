#include "core/columns/delayed_features.h"

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "core/problem/delays.h"
#include "core/tensor/convert.h"

namespace brainalign {
namespace {

// The address of a dimension of a row, as given.
const std::byte* SourceOf(const Tensor& values, std::int64_t row, std::int64_t dimension) {
  return values.data() + (row * values.stride(0) + dimension * values.stride(1)) *
                             static_cast<std::int64_t>(DTypeSize(values.dtype()));
}

// Sets `out` to `count` dimensions from `first` on of a row, rounded to LayerInput::dtype.
template <typename Number>
void ReadRounded(const LayerInput& layer, std::int64_t row, std::int64_t first, std::int64_t count,
                 Number* out) {
  const Tensor& values = layer.activations;
  const DType dtype = values.dtype();
  if (dtype == DType::kI32 || dtype == DType::kI64) {  // which float32 need not hold
    for (std::int64_t i = 0; i < count; ++i) {
      double value = 0;
      ConvertToDouble(dtype, SourceOf(values, row, first + i), 1, 1, &value);
      out[i] = static_cast<Number>(static_cast<float>(value));
    }
  } else if constexpr (std::is_same_v<Number, float>) {
    ConvertToFloat(dtype, SourceOf(values, row, first), values.stride(1), count, out);
  } else {
    ConvertToDouble(dtype, SourceOf(values, row, first), values.stride(1), count, out);
  }
}

// (d) The mean over the rows that are used, of the activations times `factor`.
absl::StatusOr<Vector> MeanTimes(const LayerInput& layer, double factor, const CancelFlag& cancel) {
  const Tensor& values = layer.activations;
  Vector sum = Vector::Zero(values.dim(1));
  Vector row(values.dim(1));
  for (const std::int64_t used : layer.delayed->used) {
    if (cancel) return CancelledByFlag();
    ConvertToDouble(values.dtype(), SourceOf(values, used, 0), values.stride(1), row.size(),
                    row.data());
    sum += factor * row;
  }
  return Vector(sum / static_cast<double>(layer.delayed->used.size()));
}

}  // namespace

absl::StatusOr<Vector> MeanOfUsedRows(const LayerInput& layer, const CancelFlag& cancel) {
  absl::StatusOr<Vector> mean = MeanTimes(layer, 1.0, cancel);
  if (!mean.ok()) return mean;
  if (!mean->allFinite()) {
    // The sum of so many rows cannot overflow.
    constexpr double kMostRows = 0x1p30;
    const absl::StatusOr<Vector> small = MeanTimes(layer, 1 / kMostRows, cancel);
    if (!small.ok()) return small;
    mean = Vector(mean->array().isFinite().select(*mean, kMostRows * *small));
  }
  if (layer.dtype() == DType::kF32) mean = Vector(mean->cast<float>().cast<double>());
  return mean;
}

template <typename Number>
void ReadDelayed(const LayerInput& layer, const Vector& mean, std::int64_t row, std::int64_t begin,
                 std::int64_t count, Number* out) {
  const DelayedRows& delayed = *layer.delayed;
  const std::int64_t width = layer.activations.dim(1);
  for (const std::int64_t end = begin + count; begin < end;) {
    const std::int64_t delay = delayed.delays[static_cast<std::size_t>(begin / width)];
    const std::int64_t first = begin % width;
    const std::int64_t length = std::min(end - begin, width - first);
    const std::int64_t before = delayed.sessions.Before(row, delay);
    if (before == kNoRow) {
      for (std::int64_t i = 0; i < length; ++i) out[i] = static_cast<Number>(mean(first + i));
    } else {
      ReadRounded(layer, before, first, length, out);
    }
    begin += length;
    out += length;
  }
}

template void ReadDelayed<float>(const LayerInput&, const Vector&, std::int64_t, std::int64_t,
                                 std::int64_t, float*);
template void ReadDelayed<double>(const LayerInput&, const Vector&, std::int64_t, std::int64_t,
                                  std::int64_t, double*);

}  // namespace brainalign
