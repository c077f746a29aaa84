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
  // Words that are left out because a value that decides is missing.
  std::int64_t without_value = 0;
};

// A condition on the columns of a word table, which selects words (docs/words.md, "Conditions"):
// "pos in NOUN VERB and quartile(surprisal) = 4".
class WordCondition {
 public:
  // INVALID_ARGUMENT with a clause that follows the name of the field: where the text is wrong, and
  // what would be right.
  static absl::StatusOr<WordCondition> Parse(const std::string& text);

  // In its plain spelling: the same for texts that differ in spaces or quotes alone.
  const std::string& text() const { return text_; }

  // Names of the columns that it tests, each once, in the order of the text.
  std::vector<std::string> columns() const;

  // The words that satisfy the condition, at least one if OK. `columns` may lack those that the
  // condition does not test. INVALID_ARGUMENT with a clause as of Parse: for a
  // column that is not there, a value that does not fit its type or that no word has, and a
  // condition that no word satisfies.
  absl::StatusOr<SelectedWords> Select(const WordTableValues& columns) const;

 private:
  WordCondition(ConditionNode root, std::string text)
      : root_(std::move(root)), text_(std::move(text)) {}

  ConditionNode root_;
  std::string text_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_WORDS_CONDITION_H_
