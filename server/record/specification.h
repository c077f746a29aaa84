#ifndef BRAINALIGN_SERVER_RECORD_SPECIFICATION_H_
#define BRAINALIGN_SERVER_RECORD_SPECIFICATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/problem/spec.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// A stored tensor, as a job names it.
struct TensorRef {
  std::string digest;  // SHA-256 of the bytes, 64 lower-case hexadecimal digits
  TensorSpec spec;

  bool operator==(const TensorRef&) const = default;
};

// BrainInput with tensors by name. Exactly one of epochs and continuous is set.
struct BrainRef {
  std::optional<TensorRef> epochs;      // (w, s, T)
  std::optional<TensorRef> continuous;  // (s, samples)
  double sfreq_hz = 0;
  std::vector<double> onsets_seconds;  // (w), or empty with epochs
  std::vector<double> times_seconds;   // (T)
  std::vector<std::int64_t> groups;    // (w), or empty
};

// LayerInput with its tensor by name.
struct LayerRef {
  TensorRef activations;  // (w, d), or (L, w, d) with slice
  std::int64_t slice = 0;
  double relative_depth = 0;
  std::string name;
};

// What a job is asked to compute, with every tensor by digest.
struct JobSpecification {
  BrainRef brain;
  // What a client named in the place of a brain, until it is put there.
  std::string sealed_recording;
  std::vector<LayerRef> layers;
  AlignmentOptions options;
};

// Digests of the tensors it names, each once.
std::vector<std::string> InputDigests(const JobSpecification& specification);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RECORD_SPECIFICATION_H_
