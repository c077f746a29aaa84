#ifndef BRAINALIGN_CORE_FILTERING_RESAMPLE_H_
#define BRAINALIGN_CORE_FILTERING_RESAMPLE_H_

#include <cstdint>
#include <vector>

#include "core/filtering/fourier.h"

namespace brainalign {

// How samples are resampled by their Fourier transform, as `mne.filter.resample` does it by default
// (MNE 1.3: npad "auto", window "boxcar"): they are padded to a power of two, and the lengths of
// the pads and of the whole are rounded to samples of the new rate.
struct ResamplingGrid {
  std::int64_t padded = 0;      // samples with their pads
  std::int64_t pad_before = 0;  // of these, before the first sample
  std::int64_t padded_new = 0;  // samples of the new rate in as much time
  std::int64_t first_new = 0;   // of these, those before the first that is used
};

// Of `samples` at least one, and `ratio`, the new rate by the old one, in (0, 1).
ResamplingGrid GridOf(std::int64_t samples, double ratio);

// By how much sample `index` of the new rate lies later than index / new rate, in samples of the
// old rate: what the rounding of the grid does.
double ShiftOf(const ResamplingGrid& grid, double ratio, double index);

// out[m] = `samples` at position (m + shift) of the new rate, m = 0 .. count - 1. Beyond their ends
// the samples go on as ReflectedAt says. `shift` is within a sample.
void ResampleSamples(const std::vector<double>& samples, double ratio, double shift,
                     std::int64_t count, Fourier& fourier, double* out);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_FILTERING_RESAMPLE_H_
