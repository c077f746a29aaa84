#include "client/report/job_lines.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "core/printable.h"

namespace brainalign {
namespace {

// What the protocol's names of values begin with, by the name of their field.
std::string PrefixOfValues(const std::string& field) {
  if (field == "zscore_words" || field == "pca_words") return "FIT_WORDS_";
  for (const char* const known : {"data_type", "preset", "direction", "metric", "fold_by",
                                  "selection", "precision", "null_by"}) {
    if (field == known) return absl::AsciiStrToUpper(field) + "_";
  }
  return "";
}

// The words of a path such as "specification/layers/0/activations/spec/data_type" (JSON pointer).
std::vector<std::string> WordsOfPath(absl::string_view pointer) {
  std::vector<std::string> words = absl::StrSplit(pointer, '/', absl::SkipEmpty());
  words.erase(std::remove_if(words.begin(), words.end(),
                             [](const std::string& word) {
                               return word == "specification" || word == "spec";
                             }),
              words.end());
  return words;
}

}  // namespace

std::string LinesOfJson(const std::string& json) {
  const nlohmann::ordered_json flat =
      nlohmann::ordered_json::parse(json, /*cb=*/nullptr, /*allow_exceptions=*/false).flatten();
  std::string lines;
  for (const auto& [pointer, value] : flat.items()) {
    if (value.is_null() || value == "" || value.is_structured()) continue;
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    const std::vector<std::string> words = WordsOfPath(pointer);
    const std::string prefix = words.empty() ? "" : PrefixOfValues(words.back());
    if (!prefix.empty() && absl::StartsWith(text, prefix)) {
      text = absl::AsciiStrToLower(text.substr(prefix.size()));
      if (text == "unspecified") continue;
    }
    const std::string path = absl::StrReplaceAll(absl::StrJoin(words, " "), {{"_", " "}});
    absl::StrAppendFormat(&lines, "%-48s  %s\n", Printable(path), Printable(text));
  }
  return lines;
}

}  // namespace brainalign
