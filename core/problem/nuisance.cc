#include "core/problem/nuisance.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/linalg/unit_exponent.h"
#include "core/printable.h"
#include "core/problem/sessions.h"

namespace brainalign {
namespace {

constexpr char kNuisanceField[] = "nuisance";

// (w, c) of F64, column by column.
Tensor TensorOfColumns(const std::vector<std::vector<double>>& columns, std::int64_t words) {
  const auto count = static_cast<std::int64_t>(columns.size());
  std::vector<std::byte> bytes;
  bytes.reserve(static_cast<std::size_t>(words * count) * sizeof(double));
  for (std::size_t w = 0; w < static_cast<std::size_t>(words); ++w) {
    for (const std::vector<double>& column : columns) {
      const auto* const first = reinterpret_cast<const std::byte*>(&column[w]);
      bytes.insert(bytes.end(), first, first + sizeof(double));
    }
  }
  return Tensor::FromBytes({DType::kF64, {words, count}, Order::kC}, std::move(bytes)).value();
}

std::int64_t SessionOf(const Sessions& sessions, std::int64_t word) {
  return sessions.of_word.empty() ? 0 : sessions.of_word[static_cast<std::size_t>(word)];
}

std::vector<double> Positions(const Sessions& sessions, std::int64_t words) {
  std::vector<double> positions;
  std::map<std::int64_t, double> next;
  for (std::int64_t word = 0; word < words; ++word) {
    positions.push_back(next[SessionOf(sessions, word)]++);
  }
  return positions;
}

// The first word of a session has the interval of the second; that of a single word is 0.
std::vector<double> Intervals(const Sessions& sessions, const std::vector<double>& onsets) {
  std::vector<double> intervals(onsets.size(), 0.0);
  struct Seen {
    std::size_t last;
    bool is_first;
  };
  std::map<std::int64_t, Seen> of_session;
  for (std::size_t word = 0; word < onsets.size(); ++word) {
    const std::int64_t session = SessionOf(sessions, static_cast<std::int64_t>(word));
    const auto seen = of_session.find(session);
    if (seen != of_session.end()) {
      intervals[word] = onsets[word] - onsets[seen->second.last];
      if (seen->second.is_first) intervals[seen->second.last] = intervals[word];
    }
    of_session[session] = {word, seen == of_session.end()};
  }
  if (onsets.empty()) return intervals;
  // Onsets at regular times differ in their last digits, which may be those of float32.
  const auto [least, most] = std::minmax_element(intervals.begin(), intervals.end());
  const auto [first, last] = std::minmax_element(onsets.begin(), onsets.end());
  const double rounding = std::max(1e-6, 0x1p-22 * std::max(std::abs(*first), std::abs(*last)));
  if (*most - *least <= rounding) std::fill(intervals.begin(), intervals.end(), *least);
  return intervals;
}

// A name as a list of names takes it: in quotation marks if it could else be read as another one.
std::string AsListed(const std::string& name) {
  const bool is_plain = name.find(',') == std::string::npos && !name.empty() &&
                        name.front() != '"' && name.front() != '\'' &&
                        absl::StripAsciiWhitespace(name) == name;
  if (is_plain) return Printable(name);
  const char* const mark = name.find('"') == std::string::npos ? "\"" : "'";
  return absl::StrCat(mark, Printable(name), mark);
}

absl::StatusOr<std::vector<double>> ReadColumn(const std::string& name,
                                               const WordTableValues& table,
                                               const BrainInput& brain, std::int64_t words) {
  if (name == kPositionColumn) return Positions(SessionsOf(brain), words);
  if (name == kIntervalColumn) {
    if (brain.onsets_seconds.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("names ", name, ", but the recording has no onsets; leave it out"));
    }
    return Intervals(SessionsOf(brain), brain.onsets_seconds);
  }
  const WordValues* const column = FindColumn(table, name);
  if (column == nullptr) {
    // The command makes columns of the words before each word (core/align/previous_words.h).
    std::vector<std::string> names = {kPositionColumn, kIntervalColumn, "@previous:N"};
    for (const WordValues& one : table) names.push_back(AsListed(one.name));
    return absl::InvalidArgumentError(absl::StrCat("names the column '", Printable(name),
                                                   "', which there is not; there are ",
                                                   absl::StrJoin(names, ", ")));
  }
  if (column->type == WordColumnType::kText) {
    return absl::InvalidArgumentError(
        absl::StrCat("names the column ", Printable(name),
                     ", which holds texts; give columns of numbers, integers or booleans"));
  }
  if (column->words() != words) {
    return absl::InvalidArgumentError(
        absl::StrCat("names the column ", Printable(name), " of ", column->words(),
                     " words, but the recording has ", words, " words"));
  }
  std::vector<double> values;
  for (std::int64_t word = 0; word < words; ++word) values.push_back(column->Number(word));
  return values;
}

}  // namespace

bool IsComputedColumn(const std::string& name) {
  return name == kPositionColumn || name == kIntervalColumn;
}

std::vector<std::string> NuisanceNames(const std::vector<std::string>& columns,
                                       std::int64_t features) {
  std::vector<std::string> names = columns;
  for (std::int64_t f = 0; f < features; ++f) names.push_back(absl::StrCat("features[", f, "]"));
  return names;
}

absl::StatusOr<Tensor> GatherNuisance(const std::vector<std::string>& columns,
                                      const WordTableValues& table, const Tensor& features,
                                      const BrainInput& brain) {
  const std::int64_t words = brain.words();
  std::vector<std::vector<double>> gathered;
  std::set<std::string> seen;
  for (const std::string& name : columns) {
    if (!seen.insert(name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("names the column ", Printable(name), " twice; name it once"));
    }
    absl::StatusOr<std::vector<double>> values = ReadColumn(name, table, brain, words);
    if (!values.ok()) return values.status();
    gathered.push_back(*std::move(values));
  }
  if (features.rank() == 0) return TensorOfColumns(gathered, words);
  if (features.rank() != 2 || features.dim(0) != words || features.dim(1) < 1) {
    return absl::InvalidArgumentError(absl::StrCat("has features ", Describe(features.spec()),
                                                   ", but the recording has ", words,
                                                   " words; give (words, columns)"));
  }
  const std::vector<double> values = features.ToDoubles();
  const auto width = static_cast<std::size_t>(features.dim(1));
  for (std::size_t f = 0; f < width; ++f) {
    std::vector<double>& column = gathered.emplace_back();
    for (std::size_t w = 0; w < static_cast<std::size_t>(words); ++w) {
      column.push_back(values[w * width + f]);
    }
  }
  return TensorOfColumns(gathered, words);
}

LayerInput StandardNuisance(const AlignmentInputs& inputs, const std::vector<std::string>& names,
                            const std::vector<std::int64_t>& used,
                            std::vector<FieldProblem>& problems) {
  LayerInput layer;
  layer.name = kNuisanceField;
  layer.relative_depth = 1;
  const Tensor& given = inputs.nuisance;
  const std::int64_t words = inputs.brain.words();
  if (given.rank() != 2 || given.dim(0) != words ||
      given.dim(1) != static_cast<std::int64_t>(names.size())) {
    problems.push_back(
        {kNuisanceField, absl::StrCat("has ", names.size(), " columns of ", words,
                                      " words by name, but values ", Describe(given.spec()))});
    return layer;
  }
  const std::vector<double> values = given.ToDoubles();
  std::vector<std::vector<double>> columns(names.size(),
                                           std::vector<double>(static_cast<std::size_t>(words)));
  for (std::size_t c = 0; c < names.size(); ++c) {
    const auto value = [&](std::int64_t word) {
      return values[static_cast<std::size_t>(word) * names.size() + c];
    };
    double largest = 0;
    for (const std::int64_t word : used) {
      if (!std::isfinite(value(word))) {
        problems.push_back(
            {kNuisanceField,
             absl::StrCat("column ", Printable(names[c]), " is ",
                          std::isnan(value(word)) ? "missing" : "infinite", " for word ", word,
                          " (counted from 0); fill it in, or leave such words out")});
        return layer;
      }
      largest = std::max(largest, std::abs(value(word)));
    }
    // Relative to the largest, so that no unit is too large for sums of squares. First by a power
    // of two: the inverse of the smallest numbers is infinite.
    const double factor = UnitFactor(UnitExponent(largest));
    const double unit = largest > 0 ? 1 / (largest * factor) : 1;
    const auto relative = [&](std::int64_t word) { return value(word) * factor * unit; };
    double mean = 0;
    for (const std::int64_t word : used) mean += relative(word);
    mean /= static_cast<double>(used.size());
    double squares = 0;
    bool varies = false;
    for (const std::int64_t word : used) {
      squares += std::pow(relative(word) - mean, 2);
      varies = varies || value(word) != value(used.front());
    }
    const double deviation = std::sqrt(squares / static_cast<double>(used.size()));
    // Of values that differ in their last digits nothing but rounding is left.
    constexpr double kRounding = 1e-14;
    if (!varies || !(deviation > kRounding)) {
      problems.push_back(
          {kNuisanceField,
           absl::StrCat("column ", Printable(names[c]), " is ", value(used.front()), " for all ",
                        used.size(), " words that are used; leave it out")});
      return layer;
    }
    for (const std::int64_t word : used) {
      columns[c][static_cast<std::size_t>(word)] = (relative(word) - mean) / deviation;
    }
  }
  layer.activations = TensorOfColumns(columns, words);
  return layer;
}

}  // namespace brainalign
