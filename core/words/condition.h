#ifndef BRAINALIGN_CORE_WORDS_CONDITION_H_
#define BRAINALIGN_CORE_WORDS_CONDITION_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/words/condition_node.h"
#include "core/words/word_values.h"

namespace brainalign {

// The words of a table that satisfy a condition.
struct SelectedWords {
  std::vector<std::int64_t> words;  // indices, ascending
  // Words that are left out because a value that the condition needs is missing.
  std::int64_t without_value = 0;
  // Sentences on values of a list that no word has.
  std::vector<std::string> notes = {};
};

// A condition on the columns of a word table, which selects words (docs/words.md, "Conditions"):
// "pos in NOUN VERB and quartile(surprisal) = 4".
class WordCondition {
 public:
  // INVALID_ARGUMENT, with a clause that follows the name of the field and states the position of
  // the error and what would be right.
  static absl::StatusOr<WordCondition> Parse(const std::string& text);

  // The condition in its canonical spelling: equal for texts that differ only in spaces or quotes.
  const std::string& text() const { return text_; }

  // Names of the columns that it tests, each once, in the order of the text.
  std::vector<std::string> columns() const;

  // The words that satisfy the condition, at least one if OK. `columns` needs only the columns that
  // the condition tests. INVALID_ARGUMENT, with a clause as in Parse, for a column that does not
  // exist, a value that does not fit its type or that no word has (of a list: if no word has any of
  // them), and a condition that no word satisfies.
  absl::StatusOr<SelectedWords> Select(const WordTableValues& columns) const;

 private:
  WordCondition(ConditionNode root, std::string text)
      : root_(std::move(root)), text_(std::move(text)) {}

  ConditionNode root_;
  std::string text_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_WORDS_CONDITION_H_
