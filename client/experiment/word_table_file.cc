#include "client/experiment/word_table_file.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/experiment/delimited_text.h"
#include "client/experiment/event_rows.h"
#include "client/experiment/token_rows.h"
#include "client/experiment/unfetched_file.h"
#include "client/experiment/vector_files.h"
#include "core/printable.h"
#include "core/tensor/mapped_file.h"
#include "core/words/text_column.h"
#include "core/words/texts.h"

namespace brainalign {
namespace {

// Names that labs give the column of onsets, the likeliest first.
const std::vector<std::string>& OnsetNames() {
  static const auto& names =
      *new std::vector<std::string>{"onset", "start", "onset_seconds", "onsets"};
  return names;
}

constexpr char kEvents[] = "_events.tsv";

absl::Status AddPath(const std::string& path, const absl::Status& status) {
  if (!absl::IsInvalidArgument(status)) return status;
  return absl::InvalidArgumentError(absl::StrCat(path, " ", status.message()));
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  if (absl::Status status = CheckFetched(path); !status.ok()) return status;
  const absl::StatusOr<std::shared_ptr<const MappedFile>> file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  std::string text(reinterpret_cast<const char*>((*file)->data()),
                   static_cast<std::size_t>((*file)->size_bytes()));
  if (absl::Status status = (*file)->CheckReadable(); !status.ok()) return status;
  return text;
}

template <typename Number>
Tensor TensorOfColumn(DType dtype, const std::vector<Number>& numbers) {
  std::vector<std::byte> bytes(numbers.size() * sizeof(Number));
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return *Tensor::FromBytes({dtype, {std::ssize(numbers)}, Order::kC}, std::move(bytes));
}

// The values as 0 and 1 if each of them is true or false, in any case.
bool ReadBooleans(const std::vector<std::string>& fields, std::vector<std::int16_t>& values) {
  for (const std::string& field : fields) {
    const bool is_true = absl::EqualsIgnoreCase(field, "true");
    if (!is_true && !absl::EqualsIgnoreCase(field, "false")) return false;
    values.push_back(is_true ? 1 : 0);
  }
  return true;
}

bool ReadIntegers(const std::vector<std::string>& fields, std::vector<std::int64_t>& values) {
  for (const std::string& field : fields) {
    std::int64_t value = 0;
    if (!absl::SimpleAtoi(field, &value)) return false;
    values.push_back(value);
  }
  return true;
}

bool ReadNumbers(const std::vector<std::string>& fields, std::vector<double>& values) {
  for (const std::string& field : fields) {
    double value = std::nan("");
    if (!IsMissingField(field) && !ParseNumberField(field, value)) return false;
    values.push_back(value);
  }
  return true;
}

// Booleans, integers or numbers if every value is one, else texts. A missing value makes a number
// of an integer, and a text of a boolean.
absl::StatusOr<WordValues> ReadColumn(const std::string& name, std::vector<std::string> fields) {
  std::vector<std::int16_t> booleans;
  if (ReadBooleans(fields, booleans)) {
    return WordValues{name, WordColumnType::kBoolean, TensorOfColumn(DType::kI16, booleans)};
  }
  std::vector<std::int64_t> integers;
  if (ReadIntegers(fields, integers)) {
    return WordValues{name, WordColumnType::kInteger, TensorOfColumn(DType::kI64, integers)};
  }
  std::vector<double> numbers;
  if (ReadNumbers(fields, numbers)) {
    return WordValues{name, WordColumnType::kNumber, TensorOfColumn(DType::kF64, numbers)};
  }
  for (std::string& field : fields) {
    if (IsMissingField(field)) field.clear();
  }
  absl::StatusOr<Tensor> texts = TensorOfTexts(fields);
  if (!texts.ok()) return texts.status();
  return WordValues{name, WordColumnType::kText, *std::move(texts)};
}

std::string NameOf(const std::vector<std::string>& columns, const std::vector<std::string>& names) {
  const std::ptrdiff_t found = FindName(columns, names);
  return found < 0 ? std::string() : columns[static_cast<std::size_t>(found)];
}

// The sidecar may say what a column's numbers are in: onsets and durations are read as seconds.
absl::Status CheckSidecar(const std::string& path, const WordTableFile& table) {
  if (!absl::EndsWith(path, kEvents)) return absl::OkStatus();
  const std::string sidecar = absl::StrCat(absl::StripSuffix(path, ".tsv"), ".json");
  const std::filesystem::path file(sidecar);
  if (!HasFile(file.parent_path().string(), file.filename().string())) return absl::OkStatus();
  const absl::StatusOr<std::string> text = ReadText(sidecar);
  if (!text.ok()) return text.status();
  const nlohmann::json json = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat(sidecar, " is no JSON object; it must describe the columns by their names"));
  }
  for (const std::string& name : {table.onset, std::string("duration")}) {
    const auto column = json.find(name);
    if (name.empty() || column == json.end() || !column->is_object()) continue;
    const auto units = column->find("Units");
    if (units == column->end() || !units->is_string()) continue;
    const std::string unit = absl::AsciiStrToLower(units->get<std::string>());
    if (unit == "s" || unit == "sec" || unit == "second" || unit == "seconds") continue;
    return absl::InvalidArgumentError(absl::StrCat(sidecar, " says that column ", name, " is in '",
                                                   Printable(unit),
                                                   "'; it must be in seconds, 's'"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WordTableFile> ReadWordTableFile(const std::string& path,
                                                std::vector<std::string>& notes) {
  const absl::StatusOr<std::string> text = ReadText(path);
  if (!text.ok()) return text.status();
  absl::StatusOr<DelimitedText> table =
      ParseDelimited(*text, absl::EndsWithIgnoreCase(path, ".csv") ? ',' : '\t');
  if (!table.ok()) return AddPath(path, table.status());
  if (absl::EndsWith(path, kEvents)) KeepWordEvents(TextColumnNames(), *table, notes);
  if (table->rows.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, " has 0 rows below its line of column names; it must have one for each word"));
  }
  if (absl::Status status = JoinTokens(*table, notes); !status.ok()) return AddPath(path, status);
  WordTableFile read;
  read.path = path;
  for (std::size_t c = 0; c < table->names.size(); ++c) {
    std::vector<std::string> fields;
    fields.reserve(table->rows.size());
    for (std::vector<std::string>& row : table->rows) fields.push_back(std::move(row[c]));
    absl::StatusOr<WordValues> column = ReadColumn(table->names[c], std::move(fields));
    if (!column.ok()) return AddPath(path, column.status());
    read.columns.push_back(*std::move(column));
  }
  read.text = NameOf(table->names, TextColumnNames());
  read.onset = NameOf(table->names, OnsetNames());
  const std::string story = NameOf(table->names, {"story"});
  const std::string session = NameOf(table->names, {"session"});
  read.group = story.empty() ? session : story;
  if (!story.empty()) read.session = session;
  if (absl::Status status = CheckSidecar(path, read); !status.ok()) return status;
  return read;
}

absl::StatusOr<std::optional<WordTableFile>> FindWordTable(const std::string& dir,
                                                           std::vector<std::string>& notes) {
  std::set<std::string> names;
  for (const char* name : {"words.tsv", "words.csv"}) {
    if (HasFile(dir, name)) names.insert(name);
  }
  std::error_code error;
  std::filesystem::directory_iterator entries(dir, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    if (absl::EndsWith(name, kEvents)) names.insert(name);
  }
  if (names.empty()) return std::optional<WordTableFile>();
  if (names.size() > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(FilePath(dir, *names.begin()), " and ", *std::next(names.begin()),
                     " both hold word tables; leave one of them in the folder"));
  }
  absl::StatusOr<WordTableFile> table = ReadWordTableFile(FilePath(dir, *names.begin()), notes);
  if (!table.ok()) return table.status();
  return std::optional(*std::move(table));
}

}  // namespace brainalign
