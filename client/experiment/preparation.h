#ifndef BRAINALIGN_CLIENT_EXPERIMENT_PREPARATION_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_PREPARATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/problem/inputs.h"

namespace brainalign {

// Filtering and resampling of a continuous recording before an alignment (docs/filtering.md).
struct Preparation {
  std::vector<double> band_pass_hz;   // lower and upper end; empty: no band-pass
  std::optional<double> resample_hz;  // nothing: not resampled
  double original_sfreq_hz = 0;
  std::int64_t filter_samples = 0;                // length of the filter, at the original rate
  double largest_shift_seconds = 0;               // RecordingFilter::largest_shift_seconds
  std::vector<std::int64_t> session_starts = {};  // samples of the prepared recording
  std::vector<std::string> notes = {};            // sentences on what was found meanwhile

  // Half the length of the filter, in seconds. Nearer than this to an end of a session, samples
  // depend on values beyond it, which were not recorded.
  double edge_seconds() const {
    return static_cast<double>(filter_samples / 2) / original_sfreq_hz;
  }

  bool operator==(const Preparation& other) const = default;
};

// The method, for results.
inline constexpr char kPreparationMethod[] =
    "zero-phase FIR filter (firwin, Hamming) and Fourier resampling, as MNE 1.3 by default";

// The words of `brain`, the prepared recording, that an alignment uses and whose epochs have
// samples within `edge_seconds` of an end of a session, or in two sessions.
std::int64_t EdgeWords(const Preparation& preparation, const BrainInput& brain);

// One sentence with the filter, the sampling rates, and the number of words near the edges.
std::string DescribePreparation(const Preparation& preparation, std::int64_t edge_words);

// The text of preparation.json.
std::string PreparationToJson(const Preparation& preparation);

// Reads it from the folder `dir`. INVALID_ARGUMENT, naming the file, for another text;
// FAILED_PRECONDITION if it could not be read.
absl::StatusOr<Preparation> ReadPreparation(const std::string& dir);

inline constexpr char kPreparationFile[] = "preparation.json";

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_PREPARATION_H_
