#include "core/problem/select_words.h"

#include <utility>

#include "core/words/condition.h"

namespace brainalign {

absl::Status SelectWords(const WordTableValues& columns, const std::string& where,
                         BrainInput& brain) {
  const absl::StatusOr<WordCondition> condition = WordCondition::Parse(where);
  if (!condition.ok()) return condition.status();
  absl::StatusOr<SelectedWords> selected = condition->Select(columns);
  if (!selected.ok()) return selected.status();
  brain.selected = std::move(selected->words);
  brain.words_without_value = selected->without_value;
  brain.selection_notes = std::move(selected->notes);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ColumnsTested(const std::string& where) {
  const absl::StatusOr<WordCondition> condition = WordCondition::Parse(where);
  if (!condition.ok()) return condition.status();
  return condition->columns();
}

}  // namespace brainalign
