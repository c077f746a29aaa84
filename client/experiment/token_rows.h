#ifndef BRAINALIGN_CLIENT_EXPERIMENT_TOKEN_ROWS_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_TOKEN_ROWS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/experiment/delimited_text.h"

namespace brainalign {

// Merges neighbouring rows of one word: those with the same value in a column named word_idx,
// word_index or word_id, and in session and story if they exist. The word has the onset of its
// first row, and its duration ends with its last row. A column whose values differ inside a word is
// left out, because the user must choose how to combine the values of tokens. Appends a description
// to `notes`. Does nothing to a table without such rows. INVALID_ARGUMENT with a clause that
// follows the name of the file.
absl::Status JoinTokens(DelimitedText& table, std::vector<std::string>& notes);

// Whether a field stands for a missing value: "n/a", as in BIDS, or nothing.
bool IsMissingField(const std::string& field);

// The number of a field, if it is one. Words such as "nan" and "inf" are numbers, too.
bool ParseNumberField(const std::string& field, double& number);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_TOKEN_ROWS_H_
