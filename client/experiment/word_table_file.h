#ifndef BRAINALIGN_CLIENT_EXPERIMENT_WORD_TABLE_FILE_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_WORD_TABLE_FILE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/words/word_values.h"

namespace brainalign {

// The word table of a file (docs/words.md), with one row per word.
struct WordTableFile {
  std::string path;
  WordTableValues columns;
  // Names of the columns that hold these; empty: there is none.
  std::string text;
  std::string onset;
  std::string group;    // session or story: folds are made of these
  std::string session;  // where groups are something else

  std::int64_t words() const { return columns.front().words(); }
};

// Reads a .tsv or .csv file, and the sidecar of a BIDS events file (NAME.json beside NAME.tsv), if
// there is one. Rows of one word, with the same word_idx and neighbours, become one row. The type
// of a column follows from its values. Appends choices and omissions to `notes`. NOT_FOUND,
// INVALID_ARGUMENT or, for a file that could not be read, FAILED_PRECONDITION, with one sentence
// that names the file, the line or column, and what would be right.
absl::StatusOr<WordTableFile> ReadWordTableFile(const std::string& path,
                                                std::vector<std::string>& notes);

// The word table in the folder `dir`: words.tsv, words.csv or a *_events.tsv; nothing if there is
// none. Errors as above, and INVALID_ARGUMENT if there are two.
absl::StatusOr<std::optional<WordTableFile>> FindWordTable(const std::string& dir,
                                                           std::vector<std::string>& notes);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_WORD_TABLE_FILE_H_
