#include "core/align/ceiling.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/align/input_checks.h"
#include "core/problem/sessions.h"
#include "core/problem/spec.h"
#include "core/problem/unreadable_input.h"

namespace brainalign {

absl::StatusOr<RepeatCeiling> CeilingOfRecording(const BrainInput& brain,
                                                 const std::vector<std::int64_t>& item_of_word,
                                                 const CancelCheck& is_cancelled) {
  std::vector<FieldProblem> problems;
  CheckShapes(brain, problems);
  if (!problems.empty()) return ProblemsToStatus(problems);
  const std::int64_t words = brain.words();
  if (std::ssize(item_of_word) != words) {
    return absl::InvalidArgumentError(absl::StrCat("items are given for ", item_of_word.size(),
                                                   " words, but the recording has ", words));
  }
  const Epochs epochs = EpochsOf(brain, SessionsOf(brain));
  absl::StatusOr<RepeatCeiling> ceiling = CeilingOfRepeats(epochs, item_of_word, is_cancelled);
  if (absl::Status status = CheckReadable({.brain = brain, .layers = {}}); !status.ok()) {
    return status;
  }
  return ceiling;
}

}  // namespace brainalign
