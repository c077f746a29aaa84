#include "core/filtering/recording_filter.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <numeric>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/fence.h"
#include "core/filtering/filter_samples.h"
#include "core/filtering/fourier.h"
#include "core/filtering/resample.h"
#include "core/start_thread.h"
#include "core/tensor/convert.h"

namespace brainalign {
namespace {

absl::Status CheckRecording(const ContinuousRecording& recording) {
  if (recording.samples.rank() != 2 || recording.samples.element_count() == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("the recording is ", Describe(recording.samples.spec()),
                     "; it must be (sensors, samples), with at least one of each"));
  }
  if (!(recording.sfreq_hz > 0 && std::isfinite(recording.sfreq_hz))) {
    return absl::InvalidArgumentError(
        absl::StrCat("the sampling rate is ", recording.sfreq_hz, " Hz; it must be above 0"));
  }
  const std::int64_t samples = recording.samples.dim(1);
  const std::vector<std::int64_t>& starts = recording.session_starts;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const bool is_right = i == 0 ? starts[i] == 0 : starts[i] > starts[i - 1];
    if (is_right && starts[i] < samples) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("session ", i, " begins at sample ", starts[i],
                     "; the starts of sessions must ascend from 0 within the ", samples,
                     " samples of the recording"));
  }
  if (starts.empty()) return absl::InvalidArgumentError("there is no start of a session");
  return absl::OkStatus();
}

absl::Status CheckRate(const FilterOptions& options, double sfreq_hz) {
  if (!options.resample_hz) return absl::OkStatus();
  const double rate = *options.resample_hz;
  if (!(rate > 0 && rate <= sfreq_hz)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the new sampling rate is ", rate,
        " Hz; it must be above 0 and at most that of the recording, ", sfreq_hz, " Hz"));
  }
  if (options.band_pass && options.band_pass->low_hz >= rate / 2) {
    return absl::InvalidArgumentError(absl::StrCat("the band-pass begins at ",
                                                   options.band_pass->low_hz, " Hz, but ", rate,
                                                   " samples a second hold only what is below ",
                                                   rate / 2, " Hz; raise the new sampling rate"));
  }
  return absl::OkStatus();
}

DType TypeOfResult(DType dtype) {
  const bool needs_double = dtype == DType::kF64 || dtype == DType::kI32 || dtype == DType::kI64;
  return needs_double ? DType::kF64 : DType::kF32;
}

}  // namespace

// What filters one sensor after another on one thread.
class RecordingFilter::Sensor {
 public:
  explicit Sensor(const RecordingFilter& filter) : filter_(filter) {}

  absl::Status Filter(std::int64_t sensor, const CancelCheck& cancel) {
    const std::size_t size = DTypeSize(filter_.spec_.dtype);
    row_.resize(static_cast<std::size_t>(filter_.spec_.shape[1]) * size);
    for (std::size_t i = 0; i < filter_.new_starts_.size(); ++i) {
      if (cancel && cancel()) return CancelledByFlag();
      absl::Status status = Read(sensor, i);
      if (!status.ok()) return status;
      FilterSession(i);
      status = Write(sensor, static_cast<std::size_t>(filter_.new_starts_[i]) * size);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  const std::vector<std::byte>& row() const { return row_; }

 private:
  absl::Status Read(std::int64_t sensor, std::size_t session) {
    const Tensor& samples = filter_.recording_.samples;
    const std::int64_t first = filter_.starts_[session];
    const std::int64_t count = filter_.starts_[session + 1] - first;
    const std::int64_t position = sensor * samples.stride(0) + first * samples.stride(1);
    samples_.resize(static_cast<std::size_t>(count));
    ConvertToDouble(
        samples.dtype(),
        samples.data() + position * static_cast<std::int64_t>(DTypeSize(samples.dtype())),
        samples.stride(1), count, samples_.data());
    const auto bad = std::find_if_not(samples_.begin(), samples_.end(),
                                      [](double value) { return std::isfinite(value); });
    if (bad == samples_.end()) return absl::OkStatus();
    const std::int64_t sample = first + (bad - samples_.begin());
    return absl::InvalidArgumentError(absl::StrCat(
        "the recording has ", *bad, " at sensor ", sensor, ", sample ", sample, " (",
        static_cast<double>(sample) / filter_.recording_.sfreq_hz,
        " s); filtering would spread it: replace it by a number, or leave the sensor out"));
  }

  void FilterSession(std::size_t session) {
    const std::int64_t count = filter_.new_ends_[session] - filter_.new_starts_[session];
    const double first = samples_.front();
    result_.resize(static_cast<std::size_t>(count));
    // A constant sensor stays exactly constant, so that it counts as constant.
    if (std::all_of(samples_.begin(), samples_.end(),
                    [first](double value) { return value == first; })) {
      const std::vector<double>& taps = filter_.taps_;
      const double gain = taps.empty() ? 1 : std::accumulate(taps.begin(), taps.end(), 0.0);
      std::fill(result_.begin(), result_.end(), gain * first);
      return;
    }
    if (!filter_.taps_.empty()) FilterSamples(filter_.taps_, fourier_, samples_);
    const double ratio = filter_.ratio();
    if (ratio == 1) {
      std::copy(samples_.begin(), samples_.end(), result_.begin());
    } else {
      const double shift = static_cast<double>(filter_.new_starts_[session]) -
                           static_cast<double>(filter_.starts_[session]) * ratio;
      ResampleSamples(samples_, ratio, shift, count, fourier_, result_.data());
    }
  }

  absl::Status Write(std::int64_t sensor, std::size_t offset_bytes) {
    bool is_finite = true;
    if (filter_.spec_.dtype == DType::kF64) {
      for (const double value : result_) is_finite = is_finite && std::isfinite(value);
      std::memcpy(row_.data() + offset_bytes, result_.data(), result_.size() * sizeof(double));
    } else {
      rounded_.assign(result_.begin(), result_.end());
      for (const float value : rounded_) is_finite = is_finite && std::isfinite(value);
      std::memcpy(row_.data() + offset_bytes, rounded_.data(), rounded_.size() * sizeof(float));
    }
    if (is_finite) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("sensor ", sensor, " has numbers that are too large to be filtered as ",
                     DTypeName(filter_.spec_.dtype), "; give the recording in another unit"));
  }

  const RecordingFilter& filter_;
  Fourier fourier_;
  std::vector<double> samples_;  // of a session
  std::vector<double> result_;
  std::vector<float> rounded_;
  std::vector<std::byte> row_;
};

absl::StatusOr<RecordingFilter> RecordingFilter::Create(ContinuousRecording recording,
                                                        const FilterOptions& options) {
  if (options.is_empty()) {
    return absl::InvalidArgumentError("neither a band-pass nor a new sampling rate is given");
  }
  absl::Status status = CheckRecording(recording);
  if (status.ok()) status = CheckRate(options, recording.sfreq_hz);
  if (!status.ok()) return status;
  RecordingFilter filter;
  if (options.band_pass) {
    absl::StatusOr<std::vector<double>> taps =
        DesignBandPass(*options.band_pass, recording.sfreq_hz);
    if (!taps.ok()) return taps.status();
    filter.taps_ = *std::move(taps);
  }
  filter.sfreq_hz_ = options.resample_hz.value_or(recording.sfreq_hz);
  filter.options_ = options;
  filter.recording_ = std::move(recording);
  filter.starts_ = filter.recording_.session_starts;
  filter.starts_.push_back(filter.recording_.samples.dim(1));

  const double ratio = filter.ratio();
  for (std::size_t i = 0; i + 1 < filter.starts_.size(); ++i) {
    const std::int64_t start = filter.starts_[i];
    const auto new_start =
        static_cast<std::int64_t>(std::nearbyint(static_cast<double>(start) * ratio));
    const auto new_end = static_cast<std::int64_t>(
        std::nearbyint(static_cast<double>(filter.starts_[i + 1]) * ratio));
    filter.new_starts_.push_back(new_start);
    filter.new_ends_.push_back(new_end);
    if (new_end <= new_start) {
      return absl::InvalidArgumentError(absl::StrCat(
          "session ", i, " has ", filter.starts_[i + 1] - start, " samples, of which ",
          filter.sfreq_hz_, " samples a second leave none; raise the new sampling rate"));
    }
    if (ratio == 1) continue;
    const ResamplingGrid grid = GridOf(filter.starts_[i + 1] - start, ratio);
    const double shift = static_cast<double>(new_start) - static_cast<double>(start) * ratio;
    for (const std::int64_t sample : {std::int64_t{0}, new_end - new_start - 1}) {
      filter.largest_shift_seconds_ =
          std::max(filter.largest_shift_seconds_,
                   std::abs(ShiftOf(grid, ratio, static_cast<double>(sample) + shift)) /
                       filter.recording_.sfreq_hz);
    }
  }
  filter.spec_ = {TypeOfResult(filter.recording_.samples.dtype()),
                  {filter.recording_.samples.dim(0), filter.new_ends_.back()},
                  Order::kC};
  return filter;
}

std::vector<std::string> RecordingFilter::Notes() const {
  std::vector<std::string> notes;
  std::int64_t shorter = 0;
  for (std::size_t i = 0; i + 1 < starts_.size(); ++i) {
    if (starts_[i + 1] - starts_[i] < filter_samples()) ++shorter;
  }
  if (shorter > 0) {
    notes.push_back(
        absl::StrCat("The filter (", filter_samples(), " samples, ",
                     static_cast<double>(filter_samples()) / recording_.sfreq_hz,
                     " s) is longer than ", shorter, " of ", new_starts_.size(),
                     " sessions, which distorts them; raise the lower end of the band."));
  }
  if (options_.band_pass && options_.resample_hz &&
      EdgesOf(*options_.band_pass, recording_.sfreq_hz).high_stop_hz > sfreq_hz_ / 2) {
    notes.push_back(absl::StrCat("The band-pass reaches beyond ", sfreq_hz_ / 2,
                                 " Hz, which is all that ", sfreq_hz_,
                                 " samples a second hold; resampling takes out what is "
                                 "above, with a steep edge."));
  }
  return notes;
}

std::int64_t RecordingFilter::BytesPerSensor() const {
  std::int64_t longest = 0;
  for (std::size_t i = 0; i + 1 < starts_.size(); ++i) {
    longest = std::max(longest, starts_[i + 1] - starts_[i]);
  }
  // The session, filtered and padded; its spectrum; and the tables of the transform.
  std::int64_t bytes = 2 * longest * static_cast<std::int64_t>(sizeof(double));
  const auto complex_bytes = static_cast<std::int64_t>(sizeof(std::complex<double>));
  bytes += 3 * complex_bytes * PowerOfTwo(std::min(4 * filter_samples(), longest));
  if (ratio() != 1) {
    const ResamplingGrid grid = GridOf(longest, ratio());
    bytes += 2 * complex_bytes * grid.padded;
    bytes += 5 * complex_bytes * PowerOfTwo(grid.padded_new + grid.padded_new / 2);
  }
  return bytes + spec_.shape[1] * static_cast<std::int64_t>(DTypeSize(spec_.dtype));
}

absl::Status RecordingFilter::Run(
    int threads, std::int64_t memory_bytes, const CancelCheck& cancel,
    const std::function<absl::Status(const std::vector<std::byte>& row)>& take,
    const std::function<void(std::int64_t sensors)>& on_sensors) const {
  const std::int64_t sensors = spec_.shape[0];
  const std::int64_t at_once = std::clamp<std::int64_t>(
      std::min<std::int64_t>(threads, memory_bytes / BytesPerSensor()), 1, sensors);
  std::vector<std::unique_ptr<Sensor>> workers;
  for (std::int64_t i = 0; i < at_once; ++i) workers.push_back(std::make_unique<Sensor>(*this));
  for (std::int64_t first = 0; first < sensors; first += at_once) {
    const std::int64_t count = std::min(at_once, sensors - first);
    std::vector<absl::Status> done(static_cast<std::size_t>(count));
    const auto work = [&](std::int64_t i) {
      const auto at = static_cast<std::size_t>(i);
      done[at] = Fenced([&] { return workers[at]->Filter(first + i, cancel); });
    };
    {
      std::vector<std::jthread> running;
      for (std::int64_t i = 1; i < count; ++i) {
        auto thread = StartThread("to filter a sensor",
                                  [&work, i](const std::stop_token& /*stop*/) { work(i); });
        if (thread.ok()) {
          running.push_back(*std::move(thread));
        } else {
          work(i);
        }
      }
      work(0);
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const auto at = static_cast<std::size_t>(i);
      // Zeros stand in for what could not be read: that is the error, whatever they led to.
      absl::Status status = recording_.samples.CheckReadable();
      if (status.ok()) status = done[at];
      if (status.ok()) status = take(workers[at]->row());
      if (!status.ok()) return status;
      if (on_sensors) on_sensors(first + i + 1);
    }
  }
  return absl::OkStatus();
}

}  // namespace brainalign
