#ifndef BRAINALIGN_CORE_FILTERING_RECORDING_FILTER_H_
#define BRAINALIGN_CORE_FILTERING_RECORDING_FILTER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/cancel.h"
#include "core/filtering/band_pass.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// The steps of RecordingFilter: a band-pass, resampling to `resample_hz`, or both in this order.
struct FilterOptions {
  std::optional<BandPass> band_pass = std::nullopt;
  std::optional<double> resample_hz = std::nullopt;

  bool is_empty() const { return !band_pass && !resample_hz; }
};

// A continuous recording. Its sessions were recorded separately and follow each other in `samples`.
struct ContinuousRecording {
  Tensor samples;  // (sensors, samples)
  double sfreq_hz = 0;
  std::vector<std::int64_t> session_starts = {0};  // sample at which each begins, ascending from 0
};

// Filters and resamples a recording as MNE does by default (DesignBandPass, FilterSamples,
// ResampleSamples), in float64, each sensor and session by itself. docs/filtering.md states the
// difference from MNE. Sample m of the result has the time m / sfreq_hz(), as sample n of the
// recording has the time n / rate. Sessions keep their place in time, even if they begin between
// two samples of the new rate. Order of calls: Create, then Run; the other methods at any time.
class RecordingFilter {
 public:
  // INVALID_ARGUMENT, naming the value and what would be right, for a band that is not below half
  // of the sampling rate, a new rate that is not above 0 and at most the old one, a band of
  // which the new rate holds nothing, starts that do not ascend from 0 within the recording, and
  // options that ask for nothing.
  static absl::StatusOr<RecordingFilter> Create(ContinuousRecording recording,
                                                const FilterOptions& options);

  // Of the result: f64 if the recording has f64, i32 or i64, else f32; C order.
  const TensorSpec& spec() const { return spec_; }
  double sfreq_hz() const { return sfreq_hz_; }
  const std::vector<std::int64_t>& session_starts() const { return new_starts_; }

  // Coefficients of the filter, which is an odd number; 0 without a band-pass.
  std::int64_t filter_samples() const { return std::ssize(taps_); }

  // The largest shift of a sample from its time, in seconds, because lengths are rounded as MNE
  // does; 0 without resampling.
  double largest_shift_seconds() const { return largest_shift_seconds_; }

  // Warnings, as sentences: about sessions shorter than the filter, and about a band that reaches
  // beyond half of the new rate.
  std::vector<std::string> Notes() const;

  // Passes each sensor's row of the result to `take`, from the first to the last. Filters up to
  // `threads` sensors at a time, or fewer if they would need more than `memory_bytes`, but at least
  // one. The bits of the result do not depend on either. `on_sensors`, if not empty, is called with
  // the number of rows passed so far. INVALID_ARGUMENT for NaN or infinity, with the first
  // position; FAILED_PRECONDITION for a file that could not be read; CANCELLED if `cancel` has
  // returned true; RESOURCE_EXHAUSTED without memory; or what `take` returns.
  absl::Status Run(int threads, std::int64_t memory_bytes, const CancelCheck& cancel,
                   const std::function<absl::Status(const std::vector<std::byte>& row)>& take,
                   const std::function<void(std::int64_t sensors)>& on_sensors) const;

 private:
  RecordingFilter() = default;

  class Sensor;

  std::int64_t BytesPerSensor() const;
  double ratio() const { return sfreq_hz_ / recording_.sfreq_hz; }

  ContinuousRecording recording_;
  FilterOptions options_;
  TensorSpec spec_;
  double sfreq_hz_ = 0;
  std::vector<double> taps_;
  std::vector<std::int64_t> starts_;      // of the recording, and its end
  std::vector<std::int64_t> new_starts_;  // of the result's sessions
  std::vector<std::int64_t> new_ends_;
  double largest_shift_seconds_ = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_FILTERING_RECORDING_FILTER_H_
