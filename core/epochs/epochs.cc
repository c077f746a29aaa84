#include "core/epochs/epochs.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <utility>

#include "core/tensor/convert.h"

namespace brainalign {
namespace {

// Copies the runs of consecutive samples that one sensor's epochs are made of.
// `offset` holds the position of each time sample relative to the word's base.
template <typename Stored, typename T>
void GatherAs(const std::byte* data, const std::int64_t* base, const std::int64_t* offset,
              std::int64_t time_count, const std::int32_t* word, std::int64_t count,
              T* const* out) {
  for (std::int64_t i = 0; i < count; ++i) {
    const std::byte* epoch = data + base[word[i]] * static_cast<std::int64_t>(sizeof(Stored));
    for (std::int64_t t = 0; t < time_count; ++t) {
      Stored value;
      std::memcpy(&value, epoch + offset[t] * static_cast<std::int64_t>(sizeof(Stored)),
                  sizeof(Stored));
      out[t][i] = static_cast<T>(value);
    }
  }
}

void ConvertRun(DType dtype, const std::byte* source, float* out) {
  ConvertToFloat(dtype, source, 1, 1, out);
}
void ConvertRun(DType dtype, const std::byte* source, double* out) {
  ConvertToDouble(dtype, source, 1, 1, out);
}

// For the types that the processor has no plain conversion for.
template <typename T>
void GatherByConversion(DType dtype, const std::byte* data, const std::int64_t* base,
                        const std::int64_t* offset, std::int64_t time_count,
                        const std::int32_t* word, std::int64_t count, T* const* out) {
  const auto size = static_cast<std::int64_t>(DTypeSize(dtype));
  for (std::int64_t i = 0; i < count; ++i) {
    for (std::int64_t t = 0; t < time_count; ++t) {
      ConvertRun(dtype, data + (base[word[i]] + offset[t]) * size, &out[t][i]);
    }
  }
}

}  // namespace

std::int64_t RoundHalfToEven(double value) {
  return static_cast<std::int64_t>(std::nearbyint(value));  // the default rounding mode
}

Epochs Epochs::OfArray(Tensor epochs) {
  Epochs view;
  view.sensors_ = epochs.dim(1);
  view.times_ = epochs.dim(2);
  view.kept_.resize(static_cast<std::size_t>(epochs.dim(0)));
  std::iota(view.kept_.begin(), view.kept_.end(), 0);
  for (std::int64_t word : view.kept_) view.word_base_.push_back(word * epochs.stride(0));
  view.sensor_stride_ = epochs.stride(1);
  for (std::int64_t t = 0; t < view.times_; ++t) {
    view.time_offset_.push_back(t * epochs.stride(2));
  }
  view.data_ = std::move(epochs);
  return view;
}

Epochs Epochs::OfRecording(Tensor continuous, double sfreq_hz,
                           const std::vector<double>& onsets_seconds,
                           const std::vector<double>& times_seconds) {
  Epochs view;
  view.sensors_ = continuous.dim(0);
  view.times_ = static_cast<std::int64_t>(times_seconds.size());
  view.sensor_stride_ = continuous.stride(0);
  std::vector<std::int64_t> steps;
  steps.reserve(times_seconds.size());
  for (double time : times_seconds) steps.push_back(RoundHalfToEven(time * sfreq_hz));
  const auto [first, last] = std::minmax_element(steps.begin(), steps.end());
  for (std::size_t word = 0; word < onsets_seconds.size(); ++word) {
    const std::int64_t onset = RoundHalfToEven(onsets_seconds[word] * sfreq_hz);
    if (onset + *first < 0 || onset + *last >= continuous.dim(1)) continue;
    view.kept_.push_back(static_cast<std::int64_t>(word));
    view.word_base_.push_back(onset * continuous.stride(1));
  }
  for (std::int64_t step : steps) view.time_offset_.push_back(step * continuous.stride(1));
  view.data_ = std::move(continuous);
  return view;
}

template <typename T>
void Epochs::Gather(std::int64_t sensor, std::int64_t time_begin, std::int64_t time_count,
                    const std::int32_t* word, std::int64_t count, T* const* out) const {
  const std::byte* data =
      data_.data() + sensor * sensor_stride_ * static_cast<std::int64_t>(DTypeSize(data_.dtype()));
  const std::int64_t* base = word_base_.data();
  const std::int64_t* offset = time_offset_.data() + time_begin;
  switch (data_.dtype()) {
    case DType::kF32:
      return GatherAs<float>(data, base, offset, time_count, word, count, out);
    case DType::kF64:
      return GatherAs<double>(data, base, offset, time_count, word, count, out);
    case DType::kI16:
      return GatherAs<std::int16_t>(data, base, offset, time_count, word, count, out);
    case DType::kI32:
      return GatherAs<std::int32_t>(data, base, offset, time_count, word, count, out);
    default:
      return GatherByConversion(data_.dtype(), data, base, offset, time_count, word, count, out);
  }
}

template void Epochs::Gather<float>(std::int64_t, std::int64_t, std::int64_t, const std::int32_t*,
                                    std::int64_t, float* const*) const;
template void Epochs::Gather<double>(std::int64_t, std::int64_t, std::int64_t, const std::int32_t*,
                                     std::int64_t, double* const*) const;

bool Epochs::FitsFloat() const {
  const DType dtype = data_.dtype();
  return dtype == DType::kF32 || dtype == DType::kF16 || dtype == DType::kBF16 ||
         dtype == DType::kI16;
}

std::vector<int> Epochs::ConstantSensors(const std::function<bool()>& stop) const {
  std::vector<int> constant;
  for (std::int64_t sensor = 0; sensor < sensors_; ++sensor) {
    if (stop && stop()) break;
    const auto value = [&](std::size_t word, std::int64_t offset) {
      return data_.At(word_base_[word] + sensor * sensor_stride_ + offset);
    };
    bool changes = false;  // found at once for a sensor that is alive
    for (std::size_t word = 0; word < kept_.size() && !changes; ++word) {
      for (std::int64_t offset : time_offset_) {
        if (value(word, offset) != value(0, time_offset_.front())) {
          changes = true;
          break;
        }
      }
    }
    if (!changes && !kept_.empty()) constant.push_back(static_cast<int>(sensor));
  }
  return constant;
}

std::vector<std::int64_t> Epochs::FirstNonFinite(const std::function<bool()>& stop) const {
  if (brainalign::FirstNonFinite(data_, stop).empty()) return {};
  // Something is not finite: look whether an epoch uses it. Rare, so plain.
  std::vector<std::int32_t> word(static_cast<std::size_t>(words()));
  std::iota(word.begin(), word.end(), 0);
  std::vector<double> values(word.size() * static_cast<std::size_t>(times_));
  std::vector<double*> rows;
  for (std::int64_t t = 0; t < times_; ++t) {
    rows.push_back(values.data() + static_cast<std::size_t>(t) * word.size());
  }
  for (std::int64_t sensor = 0; sensor < sensors_; ++sensor) {
    if (stop && stop()) break;
    Gather(sensor, 0, times_, word.data(), words(), rows.data());
    const auto bad = std::find_if_not(values.begin(), values.end(),
                                      [](double value) { return std::isfinite(value); });
    if (bad == values.end()) continue;
    const auto position = static_cast<std::size_t>(bad - values.begin());
    return {kept_[position % word.size()], sensor,
            static_cast<std::int64_t>(position / word.size())};
  }
  return {};
}

}  // namespace brainalign
