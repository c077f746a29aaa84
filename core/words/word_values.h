#ifndef BRAINALIGN_CORE_WORDS_WORD_VALUES_H_
#define BRAINALIGN_CORE_WORDS_WORD_VALUES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/tensor/tensor.h"

namespace brainalign {

// How the values of a column are stored: (w, c) of I32 for texts (core/words/texts.h), (w) of F64
// for numbers, of I64 for integers, of I16, 0 or 1, for booleans; in row-major order. The values
// are those of the protocol.
enum class WordColumnType : std::uint8_t { kText = 1, kNumber = 2, kInteger = 3, kBoolean = 4 };

// "text", "number", "integer", "boolean".
const char* Name(WordColumnType type);

// A column of a word table with its values, one for each word.
struct WordValues {
  std::string name;
  WordColumnType type = WordColumnType::kNumber;
  Tensor values;

  std::int64_t words() const { return values.dim(0); }
  // Whether the value of a word is missing: an empty text, or NaN.
  bool IsMissing(std::int64_t word) const;
  // The value of a word, 0 or 1 for a boolean. Requires a column without texts.
  double Number(std::int64_t word) const { return values.At(word); }
  // The value of a word, exactly: a double cannot represent every integer. Requires a column of
  // integers.
  std::int64_t Integer(std::int64_t word) const;
  // The value as text, in UTF-8; "n/a" for a missing value.
  std::string Written(std::int64_t word) const;
};

// The columns of a word table. All have as many words.
using WordTableValues = std::vector<WordValues>;

// The column of that name; null if there is none.
const WordValues* FindColumn(const WordTableValues& columns, const std::string& name);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_WORDS_WORD_VALUES_H_
