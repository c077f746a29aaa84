#ifndef BRAINALIGN_TESTS_CORE_ALIGN_SIMULATED_INPUTS_H_
#define BRAINALIGN_TESTS_CORE_ALIGN_SIMULATED_INPUTS_H_

#include <cstdint>
#include <vector>

#include "core/problem/inputs.h"

namespace brainalign {

struct SimulatedShape {
  int words = 200;
  int sensors = 8;
  int times = 4;
  int layers = 3;
  int dims = 6;
  int sessions = 5;
  std::uint64_t seed = 1;
  double decay = 0;  // dimension d is scaled by (1 + d)^-decay
};

// A continuous recording at 10 Hz in which each layer's activations drive the
// sensors at a time of its own, plus noise. Onsets are on the sample grid.
AlignmentInputs SimulateRecording(const SimulatedShape& shape);

// The same samples as epochs (w, s, T), copied out.
AlignmentInputs AsEpochs(const AlignmentInputs& recording);

// A tensor of type f32 or f64 over `values`, in C order.
Tensor TensorOfFloats(std::vector<std::int64_t> shape, const std::vector<float>& values);
Tensor TensorOfDoubles(std::vector<std::int64_t> shape, const std::vector<double>& values);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_ALIGN_SIMULATED_INPUTS_H_
