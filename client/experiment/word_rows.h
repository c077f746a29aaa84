#ifndef BRAINALIGN_CLIENT_EXPERIMENT_WORD_ROWS_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_WORD_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/experiment/word_table_file.h"
#include "core/problem/inputs.h"

namespace brainalign {

// Onsets in a word table and in onsets.npy may differ by this much: tables are often rounded to
// milliseconds.
constexpr double kOnsetToleranceSeconds = 1e-3;

// INVALID_ARGUMENT unless the table has a row for each of `words` words. `whose`: the file with
// these words.
absl::Status CheckRows(const WordTableFile& table, std::int64_t words, const std::string& whose);

// Checks the table's onsets against those of `brain`, or against the same from the start of each
// word's session (OnsetsFromStarts; up to half a sample more may differ). Sets missing fields of
// `brain` from the table: onsets, groups from the column story or session, and sessions if the
// table has both columns. Appends the columns that it used to `notes`. INVALID_ARGUMENT with the
// first word that differs.
absl::Status JoinBrain(const WordTableFile& table, BrainInput& brain,
                       std::vector<std::string>& notes);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_WORD_ROWS_H_
