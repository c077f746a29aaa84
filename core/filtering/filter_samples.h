#ifndef BRAINALIGN_CORE_FILTERING_FILTER_SAMPLES_H_
#define BRAINALIGN_CORE_FILTERING_FILTER_SAMPLES_H_

#include <vector>

#include "core/filtering/fourier.h"

namespace brainalign {

// Replaces `samples` by their convolution with `taps`, a symmetric filter of odd length, without
// delay. Beyond its ends the signal is continued by ReflectedAt. Works in blocks, by overlap-save
// (Oppenheim and Schafer, Discrete-Time Signal Processing, 8.7.3).
void FilterSamples(const std::vector<double>& taps, Fourier& fourier, std::vector<double>& samples);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_FILTERING_FILTER_SAMPLES_H_
