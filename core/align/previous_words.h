#ifndef BRAINALIGN_CORE_ALIGN_PREVIOUS_WORDS_H_
#define BRAINALIGN_CORE_ALIGN_PREVIOUS_WORDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/problem/inputs.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// Vectors of the words before each word, as nuisance (docs/words.md, "Nuisance").
struct PreviousWords {
  std::vector<std::string> names;  // (c) "@previous:1[0]", ..
  Tensor values;                   // (w, b + c): the columns that were given, then these
};

// The vectors of the `count` words before each word in its session, nearest first. A vector is the
// activations of the first layer, or, if it has more dimensions than `components`, as many leading
// principal components over the words that are used. If there is no such word, the mean over the
// words that are used takes its place. The vectors are appended to the columns `beside` (w, b),
// which may have rank 0. Errors, as a clause that follows the name of the option: INVALID_ARGUMENT
// if there are no activations, no recording or other numbers of words, or nothing that varies;
// INTERNAL if a decomposition does not converge.
absl::StatusOr<PreviousWords> VectorsOfPreviousWords(const AlignmentInputs& inputs, int count,
                                                     int components, const Tensor& beside);

// Most delays of DelayedLayers.
constexpr int kMostDelays = 64;

// The layers with the activations of earlier rows as their features (docs/method.md, "Delays"): for
// each of `delays`, in their order, all d dimensions of the row so many rows before each row in its
// session. (w, d) becomes (w, delays x d), in float64 if the activations are, else in float32. If
// there is no such row, the mean over the rows that are used takes its place. The names of the
// layers get the delays: "NAME@delays:1,2,3". Errors, as a clause that follows the name of the
// option: INVALID_ARGUMENT if there are no activations, no recording or other numbers of words; if
// `delays` are not 1 to kMostDelays numbers from 0 up, ascending, each once; if no row that is used
// has a row so far before it; or for a value that is not finite.
absl::StatusOr<std::vector<LayerInput>> DelayedLayers(const AlignmentInputs& inputs,
                                                      const std::vector<int>& delays);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_PREVIOUS_WORDS_H_
