#ifndef BRAINALIGN_CORE_PROBLEM_INPUTS_H_
#define BRAINALIGN_CORE_PROBLEM_INPUTS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/tensor/facts.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// A word-locked recording: either epochs or a continuous recording.
struct BrainInput {
  Tensor epochs;      // (w, s, T); rank 0 if not given
  Tensor continuous;  // (s, samples); rank 0 if not given
  double sfreq_hz = 0;
  std::vector<double> onsets_seconds;  // (w); may be empty with epochs
  std::vector<double> times_seconds;   // (T), ascending
  std::vector<std::int64_t> groups;    // (w) session or story of each word, or empty
  std::vector<std::int64_t> sessions;  // (w) session of each word, or empty: see SessionsOf
  // Samples of `continuous` at which sessions begin, ascending from 0; empty: not known.
  std::vector<std::int64_t> session_starts = {};
  // Indices of the words that are used, ascending, each once; nothing: all are. The others play no
  // part but in where sessions begin and end.
  std::optional<std::vector<std::int64_t>> selected = std::nullopt;
  // Of the others, those that a condition left out because a value is missing (SelectWords).
  std::int64_t words_without_value = 0;
  // Sentences on that condition (SelectWords).
  std::vector<std::string> selection_notes = {};
  // A digest of the bytes of `epochs` or `continuous`, whichever is given. It identifies the
  // recording in a BrainCache, and may contain more, such as the project. If empty, nothing is
  // cached.
  std::string digest;
  // Facts about the elements of `epochs` or `continuous`. They are not checked again.
  TensorFacts facts = {};

  bool is_continuous() const { return continuous.rank() != 0; }
  // Words given. Requires a recording.
  std::int64_t words() const {
    return is_continuous() ? std::ssize(onsets_seconds) : epochs.dim(0);
  }
};

// Calls `use` with the index of each word that is used, ascending, of `words` given.
template <typename Use>
void ForEachSelected(const BrainInput& brain, std::int64_t words, const Use& use) {
  if (brain.selected) {
    for (const std::int64_t word : *brain.selected) use(word);
  } else {
    for (std::int64_t word = 0; word < words; ++word) use(word);
  }
}

struct DelayedRows;

// One layer's activations.
struct LayerInput {
  Tensor activations;         // (w, d)
  double relative_depth = 0;  // in (0, 1]
  std::string name;
  TensorFacts facts = {};  // of the activations, as in BrainInput
  // (d) The dimensions are these numbers times 2^exponent; empty: they are these numbers. Of
  // columns that an alignment has computed (ActivationColumns::AsInput).
  std::vector<int> exponents = {};
  // The rows whose activations are the features of each row (core/problem/delays.h); null: each
  // row has its own. Alignment::Create sets it.
  std::shared_ptr<const DelayedRows> delayed = nullptr;

  // Features of a row: the d dimensions at each of the delays, one after the other. Requires
  // activations (w, d).
  std::int64_t features() const;
  // The type of the features: that of the activations; of earlier rows float64 if the activations
  // are, else float32.
  DType dtype() const;
};

// A sentence for a relative depth that is not in (0, 1]; else empty.
std::string DescribeBadDepth(double relative_depth);

// The data of an alignment. All inputs have the same w words, in the same order.
struct AlignmentInputs {
  BrainInput brain;
  std::vector<LayerInput> layers;
  // (w, c) Features of no interest (core/problem/nuisance.h); rank 0 if not given. The columns are
  // named by AlignmentOptions::nuisance.
  Tensor nuisance = {};
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_INPUTS_H_
