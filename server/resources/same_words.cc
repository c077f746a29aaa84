#include "server/resources/same_words.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/words/text_column.h"
#include "core/words/word_values.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

// The column of the words themselves by its name, of any type. Null if there is none.
const WordColumn* NamedWordsOf(const WordTable& table) {
  std::vector<std::string> names;
  for (const WordColumn& column : table.columns) names.push_back(column.name);
  const std::ptrdiff_t found = FindName(names, TextColumnNames());
  return found < 0 ? nullptr : &table.columns[static_cast<std::size_t>(found)];
}

// The only column of texts. Null if there is none, or more than one.
const WordColumn* OnlyTextsOf(const WordTable& table) {
  const WordColumn* only = nullptr;
  for (const WordColumn& column : table.columns) {
    if (column.type != WordColumnType::kText) continue;
    if (only != nullptr) return nullptr;
    only = &column;
  }
  return only;
}

absl::StatusOr<WordValues> Read(const WordColumn& column, Tensors& tensors,
                                const std::function<bool()>& go_on) {
  auto mapped = tensors.Map(column.values, go_on);
  if (!mapped.ok()) return mapped.status();
  return WordValues{column.name, column.type, std::move(mapped->tensor)};
}

absl::Status CheckSameTexts(const WordTable& of_brain, const WordTable& of_layers,
                            const WordValues& in_brain, const WordValues& in_layers) {
  for (std::int64_t word = 0; word < in_brain.words(); ++word) {
    const std::string brain_text = in_brain.Written(word);
    const std::string layer_text = in_layers.Written(word);
    if (brain_text == layer_text) continue;
    return WithReason(absl::FailedPreconditionError(absl::StrCat(
                          "word ", word + 1, " is '", brain_text, "' in column ", in_brain.name,
                          " of ", of_brain.FullName(), ", the recording's word table, but '",
                          layer_text, "' in column ", in_layers.name, " of ", of_layers.FullName(),
                          ", that of the activations; use activations of the recording's words")),
                      "WORD_TABLES_DIFFER",
                      {{"word", absl::StrCat(word + 1)},
                       {"column", in_brain.name},
                       {"word_table_digest", of_layers.digest}});
  }
  const absl::Status readable = in_brain.values.CheckReadable();
  return readable.ok() ? in_layers.values.CheckReadable() : readable;
}

}  // namespace

absl::Status CheckSameWords(const WordTable& of_brain, const WordTable& of_layers, Tensors& tensors,
                            const std::function<bool()>& go_on) {
  const auto differ = [&](const std::string& message) {
    return WithReason(absl::FailedPreconditionError(message), "WORD_TABLES_DIFFER",
                      {{"word_table_digest", of_layers.digest}});
  };
  if (of_brain.words() != of_layers.words()) {
    return differ(absl::StrCat(of_brain.FullName(), ", the recording's word table, has ",
                               of_brain.words(), " words, but ", of_layers.FullName(),
                               ", that of the activations, has ", of_layers.words(),
                               "; use activations of the recording's words"));
  }
  const WordColumn* brain_column = NamedWordsOf(of_brain);
  const WordColumn* layer_column = NamedWordsOf(of_layers);
  if (brain_column == nullptr && layer_column == nullptr) {
    brain_column = OnlyTextsOf(of_brain);
    layer_column = OnlyTextsOf(of_layers);
  }
  if (brain_column == nullptr || layer_column == nullptr) {
    return differ(
        absl::StrCat((brain_column == nullptr ? of_brain : of_layers).FullName(),
                     " has no column of the words themselves (",
                     absl::StrJoin(TextColumnNames(), ", "), "), so that ", of_brain.FullName(),
                     ", the recording's word table, cannot be compared with ", of_layers.FullName(),
                     ", that of the activations; name one table for both"));
  }
  if (brain_column->values.digest == layer_column->values.digest) return absl::OkStatus();
  const auto in_brain = Read(*brain_column, tensors, go_on);
  if (!in_brain.ok()) return in_brain.status();
  const auto in_layers = Read(*layer_column, tensors, go_on);
  if (!in_layers.ok()) return in_layers.status();
  return CheckSameTexts(of_brain, of_layers, *in_brain, *in_layers);
}

}  // namespace brainalign
