#ifndef BRAINALIGN_BENCH_KERNELS_KERNEL_INPUTS_H_
#define BRAINALIGN_BENCH_KERNELS_KERNEL_INPUTS_H_

#include <cstdint>

#include "core/linalg/matrix_types.h"
#include "core/moments/feature_moments.h"
#include "core/moments/target_moments.h"
#include "core/problem/segments.h"
#include "core/problem/spec.h"
#include "core/regressions/problem_features.h"
#include "core/regressions/regression_by_target.h"

namespace brainalign {

constexpr int kKernelSensors = 275;
constexpr int kKernelTargets = 450;  // 9 layers of 50 components
constexpr double kKernelSecondsPerWord = 1.0 / 2.4;

// One time sample of a job, ready for the kernels: noise that is correlated between
// sensors, and targets that depend on it a little.
struct KernelInputs {
  AlignmentSpec spec;
  Segments segments;
  ProblemFeatures<float> features;  // (words, kKernelSensors)
  RowMatrix<float> targets;         // (words, kKernelTargets)
};

// `selection` kLoo: as preset paper; otherwise as preset strict. Made once for each
// pair of arguments and kept.
const KernelInputs& InputsOf(std::int64_t words, Selection selection);

// Target columns of `inputs`, with statistics, in `fold`.
TargetColumns<float> TargetsOf(const KernelInputs& inputs, int fold);

}  // namespace brainalign

#endif  // BRAINALIGN_BENCH_KERNELS_KERNEL_INPUTS_H_
