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

// What swaps of sessions need beside them, or have no use for.
void CheckSwaps(const UncertaintyOptions& options, std::vector<FieldProblem>& problems) {
  if (!options.swaps_sessions()) return;
  if (options.nulls == 0) {
    problems.push_back({"options.null_by",
                        "null_by is swap, but nulls is 0; give a number of nulls, such as 199, or "
                        "leave null_by out"});
  }
  if (options.min_shift_words) {
    problems.push_back(
        {"options.min_shift_words",
         absl::StrCat("min_shift_words is ", *options.min_shift_words,
                      ", but null_by is swap, which shifts nothing; leave one of them out")});
  }
}

}  // namespace

const char* Name(NullBy value) { return value == NullBy::kSwap ? "swap" : "shift"; }

std::optional<NullBy> ParseNullBy(const std::string& name) {
  for (const NullBy value : {NullBy::kShift, NullBy::kSwap}) {
    if (name == Name(value)) return value;
  }
  return std::nullopt;
}

void CheckUncertaintyOptions(const UncertaintyOptions& options,
                             std::vector<FieldProblem>& problems) {
  CheckRange("nulls", options.nulls, 0, kMostNulls, problems);
  CheckRange("draws", options.draws, 0, kMostDraws, problems);
  if (options.detrend.has_value()) {
    CheckRange("detrend", *options.detrend, 0, kHighestDetrend, problems);
  }
  CheckLeast("block_words", options.block_words, problems);
  CheckLeast("min_shift_words", options.min_shift_words, problems);
  CheckSwaps(options, problems);
}

void CheckUncertaintyWords(const UncertaintyOptions& options, std::int64_t words,
                           std::vector<FieldProblem>& problems) {
  CheckMost("block_words", options.block_words, words, problems);
  CheckMost("min_shift_words", options.min_shift_words, words, problems);
}

}  // namespace brainalign
