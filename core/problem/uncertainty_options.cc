#include "core/problem/uncertainty_options.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "core/problem/spec.h"

namespace brainalign {
namespace {

void CheckRange(const char* field, int value, int least, int most,
                std::vector<FieldProblem>& problems) {
  if (value >= least && value <= most) return;
  problems.push_back(
      {absl::StrCat("options.", field),
       absl::StrCat(field, " is ", value, "; it must be from ", least, " to ", most)});
}

void CheckLeast(const char* field, const std::optional<int>& value,
                std::vector<FieldProblem>& problems) {
  if (!value.has_value() || *value >= 1) return;
  problems.push_back({absl::StrCat("options.", field),
                      absl::StrCat(field, " is ", *value, "; it must be 1 or more words")});
}

void CheckMost(const char* field, const std::optional<int>& value, std::int64_t words,
               std::vector<FieldProblem>& problems) {
  if (!value.has_value() || *value <= words) return;
  problems.push_back({absl::StrCat("options.", field),
                      absl::StrCat(field, " is ", *value, ", but ", words,
                                   " words are used; it must be at most ", words)});
}

}  // namespace

void CheckUncertaintyOptions(const UncertaintyOptions& options,
                             std::vector<FieldProblem>& problems) {
  CheckRange("nulls", options.nulls, 0, kMostNulls, problems);
  CheckRange("draws", options.draws, 0, kMostDraws, problems);
  if (options.detrend.has_value()) {
    CheckRange("detrend", *options.detrend, 0, kHighestDetrend, problems);
  }
  CheckLeast("block_words", options.block_words, problems);
  CheckLeast("min_shift_words", options.min_shift_words, problems);
}

void CheckUncertaintyWords(const UncertaintyOptions& options, std::int64_t words,
                           std::vector<FieldProblem>& problems) {
  CheckMost("block_words", options.block_words, words, problems);
  CheckMost("min_shift_words", options.min_shift_words, words, problems);
}

}  // namespace brainalign
