#ifndef BRAINALIGN_CORE_WORDS_WORD_VALUES_H_
#define BRAINALIGN_CORE_WORDS_WORD_VALUES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/tensor/tensor.h"

namespace brainalign {

// How the values of a column are stored: (w, c) of I32 for texts (core/words/texts.h), (w) of F64
// for numbers, of I64 for integers, of I16, 0 or 1, for booleans; in row-major order. Values are
// the protocol's.
enum class WordColumnType : std::uint8_t { kText = 1, kNumber = 2, kInteger = 3, kBoolean = 4 };

// "text", "number", "integer", "boolean".
const char* Name(WordColumnType type);

// A column of a word table with its values, one for each word.
struct WordValues {
  std::string name;
  WordColumnType type = WordColumnType::kNumber;
  Tensor values;

  std::int64_t words() const { return values.dim(0); }
  // Whether the value of a word is not known: an empty text, or NaN.
  bool IsMissing(std::int64_t word) const;
  // Requires that the column holds no texts. 0 or 1 for a boolean.
  double Number(std::int64_t word) const { return values.At(word); }
  // Requires that the column holds integers: a double does not hold each of them.
  std::int64_t Integer(std::int64_t word) const;
  // The value as people write it: of a text in UTF-8, of a missing value "n/a".
  std::string Written(std::int64_t word) const;
};

// The columns of a word table. All have as many words.
using WordTableValues = std::vector<WordValues>;

// The column of that name; null if there is none.
const WordValues* FindColumn(const WordTableValues& columns, const std::string& name);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_WORDS_WORD_VALUES_H_
