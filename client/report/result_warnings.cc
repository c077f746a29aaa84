#include "client/report/result_warnings.h"

namespace brainalign {

std::vector<std::string> ResultWarnings(const AlignmentSpec& spec) {
  if (spec.fold_by != FoldBy::kShuffled) return {};
  return {
      "Control, not a result: folds are shuffled, so test words lie among neighbouring training "
      "words, and what neighbours share leaks into these scores. They say nothing about words that "
      "were not used for the fit."};
}

}  // namespace brainalign
