#include "client/report/comparison_json.h"

#include <charconv>
#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/jobs/job.h"
#include "client/report/comparison_cautions.h"
#include "client/report/json_values.h"
#include "client/report/uncertainty_json.h"
#include "core/result/array.h"

namespace brainalign {
namespace {

using Json = nlohmann::ordered_json;

// Appends the numbers of an array, and of the arrays in it; null is NaN. False for anything else.
bool AppendNumbers(const Json& json, std::vector<double>& numbers) {
  if (!json.is_array()) return false;
  for (const Json& one : json) {
    if (one.is_array()) {
      if (!AppendNumbers(one, numbers)) return false;
    } else if (one.is_number() || one.is_null()) {
      numbers.push_back(one.is_null() ? std::numeric_limits<double>::quiet_NaN()
                                      : one.get<double>());
    } else {
      return false;
    }
  }
  return true;
}

template <typename Integer>
bool ReadIntegers(const Json& json, std::vector<Integer>& integers) {
  std::vector<double> numbers;
  if (!AppendNumbers(json, numbers)) return false;
  for (const double number : numbers) {
    constexpr double kMost = std::numeric_limits<int>::max();
    if (!(number >= 0 && number <= kMost)) return false;
    integers.push_back(static_cast<Integer>(number));
  }
  return true;
}

bool ReadTexts(const Json& json, std::vector<std::string>& texts) {
  if (!json.is_array()) return false;
  for (const Json& one : json) {
    if (!one.is_string()) return false;
    texts.push_back(one.get<std::string>());
  }
  return true;
}

bool ReadText(const Json& json, std::string& text) {
  if (json.is_string()) text = json.get<std::string>();
  return json.is_string();
}

// False if there is an influence and it is damaged.
bool ReadInfluence(const Json& uncertainty, ComparedAlignment& alignment) {
  const Json& influence = MemberOf(uncertainty, "influence");
  if (influence.is_null()) return true;
  std::string base64;
  std::string bytes;
  if (!ReadText(MemberOf(influence, "float64_base64"), base64) ||
      !absl::Base64Unescape(base64, &bytes)) {
    return false;
  }
  absl::StatusOr<std::vector<double>> values = FromBytes(bytes, DType::kF64);
  if (!values.ok()) return false;
  alignment.influence = *std::move(values);
  if (const Json& alphas = MemberOf(influence, "alphas_float64_base64"); !alphas.is_null()) {
    if (!ReadText(alphas, base64) || !absl::Base64Unescape(base64, &bytes)) return false;
    values = FromBytes(bytes, DType::kF64);
    if (!values.ok()) return false;
    alignment.alphas_influence = *std::move(values);
  }
  std::string fingerprint;
  if (!ReadText(MemberOf(uncertainty, "words_fingerprint"), fingerprint)) return false;
  const char* const end = fingerprint.data() + fingerprint.size();
  const auto read = std::from_chars(fingerprint.data(), end, alignment.words_fingerprint, 16);
  return read.ec == std::errc() && read.ptr == end &&
         ReadIntegers(MemberOf(influence, "fold_of_block"), alignment.fold_of_block) &&
         ReadIntegers(MemberOf(influence, "words_of_block"), alignment.words_of_block);
}

// Options that say what else is computed, or in which draws, and leave the matrix of the same words
// as it is; and the preset, whose options stand beside it.
bool LeavesTheMatrix(const std::string& option) {
  static const auto& names = *new std::set<std::string>(
      {"preset", "nulls", "null_by", "draws", "seed", "block_words", "min_shift_words",
       "window_bounds_seconds", "arrays", "time_generalisation"});
  return names.contains(option);
}

std::string TextOf(const Json& value) {
  if (value.is_null() || value.empty()) return "none";
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  return absl::StrJoin(
      value, ", ", [](std::string* text, const Json& one) { absl::StrAppend(text, TextOf(one)); });
}

Json CellsOf(const std::vector<double>& values, const ComparedAlignment& shape) {
  if (values.empty()) return {};
  return JsonMatrix(values, 0, shape.depth.size(), shape.times_seconds.size());
}

// The statistics of the whole matrix, for one pair of two or of several.
Json SummaryOf(const PairedTest& test) {
  return {{"alignment_difference", test.alignment_difference},
          {"alignment_interval", IntervalToJson(test.alignment_interval)},
          {"alignment_p", OrNull(test.alignment_p)},
          {"slope_difference", OrNull(test.slope_difference)},
          {"slope_interval", IntervalToJson(test.slope_interval)},
          {"slope_p", OrNull(test.slope_p)}};
}

Json CautionsToJson(const std::vector<std::pair<std::string, std::string>>& cautions) {
  Json json = Json::array();
  for (const auto& [name, text] : cautions) json.push_back({{"name", name}, {"text", text}});
  return json;
}

Json DifferencesToJson(const std::vector<DifferentOption>& different) {
  Json json = Json::object();
  for (const DifferentOption& option : different) json[option.name] = {option.first, option.second};
  return json;
}

}  // namespace

const char kComparisonBeginning[] = "{\n \"pair";

absl::StatusOr<ComparedResult> ComparedFromJson(const std::string& name, const std::string& text) {
  const auto wrong = [&](const std::string& what) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " ", what, "; give a file that run or result has written with --out"));
  };
  const Json json = Json::parse(text, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object()) return wrong("is no JSON object");
  ComparedResult result;
  result.name = name;
  ComparedAlignment& alignment = result.alignment;
  const Json& options = MemberOf(json, "options");
  result.options = options.dump(-1, ' ', false, Json::error_handler_t::replace);
  for (const Json& input : MemberOf(json, "inputs")) {
    std::string of;
    if (ReadText(MemberOf(input, "name"), of) && IsRecordingName(of)) {
      ReadText(MemberOf(input, "sha256"), result.recording_digest);
    }
  }
  const bool is_result = AppendNumbers(MemberOf(json, "score"), alignment.score) &&
                         AppendNumbers(MemberOf(json, "times"), alignment.times_seconds) &&
                         AppendNumbers(MemberOf(json, "depth"), alignment.depth) &&
                         ReadTexts(MemberOf(json, "layer_names"), alignment.layer_names) &&
                         ReadText(MemberOf(options, "direction"), alignment.direction) &&
                         ReadText(MemberOf(options, "metric"), alignment.metric);
  if (!is_result) return wrong("is no result of an alignment");
  ReadText(MemberOf(options, "where"), alignment.where);  // missing: all words
  if (const Json& nuisance = MemberOf(options, "nuisance"); !nuisance.is_null()) {
    if (!ReadTexts(nuisance, alignment.nuisance)) return wrong("has nuisance that is no list");
  }
  const Json& draws = MemberOf(options, "draws");
  if (draws.is_number_integer()) result.draws = draws.get<int>();
  const Json& seed = MemberOf(options, "seed");
  if (seed.is_number_unsigned()) result.seed = seed.get<std::uint64_t>();
  if (!ReadInfluence(MemberOf(json, "uncertainty"), alignment)) {
    return wrong("has an influence of blocks that is damaged");
  }
  return result;
}

std::vector<DifferentOption> DifferentOptions(const ComparedResult& first,
                                              const ComparedResult& second) {
  const Json of_first = Json::parse(first.options, nullptr, /*allow_exceptions=*/false);
  const Json of_second = Json::parse(second.options, nullptr, /*allow_exceptions=*/false);
  std::set<std::string> names;
  for (const Json* options : {&of_first, &of_second}) {
    if (!options->is_object()) continue;
    for (const auto& [name, value] : options->items()) names.insert(name);
  }
  std::vector<DifferentOption> different;
  for (const std::string& name : names) {
    const Json& value = MemberOf(of_first, name);
    const Json& other = MemberOf(of_second, name);
    if (LeavesTheMatrix(name) || value == other || TextOf(value) == TextOf(other)) continue;
    different.push_back({name, TextOf(value), TextOf(other)});
  }
  return different;
}

std::string ComparisonToJson(const ComparedResult& first, const ComparedResult& second,
                             const Comparison& comparison, std::uint64_t seed, int draws) {
  const PairedTest& test = comparison.test;
  const ComparedAlignment& shape = first.alignment;
  Json paired = {{"difference", CellsOf(test.difference, shape)},
                 {"se", CellsOf(test.se, shape)},
                 {"p_cell", CellsOf(test.p_cell, shape)},
                 {"p_familywise", CellsOf(test.p_familywise, shape)}};
  paired.update(SummaryOf(test));
  const Json json = {
      {"paired", std::move(paired)},
      {"first", first.name},
      {"second", second.name},
      {"times", shape.times_seconds},
      {"depth", Json::array({shape.depth, second.alignment.depth})},
      {"layer_names", Json::array({shape.layer_names, second.alignment.layer_names})},
      {"nuisance", Json::array({shape.nuisance, second.alignment.nuisance})},
      {"different_options", DifferencesToJson(DifferentOptions(first, second))},
      {"cautions", CautionsToJson(ComparisonCautions(first, second, comparison, draws))},
      {"blocks", {{"count", comparison.blocks}, {"df", comparison.df}}},
      {"seed", seed},
      {"draws", draws},
  };
  return Written(json);
}

std::string PairsToJson(const std::vector<ComparedResult>& results,
                        const std::vector<ComparedPair>& pairs, std::uint64_t seed, int draws) {
  Json all = Json::array();
  for (const ComparedPair& pair : pairs) {
    const ComparedResult& first = results[pair.first];
    const ComparedResult& second = results[pair.second];
    Json one = {{"first", first.name}, {"second", second.name}};
    one.update(SummaryOf(pair.comparison.test));
    one.update(Json{
        {"alignment_p_bh", OrNull(pair.alignment_p.bh)},
        {"alignment_p_holm", OrNull(pair.alignment_p.holm)},
        {"slope_p_bh", OrNull(pair.slope_p.bh)},
        {"slope_p_holm", OrNull(pair.slope_p.holm)},
        {"different_options", DifferencesToJson(DifferentOptions(first, second))},
        {"cautions", CautionsToJson(ComparisonCautions(first, second, pair.comparison, draws))},
        {"blocks", {{"count", pair.comparison.blocks}, {"df", pair.comparison.df}}}});
    all.push_back(std::move(one));
  }
  return Written({{"pairs", std::move(all)}, {"seed", seed}, {"draws", draws}});
}

}  // namespace brainalign
