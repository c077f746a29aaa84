#ifndef BRAINALIGN_CLIENT_RIGOUR_NEIGHBOURS_H_
#define BRAINALIGN_CLIENT_RIGOUR_NEIGHBOURS_H_

#include <string>

#include "absl/status/statusor.h"
#include "core/align/result.h"
#include "core/problem/inputs.h"
#include "core/problem/spec.h"

// How well the activations of a layer are predicted from those of neighbouring words: what their
// smoothness over words gives without a brain (docs/rigour.md, "Parts").

namespace brainalign {

// The layer of the largest score; 0 if no score is defined.
int BestLayer(const AlignmentResult& result);

// The layer `layer` of `inputs`, with its own activations in the place of the brain: at "time" -1
// those of the word before, at 1 those of the word after, among the words that are used of the
// session. A word that has none has the mean of the words that are used. INVALID_ARGUMENT, with a
// clause, if there are no activations or too many.
absl::StatusOr<AlignmentInputs> WithNeighbours(const AlignmentInputs& inputs, int layer);

// The options of that alignment: those of `strict`, without what is about the brain alone.
AlignmentOptions OptionsOfNeighbours(const AlignmentOptions& strict);

// Sets what the options came to with the recording, and differs with the epochs of neighbours.
void KeepFolds(const AlignmentSpec& strict, AlignmentOptions& options);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_RIGOUR_NEIGHBOURS_H_
