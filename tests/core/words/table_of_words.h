#ifndef BRAINALIGN_TESTS_CORE_WORDS_TABLE_OF_WORDS_H_
#define BRAINALIGN_TESTS_CORE_WORDS_TABLE_OF_WORDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/words/word_values.h"

namespace brainalign {

// Columns of word tables. An empty text and NaN are missing values.
WordValues TextColumn(const std::string& name, const std::vector<std::string>& texts);
WordValues NumberColumn(const std::string& name, const std::vector<double>& numbers);
WordValues IntegerColumn(const std::string& name, const std::vector<std::int64_t>& numbers);
WordValues BooleanColumn(const std::string& name, const std::vector<std::int16_t>& values);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_WORDS_TABLE_OF_WORDS_H_
