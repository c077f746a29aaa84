// Word tables that a server keeps: the words that recordings and activations belong to.
#ifndef BRAINALIGN_CLIENT_RESOURCES_WORD_TABLE_CALLS_H_
#define BRAINALIGN_CLIENT_RESOURCES_WORD_TABLE_CALLS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "client/tensors/upload.h"
#include "core/words/word_values.h"

namespace brainalign {

// A column of a stored word table.
struct WordColumn {
  std::string name;
  std::string type;  // "text", "number", "integer", "boolean"; "unknown (7)" for a newer server's
  std::string digest;
  StoredTensor values = {};
};

// A stored word table, as the server reports it.
struct WordTable {
  std::string name;  // PROJECT/NAME
  std::string display_name;
  std::string description;
  std::string digest;
  std::int64_t words = 0;
  std::vector<WordColumn> columns;  // none in lists
  double create_time_unix_seconds = 0;
  std::string person;
};

// A column whose values the server holds, of the type and shape that WordColumnType in
// word_table.proto describes.
struct RequestedColumn {
  std::string name;
  std::string type;  // as WordColumn::type
  StoredTensor values;
};

// A word table to create.
struct WordTableRequest {
  std::string name;
  std::string display_name;
  std::string description;
  std::vector<RequestedColumn> columns;
};

// Each of these calls is retried as the connection's retry options say while the server cannot be
// reached. Other errors are those of the server.

// May be repeated: the same table under the same name is created once. ALREADY_EXISTS if another
// table has the name; INVALID_ARGUMENT also for an unknown type.
absl::StatusOr<WordTable> CreateWordTable(Connection& connection, const WordTableRequest& request);
// Uploads the columns of a table and creates it under the name "words-" and the beginning of a
// digest of its columns, so that the same columns are one table.
absl::StatusOr<WordTable> KeepWordTable(Connection& connection, const WordTableValues& columns);
// NOT_FOUND unless it belongs to the caller's project.
absl::StatusOr<WordTable> GetWordTable(Connection& connection, const std::string& name);
// The table of that digest; `name` is the one that it had when it was stated. NOT_FOUND if the
// caller's project does not keep it.
absl::StatusOr<WordTable> FindWordTable(Connection& connection, const std::string& name,
                                        const std::string& digest);
// The values of a column of a table that GetWordTable or FindWordTable returned. UNIMPLEMENTED for
// a type that only a newer server knows; otherwise the errors of ReadTensor.
absl::StatusOr<WordValues> ReadWordColumn(Connection& connection, const WordColumn& column);
// Those of one person, or all if `person` is empty.
absl::StatusOr<std::vector<WordTable>> ListWordTables(Connection& connection,
                                                      const std::string& person = "");
// No error if there is none.
absl::Status DeleteWordTable(Connection& connection, const std::string& name);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_RESOURCES_WORD_TABLE_CALLS_H_
