#include "client/rigour/repeats.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/experiment/vector_files.h"
#include "core/align/ceiling.h"

namespace brainalign {

CeilingFacts CeilingFactsOf(const Experiment& experiment, const std::string& directory,
                            const CancelCheck& is_cancelled) {
  CeilingFacts facts;
  const BrainInput& brain = experiment.inputs.brain;
  if (!brain.is_continuous() && brain.epochs.rank() == 0) {
    facts.why_not = "the recording is at the server";
    return facts;
  }
  if (!HasFile(directory, kItemsFile)) {
    facts.why_not = absl::StrCat("no words are known to be repeated (", kItemsFile, ")");
    return facts;
  }
  const absl::StatusOr<std::vector<std::int64_t>> items =
      ReadWholeNumbers(directory, kItemsFile, "the item of each word");
  if (!items.ok()) {
    facts.why_not = std::string(items.status().message());
    return facts;
  }
  const absl::StatusOr<RepeatCeiling> ceiling = CeilingOfRecording(brain, *items, is_cancelled);
  if (!ceiling.ok()) {
    facts.why_not = std::string(ceiling.status().message());
    return facts;
  }
  facts.items = ceiling->items;
  bool is_defined = false;
  for (std::size_t t = 0; t < ceiling->median_of_one.size(); ++t) {
    const double value = ceiling->median_of_one[t];
    if (std::isnan(value) || (is_defined && value <= facts.ceiling)) continue;
    is_defined = true;
    facts.ceiling = value;
    facts.seconds = brain.times_seconds[t];
  }
  if (!is_defined) facts.why_not = "all sensors are constant";
  return facts;
}

}  // namespace brainalign
