#ifndef BRAINALIGN_SERVER_ROWS_SPECIFICATION_H_
#define BRAINALIGN_SERVER_ROWS_SPECIFICATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/problem/spec.h"
#include "core/tensor/tensor.h"
#include "core/words/word_values.h"

namespace brainalign {

// A stored tensor, as a job names it.
struct TensorRef {
  std::string digest;  // SHA-256 of the bytes, 64 lower-case hexadecimal digits
  TensorSpec spec;

  bool operator==(const TensorRef&) const = default;
};

// BrainInput with tensors by name. Exactly one of epochs and continuous is set.
struct BrainRef {
  std::optional<TensorRef> epochs;          // (w, s, T)
  std::optional<TensorRef> continuous;      // (s, samples)
  std::optional<double> sfreq_hz;           // of continuous
  std::optional<TensorRef> onsets_seconds;  // (w) of f64; may be none with epochs
  std::vector<double> times_seconds;        // (T)
  std::optional<TensorRef> groups;          // (w) of i64, or none
  std::optional<TensorRef> sessions;        // (w) of i64, or none
  std::string word_table_digest;            // of the words; empty: not stated
  // (sessions) of i64, or none
  std::optional<TensorRef> session_starts = std::nullopt;
};

// LayerInput with its tensor by name.
struct LayerRef {
  TensorRef activations;  // (w, d), or (L, w, d) with slice
  std::int64_t slice = 0;
  double relative_depth = 0;
  std::string name;
};

// A column of a word table. Its values are (w), or (w, c) for texts.
struct WordColumn {
  std::string name;
  WordColumnType type = WordColumnType::kNumber;
  TensorRef values;
};

// The specification of a job, with every tensor by digest.
struct JobSpecification {
  BrainRef brain;
  // The recording that a client named instead of a brain, until it is resolved.
  std::string recording;
  std::vector<LayerRef> layers;
  // The model that a client named instead of layers, until it is resolved.
  std::string model;
  std::string word_table_digest;  // of the words of the activations; empty: not stated
  AlignmentOptions options;
  // (w, c) The nuisance; options.nuisance has the names of the columns.
  std::optional<TensorRef> nuisance = {};
  // Those that options.where tests, of the word table that the job or its recording names.
  std::vector<WordColumn> condition_columns = {};
};

// A tensor of a brain, and its field in BrainInput.
struct BrainTensor {
  std::string field;
  TensorRef ref;
};
// Those that are given, each digest once.
std::vector<BrainTensor> TensorsOf(const BrainRef& brain);

// Names and depths of a job's layers. Not part of the cache key.
struct JobLayers {
  std::vector<std::string> names;      // (L)
  std::vector<double> relative_depth;  // (L)

  bool operator==(const JobLayers&) const = default;
};
JobLayers LayersOf(const JobSpecification& specification);
// Puts them into a specification with as many layers.
void TakeLayers(const JobLayers& layers, JobSpecification& specification);

// Digests of the tensors it names, each once.
std::vector<std::string> InputDigests(const JobSpecification& specification);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_SPECIFICATION_H_
