#include "client/experiment/delimited_text.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "core/printable.h"
#include "core/words/texts.h"

namespace brainalign {
namespace {

constexpr char kUtf8Mark[] = "\xEF\xBB\xBF";

struct TableRow {
  std::vector<std::string> fields;
  std::size_t line = 0;  // from 1
};

// The text between the quotation marks that enclose a field; nothing if none do.
std::optional<std::string> Unquoted(absl::string_view field) {
  if (field.size() < 2 || field.front() != '"' || field.back() != '"') return std::nullopt;
  const absl::string_view inside = field.substr(1, field.size() - 2);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] != '"') continue;
    if (i + 1 == inside.size() || inside[i + 1] != '"') return std::nullopt;
    ++i;
  }
  return absl::StrReplaceAll(inside, {{"\"\"", "\""}});
}

// Where the field that begins at `at` ends: at a separator, a line end, or the end of the text.
std::size_t FieldEnd(absl::string_view text, std::size_t at, char separator) {
  if (separator == ',' && at < text.size() && text[at] == '"') {
    for (++at; at < text.size(); ++at) {
      if (text[at] != '"') continue;
      if (at + 1 == text.size() || text[at + 1] != '"') break;
      ++at;
    }
  }
  while (at < text.size() && text[at] != separator && text[at] != '\n') ++at;
  return at;
}

std::vector<TableRow> SplitRows(absl::string_view text, char separator) {
  std::vector<TableRow> rows;
  std::size_t line = 1;
  TableRow row{.fields = {}, .line = 1};
  for (std::size_t at = 0; at < text.size() || !row.fields.empty();) {
    const std::size_t end = FieldEnd(text, at, separator);
    const bool ends_row = end >= text.size() || text[end] == '\n';
    absl::string_view field = text.substr(at, end - at);
    for (const char c : field) line += c == '\n' ? 1 : 0;
    if (ends_row) absl::ConsumeSuffix(&field, "\r");
    std::optional<std::string> unquoted = Unquoted(field);
    row.fields.push_back(unquoted ? *std::move(unquoted) : std::string(field));
    at = end + 1;
    if (!ends_row) continue;
    rows.push_back(std::exchange(row, TableRow{.fields = {}, .line = ++line}));
    if (end >= text.size()) break;
  }
  const auto is_blank = [](const TableRow& last) {
    return last.fields.size() == 1 && last.fields.front().empty();
  };
  while (!rows.empty() && is_blank(rows.back())) rows.pop_back();
  return rows;
}

absl::Status CheckNames(const std::vector<std::string>& names) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("has no name for column ", i + 1, " in line 1; name each column"));
    }
    if (!seen.insert(names[i]).second) {
      return absl::InvalidArgumentError(absl::StrCat("names two columns ", Printable(names[i]),
                                                     " in line 1; give each a name of its own"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckText(absl::string_view text) {
  if (text.find('\0') != absl::string_view::npos || !CodePointsOf(std::string(text))) {
    return absl::InvalidArgumentError("is not a text in UTF-8; save it as UTF-8");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DelimitedText> ParseDelimited(absl::string_view text, char separator) {
  text = absl::StripPrefix(text, kUtf8Mark);
  if (absl::Status status = CheckText(text); !status.ok()) return status;
  std::vector<TableRow> rows = SplitRows(text, separator);
  if (rows.empty()) {
    return absl::InvalidArgumentError(
        "has 0 rows and is empty; it must have a line of column names and a line for each word");
  }
  DelimitedText table;
  const std::size_t width = rows.front().fields.size();
  table.names = std::move(rows.front().fields);
  table.has_row_names = width > 1 && table.names.front().empty();
  if (table.has_row_names) table.names.erase(table.names.begin());
  if (absl::Status status = CheckNames(table.names); !status.ok()) return status;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    TableRow& row = rows[i];
    if (row.fields.size() != width) {
      return absl::InvalidArgumentError(absl::StrCat(
          "has ", row.fields.size(), row.fields.size() == 1 ? " field" : " fields", " in line ",
          row.line, ", but ", width, " column names; write n/a for a value that is missing"));
    }
    if (table.has_row_names) row.fields.erase(row.fields.begin());
    table.rows.push_back(std::move(row.fields));
    table.lines.push_back(row.line);
  }
  return table;
}

}  // namespace brainalign
