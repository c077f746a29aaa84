#include "core/words/condition.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/printable.h"
#include "core/words/texts.h"

namespace brainalign {
namespace {

// What a word is to a condition. A missing value makes a comparison unknown, and unknown parts are
// joined as in SQL: the least of parts of an `and`, the greatest of those of an `or`.
enum class Truth : std::uint8_t { kNo, kUnknown, kYes };
using Truths = std::vector<Truth>;  // (w)

constexpr int kQuartiles = 4;
constexpr std::size_t kMostValuesListed = 12;

absl::Status Wrong(const ConditionNode& test, const std::string& why) {
  return absl::InvalidArgumentError(absl::StrCat("has '", Printable(TextOf(test)), "', but ", why));
}

std::optional<double> NumberOf(const std::string& text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const char* const begin = text.data() + (text.front() == '+' ? 1 : 0);
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error != std::errc() || stop != end || std::isnan(number)) return std::nullopt;
  return number;
}

std::optional<std::int64_t> WholeNumberOf(const std::string& text) {
  std::int64_t whole = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, whole);
  if (error != std::errc() || stop != end) return std::nullopt;
  return whole;
}

std::optional<double> BooleanOf(const std::string& text) {
  const std::string lower = absl::AsciiStrToLower(text);
  if (lower == "true" || lower == "1") return 1;
  if (lower == "false" || lower == "0") return 0;
  return std::nullopt;
}

bool IsOrder(Comparison comparison) {
  return comparison == Comparison::kLess || comparison == Comparison::kAtMost ||
         comparison == Comparison::kMore || comparison == Comparison::kAtLeast;
}

bool IsMissingTest(Comparison comparison) {
  return comparison == Comparison::kIsMissing || comparison == Comparison::kIsNotMissing;
}

template <typename Value>
bool Holds(Comparison comparison, const Value& value, const std::vector<Value>& values) {
  const bool is_among = std::find(values.begin(), values.end(), value) != values.end();
  switch (comparison) {
    case Comparison::kEqual:
    case Comparison::kIn:
      return is_among;
    case Comparison::kNotEqual:
    case Comparison::kNotIn:
      return !is_among;
    case Comparison::kLess:
      return value < values.front();
    case Comparison::kAtMost:
      return value <= values.front();
    case Comparison::kMore:
      return value > values.front();
    case Comparison::kAtLeast:
      return value >= values.front();
    case Comparison::kIsMissing:
    case Comparison::kIsNotMissing:
      break;
  }
  return false;
}

// The values of a column as people write them, for a message.
std::string DescribeValues(const WordValues& column) {
  if (column.type == WordColumnType::kNumber || column.type == WordColumnType::kInteger) {
    double least = std::numeric_limits<double>::infinity();
    double most = -least;
    for (std::int64_t word = 0; word < column.words(); ++word) {
      if (column.IsMissing(word)) continue;
      least = std::min(least, column.Number(word));
      most = std::max(most, column.Number(word));
    }
    return least <= most ? absl::StrCat("its values are from ", least, " to ", most)
                         : "no word has a value in it";
  }
  std::set<std::string> values;
  for (std::int64_t word = 0; word < column.words(); ++word) {
    if (!column.IsMissing(word)) values.insert(Printable(column.Written(word)));
  }
  const std::size_t listed = std::min(values.size(), kMostValuesListed);
  const std::vector<std::string> first(
      values.begin(), std::next(values.begin(), static_cast<std::ptrdiff_t>(listed)));
  if (first.empty()) return "no word has a value in it";
  return absl::StrCat("its values are ", absl::StrJoin(first, ", "),
                      values.size() > listed
                          ? absl::StrCat(" and ", values.size() - listed, " more")
                          : std::string());
}

// What is found beside the words: sentences, each once.
class Notes {
 public:
  void Add(std::string note) {
    if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) {
      notes_.push_back(std::move(note));
    }
  }
  const std::vector<std::string>& all() const { return notes_; }

 private:
  std::vector<std::string> notes_;
};

// Values that no word has, where values are compared for equality. They are noted. It is an error
// if words are to have one of them and no value occurs: they are likely to be misspelt.
absl::Status CheckOccurrence(const ConditionNode& test, const WordValues& column,
                             const std::vector<bool>& is_found, Notes& notes) {
  std::vector<std::string> nowhere;
  for (std::size_t i = 0; i < is_found.size(); ++i) {
    if (!is_found[i]) nowhere.push_back(Printable(test.values[i]));
  }
  const bool excludes =
      test.comparison == Comparison::kNotEqual || test.comparison == Comparison::kNotIn;
  if (!excludes && !nowhere.empty() && nowhere.size() == is_found.size()) {
    return Wrong(test, absl::StrCat("no word has ", absl::StrJoin(nowhere, " or "), " in column ",
                                    Printable(column.name), "; ", DescribeValues(column)));
  }
  for (const std::string& value : nowhere) {
    notes.Add(absl::StrCat("The condition has ", value, ", which does not occur in column ",
                           Printable(column.name), "."));
  }
  return absl::OkStatus();
}

// A test of a column's values, which `read` gives by word, against `values`.
template <typename Value, typename Read>
absl::StatusOr<Truths> Compare(const ConditionNode& test, const WordValues& column,
                               const std::vector<Value>& values, const Read& read, Notes& notes) {
  Truths truths(static_cast<std::size_t>(column.words()), Truth::kUnknown);
  std::vector<bool> is_found(values.size(), IsOrder(test.comparison));
  for (std::int64_t word = 0; word < column.words(); ++word) {
    if (column.IsMissing(word)) continue;
    const Value value = read(word);
    truths[static_cast<std::size_t>(word)] =
        Holds(test.comparison, value, values) ? Truth::kYes : Truth::kNo;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (value == values[i]) is_found[i] = true;
    }
  }
  absl::Status occur = CheckOccurrence(test, column, is_found, notes);
  if (!occur.ok()) return occur;
  return truths;
}

// The values of a test, read by `parse`.
template <typename Value, typename Parse>
absl::StatusOr<std::vector<Value>> ReadValues(const ConditionNode& test, const WordValues& column,
                                              const Parse& parse, const std::string& right) {
  std::vector<Value> values;
  for (const std::string& text : test.values) {
    const std::optional<Value> value = text.empty() ? std::nullopt : parse(text);
    if (!value) {
      return Wrong(test,
                   absl::StrCat("column ", Printable(column.name), " holds ", Name(column.type),
                                "s, and '", Printable(text), "' is none", right));
    }
    values.push_back(*value);
  }
  return values;
}

absl::StatusOr<Truths> TestTexts(const ConditionNode& test, const WordValues& column,
                                 Notes& notes) {
  if (IsOrder(test.comparison)) {
    return Wrong(test, absl::StrCat("column ", Printable(column.name),
                                    " holds texts, which have no order; use =, != or in"));
  }
  const auto values = ReadValues<std::u32string>(test, column, CodePointsOf, "; give a text");
  if (!values.ok()) return values.status();
  return Compare(
      test, column, *values, [&](std::int64_t word) { return CodePointsAt(column.values, word); },
      notes);
}

absl::StatusOr<Truths> TestNumbers(const ConditionNode& test, const WordValues& column,
                                   Notes& notes) {
  const bool are_whole =
      column.type == WordColumnType::kInteger &&
      std::all_of(test.values.begin(), test.values.end(),
                  [](const std::string& text) { return WholeNumberOf(text).has_value(); });
  if (are_whole) {  // a double would not hold each of them
    const auto values = ReadValues<std::int64_t>(test, column, WholeNumberOf, "");
    if (!values.ok()) return values.status();
    return Compare(
        test, column, *values, [&](std::int64_t word) { return column.Integer(word); }, notes);
  }
  const auto values =
      column.type == WordColumnType::kBoolean
          ? ReadValues<double>(test, column, BooleanOf, "; give true or false")
          : ReadValues<double>(test, column, NumberOf, absl::StrCat("; ", DescribeValues(column)));
  if (!values.ok()) return values.status();
  return Compare(
      test, column, *values, [&](std::int64_t word) { return column.Number(word); }, notes);
}

// The three values that part the numbers of the words in `among` into quartiles: of the n values in
// order the ones at (n - 1) k / 4, rounded down, from 0. A number above j of them is in quartile
// j + 1: as numpy.quantile and pandas.qcut part them, equal numbers in one quartile, and a number
// that is a bound in the lower one. Nothing if no such word has a number.
std::optional<std::array<double, kQuartiles - 1>> QuartileBounds(const WordValues& column,
                                                                 const Truths& among) {
  std::vector<double> numbers;
  for (std::int64_t word = 0; word < column.words(); ++word) {
    if (among[static_cast<std::size_t>(word)] == Truth::kYes && !column.IsMissing(word)) {
      numbers.push_back(column.Number(word));
    }
  }
  if (numbers.empty()) return std::nullopt;
  std::sort(numbers.begin(), numbers.end());
  std::array<double, kQuartiles - 1> bounds{};
  for (std::size_t k = 1; k < kQuartiles; ++k) {
    bounds[k - 1] = numbers[(numbers.size() - 1) * k / kQuartiles];
  }
  return bounds;
}

absl::StatusOr<Truths> TestQuartiles(const ConditionNode& test, const WordValues& column,
                                     const Truths& among) {
  if (column.type == WordColumnType::kText || column.type == WordColumnType::kBoolean) {
    return Wrong(test, absl::StrCat("column ", Printable(column.name), " holds ", Name(column.type),
                                    "s; a quartile is one of numbers"));
  }
  std::vector<int> values;
  for (const std::string& text : test.values) {
    const std::optional<std::int64_t> value = WholeNumberOf(text);
    if (!value || *value < 1 || *value > kQuartiles) {
      return Wrong(test, absl::StrCat("'", Printable(text), "' is no quartile; they are 1 to ",
                                      kQuartiles, ", the largest numbers in ", kQuartiles));
    }
    values.push_back(static_cast<int>(*value));
  }
  const auto bounds = QuartileBounds(column, among);
  if (!bounds) {
    return Wrong(test,
                 absl::StrCat("none of the words that it is taken over has a value in column ",
                              Printable(column.name)));
  }
  Truths truths(static_cast<std::size_t>(column.words()), Truth::kUnknown);
  for (std::int64_t word = 0; word < column.words(); ++word) {
    if (column.IsMissing(word)) continue;
    const int quartile =
        1 + static_cast<int>(std::count_if(bounds->begin(), bounds->end(), [&](double bound) {
          return column.Number(word) > bound;
        }));
    truths[static_cast<std::size_t>(word)] =
        Holds(test.comparison, quartile, values) ? Truth::kYes : Truth::kNo;
  }
  return truths;
}

void AddColumns(const ConditionNode& node, std::vector<std::string>& columns) {
  const bool is_new = std::find(columns.begin(), columns.end(), node.column) == columns.end();
  if (node.kind == ConditionNode::Kind::kTest && is_new) columns.push_back(node.column);
  for (const ConditionNode& part : node.parts) AddColumns(part, columns);
}

bool HasQuartile(const ConditionNode& node) {
  return (node.kind == ConditionNode::Kind::kTest && node.of_quartile) ||
         std::any_of(node.parts.begin(), node.parts.end(), HasQuartile);
}

// Evaluates a condition on a table's columns.
class Evaluation {
 public:
  explicit Evaluation(const WordTableValues& columns)
      : columns_(columns),
        among_(static_cast<std::size_t>(columns.empty() ? 0 : columns.front().words()),
               Truth::kYes) {}

  // The words that quartiles are taken over: those that satisfy the parts without a quartile which
  // `and` joins at the top.
  absl::Status ChooseQuartileWords(const ConditionNode& root) {
    if (root.kind != ConditionNode::Kind::kAnd) return absl::OkStatus();
    ConditionNode plain{.kind = ConditionNode::Kind::kAnd};
    for (const ConditionNode& part : root.parts) {
      if (!HasQuartile(part)) plain.parts.push_back(part);
    }
    if (plain.parts.empty()) return absl::OkStatus();
    absl::StatusOr<Truths> among = Of(plain);
    if (!among.ok()) return among.status();
    among_ = *std::move(among);
    return absl::OkStatus();
  }

  absl::StatusOr<Truths> Of(const ConditionNode& node) {
    if (node.kind == ConditionNode::Kind::kTest) return OfTest(node);
    absl::StatusOr<Truths> truths = Of(node.parts.front());
    if (!truths.ok()) return truths;
    if (node.kind == ConditionNode::Kind::kNot) {
      for (Truth& truth : *truths) {
        truth = static_cast<Truth>(static_cast<int>(Truth::kYes) - static_cast<int>(truth));
      }
      return truths;
    }
    for (std::size_t i = 1; i < node.parts.size(); ++i) {
      const absl::StatusOr<Truths> more = Of(node.parts[i]);
      if (!more.ok()) return more;
      for (std::size_t word = 0; word < truths->size(); ++word) {
        Truth& truth = (*truths)[word];
        truth = node.kind == ConditionNode::Kind::kAnd ? std::min(truth, (*more)[word])
                                                       : std::max(truth, (*more)[word]);
      }
    }
    return truths;
  }

  const std::vector<std::string>& notes() const { return notes_.all(); }

 private:
  absl::StatusOr<Truths> OfTest(const ConditionNode& test) {
    const WordValues* const column = FindColumn(columns_, test.column);
    if (column == nullptr) {
      std::vector<std::string> names;
      for (const WordValues& one : columns_) names.push_back(Printable(one.name));
      return Wrong(test, absl::StrCat("the word table has no column ", Printable(test.column),
                                      "; it has ", absl::StrJoin(names, ", ")));
    }
    if (IsMissingTest(test.comparison)) {
      Truths truths(static_cast<std::size_t>(column->words()));
      const bool wanted = test.comparison == Comparison::kIsMissing;
      for (std::int64_t word = 0; word < column->words(); ++word) {
        truths[static_cast<std::size_t>(word)] =
            column->IsMissing(word) == wanted ? Truth::kYes : Truth::kNo;
      }
      return truths;
    }
    if (test.of_quartile) return TestQuartiles(test, *column, among_);
    return column->type == WordColumnType::kText ? TestTexts(test, *column, notes_)
                                                 : TestNumbers(test, *column, notes_);
  }

  const WordTableValues& columns_;
  Truths among_;
  Notes notes_;
};

}  // namespace

absl::StatusOr<WordCondition> WordCondition::Parse(const std::string& text) {
  absl::StatusOr<ConditionNode> root = ParseCondition(text);
  if (!root.ok()) return root.status();
  std::string plain = TextOf(*root);
  return WordCondition(*std::move(root), std::move(plain));
}

std::vector<std::string> WordCondition::columns() const {
  std::vector<std::string> columns;
  AddColumns(root_, columns);
  return columns;
}

absl::StatusOr<SelectedWords> WordCondition::Select(const WordTableValues& columns) const {
  Evaluation evaluation(columns);
  if (absl::Status status = evaluation.ChooseQuartileWords(root_); !status.ok()) return status;
  const absl::StatusOr<Truths> truths = evaluation.Of(root_);
  if (!truths.ok()) return truths.status();
  SelectedWords selected;
  selected.notes = evaluation.notes();
  for (std::size_t word = 0; word < truths->size(); ++word) {
    if ((*truths)[word] == Truth::kYes) selected.words.push_back(static_cast<std::int64_t>(word));
    if ((*truths)[word] == Truth::kUnknown) ++selected.without_value;
  }
  if (selected.words.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "is '", Printable(text_), "', which none of the ", truths->size(), " words satisfies"));
  }
  return selected;
}

}  // namespace brainalign
