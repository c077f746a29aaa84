#include "client/experiment/word_rows.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "client/experiment/session_starts.h"
#include "core/printable.h"

namespace brainalign {
namespace {

// "word 12 ('foo')".
std::string Word(const WordTableFile& table, std::int64_t word) {
  const WordValues* const text = FindColumn(table.columns, table.text);
  return text == nullptr ? absl::StrCat("word ", word)
                         : absl::StrCat("word ", word, " ('", Printable(text->Written(word)), "')");
}

absl::StatusOr<std::vector<double>> OnsetsOf(const WordTableFile& table) {
  const WordValues& column = *FindColumn(table.columns, table.onset);
  if (column.type == WordColumnType::kText || column.type == WordColumnType::kBoolean) {
    return absl::InvalidArgumentError(
        absl::StrCat(table.path, " has ", Name(column.type), "s in column ", Printable(table.onset),
                     "; it must hold the onset of each word in seconds"));
  }
  std::vector<double> onsets;
  for (std::int64_t word = 0; word < column.words(); ++word) onsets.push_back(column.Number(word));
  return onsets;
}

// The first word whose onset differs, or the number of words; a missing onset does not.
std::size_t FirstOther(const std::vector<double>& in_table, const std::vector<double>& onsets,
                       double tolerance_seconds) {
  const std::size_t words = std::min(in_table.size(), onsets.size());
  for (std::size_t i = 0; i < words; ++i) {
    if (std::abs(in_table[i] - onsets[i]) > tolerance_seconds) return i;
  }
  return words;
}

absl::Status CheckOnsets(const WordTableFile& table, const std::vector<double>& in_table,
                         const BrainInput& brain, std::vector<std::string>& notes) {
  const std::vector<double>& onsets = brain.onsets_seconds;
  const std::size_t words = std::min(in_table.size(), onsets.size());
  const std::size_t other = FirstOther(in_table, onsets, kOnsetToleranceSeconds);
  if (other == words) return absl::OkStatus();
  const std::vector<double> from_starts = OnsetsFromStarts(brain);
  // A session of a resampled recording may begin between two samples.
  const double tolerance = kOnsetToleranceSeconds + 0.5 / brain.sfreq_hz;
  const std::size_t other_from_starts = FirstOther(in_table, from_starts, tolerance);
  if (!from_starts.empty() && other_from_starts == words) {
    notes.push_back(absl::StrCat("Column ", Printable(table.onset), " in ", table.path,
                                 " counts from the start of each word's session."));
    return absl::OkStatus();
  }
  // On the clock on which more words from the first on are alike.
  const bool is_own_clock = !from_starts.empty() && other_from_starts > other;
  const std::size_t first = is_own_clock ? other_from_starts : other;
  return absl::InvalidArgumentError(absl::StrCat(
      Word(table, static_cast<std::int64_t>(first)), " begins at ", in_table[first], " s in ",
      table.path, ", but at ", is_own_clock ? from_starts[first] : onsets[first],
      " s in onsets.npy; both must hold the same words in order"));
}

// The values of a column of integers; of another one a number for each value, by order of first
// appearance.
absl::StatusOr<std::vector<std::int64_t>> NumbersOf(const WordTableFile& table,
                                                    const std::string& name) {
  const WordValues& column = *FindColumn(table.columns, name);
  std::map<std::string, std::int64_t> numbers;
  std::vector<std::int64_t> values;
  for (std::int64_t word = 0; word < column.words(); ++word) {
    if (column.type == WordColumnType::kInteger) {
      values.push_back(column.Integer(word));
      continue;
    }
    if (column.IsMissing(word)) {
      return absl::InvalidArgumentError(absl::StrCat(Word(table, word), " has no ", Printable(name),
                                                     " in ", table.path,
                                                     "; give it to each word, or leave the column "
                                                     "out"));
    }
    const std::string value = column.Written(word);
    values.push_back(
        numbers.try_emplace(value, static_cast<std::int64_t>(numbers.size())).first->second);
  }
  return values;
}

// Where a column of the table stands in for a file of the folder.
absl::Status TakeGroups(const WordTableFile& table, const std::string& name, const char* meaning,
                        std::vector<std::int64_t>& groups, std::vector<std::string>& notes) {
  if (name.empty() || !groups.empty()) return absl::OkStatus();
  absl::StatusOr<std::vector<std::int64_t>> numbers = NumbersOf(table, name);
  if (!numbers.ok()) return numbers.status();
  const std::int64_t first = numbers->front();
  const bool is_one = std::all_of(numbers->begin(), numbers->end(),
                                  [&](std::int64_t number) { return number == first; });
  if (is_one) return absl::OkStatus();
  groups = *std::move(numbers);
  notes.push_back(
      absl::StrCat(meaning, " are those of column ", Printable(name), " in ", table.path, "."));
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckRows(const WordTableFile& table, std::int64_t words, const std::string& whose) {
  if (table.words() == words) return absl::OkStatus();
  std::string text =
      absl::StrCat(table.path, " has ", table.words(), " rows below its line of column names, but ",
                   whose, " ", words, " words; one row a word is needed");
  if (table.words() > words) {
    absl::StrAppend(&text, " (the first one too many is ", Word(table, words), ")");
  }
  return absl::InvalidArgumentError(text);
}

absl::Status JoinBrain(const WordTableFile& table, BrainInput& brain,
                       std::vector<std::string>& notes) {
  if (!table.onset.empty()) {
    absl::StatusOr<std::vector<double>> onsets = OnsetsOf(table);
    if (!onsets.ok()) return onsets.status();
    if (!brain.onsets_seconds.empty()) {
      absl::Status status = CheckOnsets(table, *onsets, brain, notes);
      if (!status.ok()) return status;
    } else {
      for (std::size_t i = 0; i < onsets->size(); ++i) {
        if (std::isfinite((*onsets)[i])) continue;
        return absl::InvalidArgumentError(
            absl::StrCat(Word(table, static_cast<std::int64_t>(i)), " has no onset in ", table.path,
                         "; give each word its onset in seconds, or leave the column out"));
      }
      brain.onsets_seconds = *std::move(onsets);
      notes.push_back(absl::StrCat("Onsets are those of column ", Printable(table.onset), " in ",
                                   table.path, "."));
    }
  }
  const std::int64_t words = brain.words();
  if (words > 0) {
    absl::Status status = CheckRows(table, words, "the recording has");
    if (!status.ok()) return status;
  }
  absl::Status status = TakeGroups(table, table.group, "Groups", brain.groups, notes);
  if (status.ok()) status = TakeGroups(table, table.session, "Sessions", brain.sessions, notes);
  return status;
}

}  // namespace brainalign
