#ifndef BRAINALIGN_CLIENT_EXPERIMENT_DELIMITED_TEXT_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_DELIMITED_TEXT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace brainalign {

// The content of a table file.
struct DelimitedText {
  std::vector<std::string> names;              // of the columns, each once, not empty
  std::vector<std::vector<std::string>> rows;  // each with as many fields as there are names
  std::vector<std::size_t> lines;              // (rows) the line of the file that a row begins at
  bool has_row_names = false;                  // a first column without a name was left out
};

// Reads a text in UTF-8 with a line of column names and one line per row, with fields separated by
// `separator`. A byte order mark, CRLF and empty lines at the end are allowed. With commas, a field
// in quotation marks may contain commas, line ends and doubled quotation marks (RFC 4180). With
// tabs, a quotation mark is an ordinary character, as in transcripts. The exception is a field that
// begins and ends with one and has only doubled ones inside. A first column without a name is left
// out (row numbers, as pandas writes them). INVALID_ARGUMENT with a clause that follows the name of
// the file: the line, the error, and what would be right.
absl::StatusOr<DelimitedText> ParseDelimited(absl::string_view text, char separator);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_DELIMITED_TEXT_H_
