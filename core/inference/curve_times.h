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

// The most by which two equal numbers among `values` can differ where all are rounded to float32.
double FloatRounding(const std::vector<double>& values);

// The largest difference between the t_max of two layers with equal peaks that rounding of
// `times_seconds` (T) can cause, to float32 or to milliseconds. t_max is a mean of some of the
// times. If they are an even grid, within a twentieth of its step, two means that are equal on the
// grid differ by at most the range of the times' distances from it. All times may be rounded to
// float32, by 2^-24 of their size, so two means can differ by 2^-23 of the largest time.
double TimeRoundingSeconds(const std::vector<double>& times_seconds);

// Whether `values` differ by more than `rounding`.
bool HasSpread(const std::vector<double>& values, double rounding);

// Least-squares slope of `layer_times` on `depth` (both L): seconds per unit of depth. 0 if all
// times are equal. NaN if a time is undefined or all depths are equal.
double SlopeOnDepth(const std::vector<double>& layer_times, const std::vector<double>& depth);

// Pearson r of `layer_times` with `depth` (both L). 0 if all times are equal. NaN for fewer than
// three layers, if a time is undefined, or if all depths are equal.
double DepthCorrelation(const std::vector<double>& layer_times, const std::vector<double>& depth);

struct DepthTrend {
  double score = 0;  // DepthCorrelation
  double slope = 0;  // SlopeOnDepth
};

// The trend of the times of an observed matrix. Where they do not differ by more than
// `rounding_seconds`, score and slope are 0. Both are NaN where depths differ by no more than their
// rounding.
DepthTrend TrendSeen(const std::vector<double>& layer_times, const std::vector<double>& depth,
                     double rounding_seconds);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_CURVE_TIMES_H_
