#ifndef BRAINALIGN_SERVER_RESOURCES_SAME_WORDS_H_
#define BRAINALIGN_SERVER_RESOURCES_SAME_WORDS_H_

#include <functional>

#include "absl/status/status.h"
#include "server/blobs/tensors.h"
#include "server/rows/word_table.h"

namespace brainalign {

// Whether two word tables hold the same words in the same order: as many of them, and equal texts
// in the column of the words themselves (TextColumnNames; the only texts if no table has one).
// Other columns may differ. FAILED_PRECONDITION with reason WORD_TABLES_DIFFER and the first word
// that differs, or if a table has no such column. Otherwise the errors of Tensors::Map. Reading
// stops once `go_on` returns false.
absl::Status CheckSameWords(const WordTable& of_brain, const WordTable& of_layers, Tensors& tensors,
                            const std::function<bool()>& go_on);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RESOURCES_SAME_WORDS_H_
