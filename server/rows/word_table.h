#ifndef BRAINALIGN_SERVER_ROWS_WORD_TABLE_H_
#define BRAINALIGN_SERVER_ROWS_WORD_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "server/rows/resource.h"
#include "server/rows/specification.h"

namespace brainalign {

// Words that recordings are locked to.
struct WordTable : Resource {
  std::string digest;  // DigestOf its columns
  std::vector<WordColumn> columns;

  // Requires a column.
  std::int64_t words() const { return columns.front().values.spec.shape.front(); }
};

// As defined for brainalign.v1.WordTable.digest.
std::string DigestOf(const std::vector<WordColumn>& columns);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_WORD_TABLE_H_
