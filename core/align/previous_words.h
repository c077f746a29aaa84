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

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_PREVIOUS_WORDS_H_
