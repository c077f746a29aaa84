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

struct FilterOptions {
  std::optional<BandPass> band_pass = std::nullopt;
  std::optional<double> resample_hz = std::nullopt;

  bool is_empty() const { return !band_pass && !resample_hz; }
};

// A continuous recording. Its sessions were recorded apart and lie one after another.
struct ContinuousRecording {
  Tensor samples;  // (sensors, samples)
  double sfreq_hz = 0;
  std::vector<std::int64_t> session_starts = {0};  // sample at which each begins, ascending from 0
};

// What filters and resamples a recording as MNE does by default (DesignBandPass, FilterSamples,
// ResampleSamples), in float64, each sensor and session by itself. docs/filtering.md
// states how far it is from MNE. Sample m of the result is at m / sfreq_hz() as sample n of the
// recording is at n / its rate: sessions keep their place, be it between two samples of the new
// rate.
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

  // The largest difference between a sample's time and what it holds, in seconds, which comes from
  // rounding lengths as MNE does; 0 without resampling.
  double largest_shift_seconds() const { return largest_shift_seconds_; }

  // Sentences about what deserves attention: sessions shorter than the filter, and a band that the
  // new rate does not hold.
  std::vector<std::string> Notes() const;

  // Gives `take` each sensor's row of the result, first to last. Up to `threads` sensors are
  // filtered at a time, and fewer if they would take more than `memory_bytes`, but one in any case.
  // The bits of the result do not depend on either. `on_sensors`, if not empty, is called with the
  // number of rows taken so far. INVALID_ARGUMENT for NaN or infinity, with the first place;
  // FAILED_PRECONDITION for a file that could not be read; CANCELLED once `cancel` says so;
  // RESOURCE_EXHAUSTED without memory; or what `take` returns.
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
