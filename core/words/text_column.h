#ifndef BRAINALIGN_CORE_WORDS_TEXT_COLUMN_H_
#define BRAINALIGN_CORE_WORDS_TEXT_COLUMN_H_

#include <cstddef>
#include <string>
#include <vector>

namespace brainalign {

// Names that labs give the column of the words themselves, the likeliest first.
const std::vector<std::string>& TextColumnNames();

// Index of the first column that has one of the names, in any case; -1 if there is none. Earlier
// names come before later ones.
std::ptrdiff_t FindName(const std::vector<std::string>& columns,
                        const std::vector<std::string>& names);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_WORDS_TEXT_COLUMN_H_
