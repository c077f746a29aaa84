#ifndef BRAINALIGN_CORE_INFERENCE_CURVE_TIMES_H_
#define BRAINALIGN_CORE_INFERENCE_CURVE_TIMES_H_

#include <cstddef>
#include <vector>

namespace brainalign {

// Times that are read off the curve of a layer over time, and their trend over depth
// (docs/uncertainty.md, "Order"). In a matrix (L, T), layer-major, each layer is one curve. All
// times are in seconds; NaN is an undefined time.

// Mean of the times whose score reaches 0.95 of the maximum. NaN if the maximum is not positive.
// `curve` (T).
double PeakTime(const double* curve, const std::vector<double>& times_seconds);

// Whether the times that reach 0.95 of the maximum follow each other. `curve` (`times`).
bool PeakIsContiguous(const double* curve, std::size_t times);

// The midpoint of the two crossings of half the maximum that are nearest the maximum, by straight
// lines between samples. A curve that has not come down at an end of the epoch crosses there. NaN
// if the maximum is not positive. `curve` (T).
double HalfMaximumTime(const double* curve, const std::vector<double>& times_seconds);

using CurveTime = double (*)(const double* curve, const std::vector<double>& times_seconds);

// (L) `curve_time` of each layer of `matrix` (L, T), layer-major.
std::vector<double> TimesOfLayers(CurveTime curve_time, const double* matrix, std::size_t layers,
                                  const std::vector<double>& times_seconds);

// Least-squares slope of `layer_times` on `depth` (both L): seconds per unit of depth. NaN if a
// time is undefined or all depths are equal.
double SlopeOnDepth(const std::vector<double>& layer_times, const std::vector<double>& depth);

// Pearson r of `layer_times` with `depth` (both L). 0 if all times are equal. NaN for fewer than
// three layers, if a time is undefined, or if all depths are equal.
double DepthCorrelation(const std::vector<double>& layer_times, const std::vector<double>& depth);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_CURVE_TIMES_H_
