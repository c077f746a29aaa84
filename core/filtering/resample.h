#ifndef BRAINALIGN_CORE_FILTERING_RESAMPLE_H_
#define BRAINALIGN_CORE_FILTERING_RESAMPLE_H_

#include <cstdint>
#include <vector>

#include "core/filtering/fourier.h"

namespace brainalign {

// The lengths of Fourier resampling, as by default in `mne.filter.resample` (MNE 1.3: npad "auto",
// window "boxcar"). The samples are padded to a power of two. The lengths of the pads and of the
// whole are rounded to samples of the new rate.
struct ResamplingGrid {
  std::int64_t padded = 0;      // samples with their pads
  std::int64_t pad_before = 0;  // of these, before the first sample
  std::int64_t padded_new = 0;  // samples of the new rate in the same time
  std::int64_t first_new = 0;   // of these, those before the first that is used
};

// `samples`: number of samples, at least one. `ratio`: the new rate divided by the old one, in (0,
// 1).
ResamplingGrid GridOf(std::int64_t samples, double ratio);

// The shift that the rounding of the grid causes: how much later than index / new rate the sample
// `index` of the new rate is, in samples of the old rate.
double ShiftOf(const ResamplingGrid& grid, double ratio, double index);

// out[m] = `samples` at position (m + shift) of the new rate, m = 0 .. count - 1. Beyond its ends
// the signal is continued by ReflectedAt. `shift`: less than one sample.
void ResampleSamples(const std::vector<double>& samples, double ratio, double shift,
                     std::int64_t count, Fourier& fourier, double* out);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_FILTERING_RESAMPLE_H_
