#ifndef BRAINALIGN_CORE_PROBLEM_SELECT_WORDS_H_
#define BRAINALIGN_CORE_PROBLEM_SELECT_WORDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/problem/inputs.h"
#include "core/words/word_values.h"

namespace brainalign {

// Selects the words of `brain` that satisfy AlignmentOptions::where, by the values of the word
// table that it is locked to. INVALID_ARGUMENT with a clause that follows the name of the option.
absl::Status SelectWords(const WordTableValues& columns, const std::string& where,
                         BrainInput& brain);

// Names of the columns that it tests, which alone SelectWords needs. INVALID_ARGUMENT as there.
absl::StatusOr<std::vector<std::string>> ColumnsTested(const std::string& where);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_SELECT_WORDS_H_
