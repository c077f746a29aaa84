#ifndef BRAINALIGN_TESTS_CORE_ALIGN_TEXTBOOK_H_
#define BRAINALIGN_TESTS_CORE_ALIGN_TEXTBOOK_H_

#include <vector>

#include "core/problem/folds.h"
#include "core/problem/inputs.h"
#include "core/problem/spec.h"

namespace brainalign {

// The scores (K, L, T) that docs/method.md defines, by its formulas as they stand and with none
// of what makes the engine quick: each regression is solved by itself from its own words, in double
// precision, and each prediction is formed. Epochs only. Folds are those of MakeFolds.
std::vector<double> TextbookScores(const AlignmentInputs& inputs, const AlignmentSpec& spec);

// The same before the mean over the columns of each: (K, L, T) of (columns).
std::vector<std::vector<double>> TextbookColumnScores(const AlignmentInputs& inputs,
                                                      const AlignmentSpec& spec);

// The influence of each word on the scores of brain_to_model that docs/uncertainty.md defines
// ("Block influence"), word by word: (w, L, T), means over columns and folds.
struct WordInfluence {
  std::vector<double> held_out;
  std::vector<double> refit;
};
WordInfluence TextbookInfluence(const AlignmentInputs& inputs, const AlignmentSpec& spec);

// The folds of the above.
std::vector<OuterFold> TextbookFolds(const AlignmentInputs& inputs, const AlignmentSpec& spec);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_ALIGN_TEXTBOOK_H_
