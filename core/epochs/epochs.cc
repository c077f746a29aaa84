#include "core/epochs/epochs.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "core/epochs/session_starts.h"
#include "core/tensor/convert.h"
#include "core/to_integer.h"

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

// The samples from the onset of a session's first word to that of its last.
struct Stretch {
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  std::int64_t last = -1;
};

// Sample of the onset; -1 where that lies outside the recording's `samples`.
std::int64_t OnsetSample(double onset_seconds, double sfreq_hz, std::int64_t samples) {
  const double position = std::nearbyint(onset_seconds * sfreq_hz);
  const bool inside = position >= 0 && position < static_cast<double>(samples);
  return inside ? static_cast<std::int64_t>(position) : -1;
}

// Which sessions an epoch may not reach into.
class SessionStretches {
 public:
  SessionStretches(const std::vector<std::int64_t>& sessions,
                   const std::vector<std::int64_t>& onset_samples) {
    for (std::size_t word = 0; word < sessions.size(); ++word) {
      if (onset_samples[word] < 0) continue;
      Stretch& stretch = stretch_of_session_[sessions[word]];
      stretch.first = std::min(stretch.first, onset_samples[word]);
      stretch.last = std::max(stretch.last, onset_samples[word]);
    }
    for (const auto& [session, stretch] : stretch_of_session_) {
      session_of_first_.emplace(stretch.first, session);
    }
  }

  // Whether samples `first` to `last` reach into a session other than `session`.
  bool ReachIntoAnother(std::int64_t session, std::int64_t first, std::int64_t last) const {
    // Sessions do not overlap, so that one that begins earlier ends earlier.
    auto at = session_of_first_.upper_bound(last);
    while (at != session_of_first_.begin()) {
      --at;
      if (stretch_of_session_.at(at->second).last < first) return false;
      if (at->second != session) return true;
    }
    return false;
  }

 private:
  std::map<std::int64_t, Stretch> stretch_of_session_;
  std::multimap<std::int64_t, std::int64_t> session_of_first_;
};

// The selected ones of `words` words.
std::vector<std::int64_t> SelectedOf(const Epochs::Selection& selected, std::int64_t words) {
  if (selected) return *selected;
  std::vector<std::int64_t> all(static_cast<std::size_t>(words));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace

std::int64_t RoundHalfToEven(double value) {
  return ToInt64(std::nearbyint(value));  // the default rounding mode
}

Epochs Epochs::OfArray(Tensor epochs, const Selection& selected) {
  Epochs view;
  view.sensors_ = epochs.dim(1);
  view.times_ = epochs.dim(2);
  view.used_ = SelectedOf(selected, epochs.dim(0));
  for (std::int64_t word : view.used_) view.word_base_.push_back(word * epochs.stride(0));
  view.sensor_stride_ = epochs.stride(1);
  for (std::int64_t t = 0; t < view.times_; ++t) {
    view.time_offset_.push_back(t * epochs.stride(2));
  }
  view.data_ = std::move(epochs);
  return view;
}

Epochs Epochs::OfRecording(Tensor continuous, double sfreq_hz,
                           const std::vector<double>& onsets_seconds,
                           const std::vector<double>& times_seconds,
                           const std::vector<std::int64_t>& sessions, const Selection& selected,
                           const std::vector<std::int64_t>& session_starts) {
  Epochs view;
  view.sensors_ = continuous.dim(0);
  view.times_ = static_cast<std::int64_t>(times_seconds.size());
  view.sensor_stride_ = continuous.stride(0);
  const std::int64_t samples = continuous.dim(1);
  std::vector<std::int64_t> onsets;
  onsets.reserve(onsets_seconds.size());
  for (const double onset : onsets_seconds) {
    onsets.push_back(OnsetSample(onset, sfreq_hz, samples));
  }
  const auto [first_time, last_time] =
      std::minmax_element(times_seconds.begin(), times_seconds.end());
  // As doubles: a time may lie further away than an integer holds.
  const double first = std::nearbyint(*first_time * sfreq_hz);
  const double last = std::nearbyint(*last_time * sfreq_hz);
  const SessionStretches stretches(sessions, onsets);
  const std::vector<std::int64_t> parts = PartsOfWords(session_starts, sessions, onsets);
  for (const std::int64_t index : SelectedOf(selected, std::ssize(onsets))) {
    const auto word = static_cast<std::size_t>(index);
    const std::int64_t onset = onsets[word];
    const double begin = static_cast<double>(onset) + first;
    const double end = static_cast<double>(onset) + last;
    if (onset < 0 || begin < 0 || end >= static_cast<double>(samples)) {
      ++view.words_outside_;
      continue;
    }
    const std::int64_t least = std::min(onset, static_cast<std::int64_t>(begin));
    const std::int64_t most = std::max(onset, static_cast<std::int64_t>(end));
    if (PartOfSample(session_starts, least) != parts[word] ||
        PartOfSample(session_starts, most) != parts[word] ||
        (!sessions.empty() && stretches.ReachIntoAnother(sessions[word], least, most))) {
      ++view.words_across_sessions_;
      continue;
    }
    view.used_.push_back(index);
    view.word_base_.push_back(onset * continuous.stride(1));
  }
  // Of a word that is used every time lies in the recording.
  for (const double time : times_seconds) {
    const std::int64_t step = view.used_.empty() ? 0 : RoundHalfToEven(time * sfreq_hz);
    view.time_offset_.push_back(step * continuous.stride(1));
  }
  view.data_ = std::move(continuous);
  return view;
}

Epochs Epochs::AtTime(std::int64_t time) const {
  Epochs view = *this;
  view.times_ = 1;
  view.time_offset_ = {time_offset_[static_cast<std::size_t>(time)]};
  return view;
}

Epochs Epochs::OfWords(const std::vector<std::int32_t>& kept) const {
  Epochs view = *this;
  view.used_.clear();
  view.word_base_.clear();
  for (const std::int32_t index : kept) {
    const auto word = static_cast<std::size_t>(index);
    view.used_.push_back(used_[word]);
    view.word_base_.push_back(word_base_[word]);
  }
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
    for (std::size_t word = 0; word < used_.size() && !changes; ++word) {
      for (std::int64_t offset : time_offset_) {
        if (value(word, offset) != value(0, time_offset_.front())) {
          changes = true;
          break;
        }
      }
    }
    if (!changes && !used_.empty()) constant.push_back(static_cast<int>(sensor));
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
    return {used_[position % word.size()], sensor,
            static_cast<std::int64_t>(position / word.size())};
  }
  return {};
}

}  // namespace brainalign
