#include "client/report/comparison_cautions.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace brainalign {

std::vector<std::pair<std::string, std::string>> ComparisonCautions(const ComparedResult& first,
                                                                    const ComparedResult& second,
                                                                    const Comparison& comparison,
                                                                    int draws) {
  std::vector<std::pair<std::string, std::string>> cautions;
  if (first.recording_digest.empty() || second.recording_digest.empty()) {
    cautions.emplace_back(
        "recordings_unknown",
        "One of the two does not say which recording it is of, so whether both are "
        "of the same recording is not known.");
  } else if (first.recording_digest != second.recording_digest) {
    cautions.emplace_back("different_recordings",
                          "The two have different recordings, so the difference is not of the "
                          "models alone.");
  }
  const std::vector<DifferentOption> different = DifferentOptions(first, second);
  if (!different.empty()) {
    const auto values = [](std::string* list, const DifferentOption& option) {
      absl::StrAppend(list, option.name, " (", option.first, "; ", option.second, ")");
    };
    cautions.emplace_back("different_options",
                          absl::StrCat("The two were computed with different options: ",
                                       absl::StrJoin(different, ", ", values), "."));
  }
  if (!first.alignment.alphas_influence.empty() || !second.alignment.alphas_influence.empty()) {
    cautions.emplace_back(
        "alphas_by_inner_folds",
        "Inner folds chose the alphas. The test includes the noise of that choice, "
        "but how often it errs was simulated for other alphas only.");
  }
  if (comparison.blocks_are_correlated) {
    cautions.emplace_back("blocks_correlated",
                          "Blocks of words are shorter than the correlation of what they hold: "
                          "neighbouring blocks of the difference are correlated. Standard errors "
                          "and intervals are too narrow, and p values too small. Compute both with "
                          "longer blocks (block_words).");
  }
  if (comparison.test.p_cell.empty()) {
    cautions.emplace_back("no_p",
                          "There are fewer than 10 degrees of freedom (blocks less folds), so no p "
                          "or interval is given.");
  } else if (comparison.test.p_familywise.empty() && draws > 0) {
    cautions.emplace_back("no_familywise_p",
                          "There are fewer than 40 degrees of freedom (blocks less folds), so no "
                          "family-wise p is given.");
  }
  return cautions;
}

}  // namespace brainalign
