#include "client/experiment/token_rows.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/printable.h"
#include "core/words/text_column.h"

namespace brainalign {
namespace {

using Row = std::vector<std::string>;

// Rows [begin, end) of the table that are one word.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<Span> SpansOfWords(const DelimitedText& table, std::size_t word,
                               const std::vector<std::ptrdiff_t>& sessions) {
  const auto is_same = [&](const Row& a, const Row& b) {
    return a[word] == b[word] && !IsMissingField(a[word]) &&
           std::all_of(sessions.begin(), sessions.end(), [&](std::ptrdiff_t column) {
             const auto c = static_cast<std::size_t>(column);
             return column < 0 || a[c] == b[c];
           });
  };
  std::vector<Span> spans;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    if (row > 0 && is_same(table.rows[row - 1], table.rows[row])) {
      spans.back().end = row + 1;
    } else {
      spans.push_back({row, row + 1});
    }
  }
  return spans;
}

// Sets the duration of each word whose rows differ in onset or duration to the time from its first
// onset to the end of its last row; missing if that is not known.
void SpanDurations(const std::vector<Span>& spans, std::size_t onset, std::size_t duration,
                   std::vector<Row>& rows) {
  for (const Span& span : spans) {
    const Row& last = rows[span.end - 1];
    Row& first = rows[span.begin];
    double begin = 0;
    double last_onset = 0;
    double last_duration = 0;
    if (first[onset] == last[onset] && first[duration] == last[duration]) continue;
    const bool is_known = ParseNumberField(first[onset], begin) &&
                          ParseNumberField(last[onset], last_onset) &&
                          ParseNumberField(last[duration], last_duration);
    first[duration] = is_known ? absl::StrCat(last_onset + last_duration - begin) : "n/a";
  }
}

bool DiffersInsideAWord(const std::vector<Span>& spans, const std::vector<Row>& rows,
                        std::size_t column) {
  return std::any_of(spans.begin(), spans.end(), [&](const Span& span) {
    for (std::size_t row = span.begin + 1; row < span.end; ++row) {
      if (rows[row][column] != rows[span.begin][column]) return true;
    }
    return false;
  });
}

}  // namespace

bool IsMissingField(const std::string& field) { return field.empty() || field == "n/a"; }

bool ParseNumberField(const std::string& field, double& number) {
  return absl::SimpleAtod(field, &number);
}

absl::Status JoinTokens(DelimitedText& table, std::vector<std::string>& notes) {
  const std::ptrdiff_t word = FindName(table.names, {"word_idx", "word_index", "word_id"});
  if (word < 0) return absl::OkStatus();
  const std::vector<Span> spans =
      SpansOfWords(table, static_cast<std::size_t>(word),
                   {FindName(table.names, {"session"}), FindName(table.names, {"story"})});
  if (spans.size() == table.rows.size()) return absl::OkStatus();
  const std::ptrdiff_t onset = FindName(table.names, {"onset", "start"});
  const std::ptrdiff_t duration = FindName(table.names, {"duration"});
  std::vector<std::string> left_out;
  std::vector<std::size_t> columns;
  for (std::size_t c = 0; c < table.names.size(); ++c) {
    const auto column = static_cast<std::ptrdiff_t>(c);
    const bool is_time = column == onset || (column == duration && onset >= 0);
    if (!is_time && DiffersInsideAWord(spans, table.rows, c)) {
      left_out.push_back(Printable(table.names[c]));
    } else {
      columns.push_back(c);
    }
  }
  if (onset >= 0 && duration >= 0) {
    SpanDurations(spans, static_cast<std::size_t>(onset), static_cast<std::size_t>(duration),
                  table.rows);
  }
  DelimitedText joined;
  for (const std::size_t column : columns) joined.names.push_back(table.names[column]);
  for (const Span& span : spans) {
    Row row;
    for (const std::size_t column : columns) {
      row.push_back(std::move(table.rows[span.begin][column]));
    }
    joined.rows.push_back(std::move(row));
    joined.lines.push_back(table.lines[span.begin]);
  }
  notes.push_back(absl::StrCat(
      table.rows.size(), " rows of tokens were joined to ", spans.size(), " words by column ",
      Printable(table.names[static_cast<std::size_t>(word)]),
      left_out.empty() ? std::string()
                       : absl::StrCat("; columns whose values differ inside a word were left out: ",
                                      absl::StrJoin(left_out, ", ")),
      "."));
  table = std::move(joined);
  return absl::OkStatus();
}

}  // namespace brainalign
