#ifndef BRAINALIGN_CORE_FILTERING_BAND_PASS_H_
#define BRAINALIGN_CORE_FILTERING_BAND_PASS_H_

#include <vector>

#include "absl/status/statusor.h"

namespace brainalign {

// The frequencies that a band-pass filter keeps.
struct BandPass {
  double low_hz = 0;  // 0: a low-pass, which keeps everything below `high_hz`
  double high_hz = 0;
};

// The outer ends of the transition bands, by MNE's rule "auto" (docs/filtering.md): between
// low_stop_hz and low_hz, and between high_hz and high_stop_hz, the response falls from 1 to 0.
struct BandEdges {
  double low_stop_hz = 0;
  double high_stop_hz = 0;
};
BandEdges EdgesOf(const BandPass& band, double sfreq_hz);

// Coefficients of a symmetric filter, an odd number of them: a windowed sinc (Hamming) for each end
// of the band, as `mne.filter.create_filter` designs it by default (MNE 1.3: fir_design "firwin",
// fir_window "hamming", phase "zero", length and transition bands "auto"). INVALID_ARGUMENT for a
// band that does not ascend within [0, sfreq / 2), and for a filter of more than 2^26 coefficients.
absl::StatusOr<std::vector<double>> DesignBandPass(const BandPass& band, double sfreq_hz);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_FILTERING_BAND_PASS_H_
