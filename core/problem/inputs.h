#ifndef BRAINALIGN_CORE_PROBLEM_INPUTS_H_
#define BRAINALIGN_CORE_PROBLEM_INPUTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/tensor/tensor.h"

namespace brainalign {

// A word-locked recording: either epochs or a continuous recording.
struct BrainInput {
  Tensor epochs;      // (w, s, T); rank 0 if not given
  Tensor continuous;  // (s, samples); rank 0 if not given
  double sfreq_hz = 0;
  std::vector<double> onsets_seconds;  // (w); may be empty with epochs
  std::vector<double> times_seconds;   // (T), ascending
  std::vector<std::int64_t> groups;    // (w) session of each word, or empty
  // Of the bytes of `epochs` or `continuous`, whichever is given: tells recordings
  // apart in a BrainCache. Empty: nothing is kept there.
  std::string digest;

  bool is_continuous() const { return continuous.rank() != 0; }
};

// One layer's activations.
struct LayerInput {
  Tensor activations;         // (w, d)
  double relative_depth = 0;  // in (0, 1]
  std::string name;
};

struct AlignmentInputs {
  BrainInput brain;
  std::vector<LayerInput> layers;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_INPUTS_H_
