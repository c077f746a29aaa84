#include "core/words/word_values.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "core/words/texts.h"

namespace brainalign {

const char* Name(WordColumnType type) {
  switch (type) {
    case WordColumnType::kText:
      return "text";
    case WordColumnType::kNumber:
      return "number";
    case WordColumnType::kInteger:
      return "integer";
    case WordColumnType::kBoolean:
      return "boolean";
  }
  return "";
}

bool WordValues::IsMissing(std::int64_t word) const {
  if (type == WordColumnType::kText) return values.At(word * values.stride(0)) == 0;
  return type == WordColumnType::kNumber && std::isnan(Number(word));
}

std::int64_t WordValues::Integer(std::int64_t word) const {
  std::int64_t whole = 0;
  std::memcpy(&whole, values.data() + word * std::int64_t{sizeof whole}, sizeof whole);
  return whole;
}

std::string WordValues::Written(std::int64_t word) const {
  if (IsMissing(word)) return "n/a";
  switch (type) {
    case WordColumnType::kText:
      return Utf8Of(CodePointsAt(values, word));
    case WordColumnType::kInteger:
      return absl::StrCat(Integer(word));
    case WordColumnType::kBoolean:
      return Number(word) != 0 ? "true" : "false";
    case WordColumnType::kNumber:
      break;
  }
  return absl::StrCat(Number(word));
}

const WordValues* FindColumn(const WordTableValues& columns, const std::string& name) {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const WordValues& column) { return column.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

}  // namespace brainalign
