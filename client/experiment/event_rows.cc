#include "client/experiment/event_rows.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/experiment/token_rows.h"
#include "core/printable.h"
#include "core/words/text_column.h"

namespace brainalign {
namespace {

constexpr char kWordType[] = "word";
constexpr char kSilence[] = "sp";

}  // namespace

void KeepWordEvents(const std::vector<std::string>& text_names, DelimitedText& table,
                    std::vector<std::string>& notes) {
  const std::ptrdiff_t type_column = FindName(table.names, {"trial_type", "type"});
  if (type_column < 0) return;
  const auto type = static_cast<std::size_t>(type_column);
  const auto is_word = [type](const std::vector<std::string>& row) {
    return absl::StartsWithIgnoreCase(row[type], kWordType);
  };
  const std::ptrdiff_t words = std::count_if(table.rows.begin(), table.rows.end(), is_word);
  if (words == 0 || words == std::ssize(table.rows)) return;

  const std::ptrdiff_t text = FindName(table.names, text_names);
  const auto is_silent = [text](const std::vector<std::string>& row) {
    if (text < 0) return false;
    const std::string& field = row[static_cast<std::size_t>(text)];
    return IsMissingField(field) || field == kSilence;
  };
  std::size_t kept = 0;
  std::size_t silent = 0;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (!is_word(table.rows[i])) continue;
    if (is_silent(table.rows[i])) {
      ++silent;
      continue;
    }
    if (kept != i) {
      table.rows[kept] = std::move(table.rows[i]);
      table.lines[kept] = table.lines[i];
    }
    ++kept;
  }
  const std::size_t others = table.rows.size() - static_cast<std::size_t>(words);
  table.rows.resize(kept);
  table.lines.resize(kept);
  std::string note =
      absl::StrCat("Of the rows of events, ", kept, " are words; left out are ", others, " whose ",
                   Printable(table.names[type]), " does not begin with 'word'");
  if (silent > 0) absl::StrAppend(&note, ", and ", silent, " without a word ('sp' or nothing)");
  notes.push_back(absl::StrCat(note, "."));
}

}  // namespace brainalign
