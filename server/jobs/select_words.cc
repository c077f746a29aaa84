#include "server/jobs/select_words.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/problem/select_words.h"
#include "core/words/word_values.h"
#include "server/jobs/check_specification.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

constexpr char kField[] = "spec.options.where";

}  // namespace

absl::Status SelectConditionWords(const JobSpecification& specification, Tensors& tensors,
                                  const std::function<bool()>& go_on, BrainInput& brain) {
  if (specification.options.where.empty()) return absl::OkStatus();
  const std::int64_t words = brain.words();
  WordTableValues columns;
  for (const WordColumn& column : specification.condition_columns) {
    auto mapped = tensors.Map(column.values, go_on);
    if (!mapped.ok()) return DescribeUnreadable(kField, mapped.status());
    columns.push_back({column.name, column.type, std::move(mapped->tensor)});
    if (columns.back().words() == words) continue;
    return InvalidFieldError(
        kField, absl::StrCat("tests the column ", column.name, " of ", columns.back().words(),
                             " words, but the recording has ", words,
                             " words; use the word table of the recording"));
  }
  const absl::Status selected = SelectWords(columns, specification.options.where, brain);
  for (const WordValues& column : columns) {
    absl::Status readable = column.values.CheckReadable();
    if (!readable.ok()) return DescribeUnreadable(kField, readable);
  }
  return selected.ok() ? selected : InvalidFieldError(kField, std::string(selected.message()));
}

}  // namespace brainalign
