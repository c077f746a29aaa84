#include "client/lab_files/taking.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/experiment/layer_order.h"

namespace brainalign {
namespace {

bool IsAxis(const std::string& word) {
  for (const TakenName& taken : TakenNames()) {
    if (std::find(taken.axes.begin(), taken.axes.end(), word) != taken.axes.end()) return true;
  }
  return false;
}

// The axes after the last colon; empty if what follows it are no axes but a part of a name.
std::vector<std::string> AxesOf(const std::string& text, std::size_t colon) {
  if (colon == std::string::npos) return {};
  std::vector<std::string> axes = absl::StrSplit(text.substr(colon + 1), ',');
  return std::any_of(axes.begin(), axes.end(), IsAxis) ? axes : std::vector<std::string>();
}

absl::Status CheckAxes(const Taking& taking) {
  std::vector<std::string> sorted = taking.axes;
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::string> right = taking.taken->axes;
  std::sort(right.begin(), right.end());
  if (sorted == right) return absl::OkStatus();
  const bool is_layer =
      right.size() == 3 && sorted == std::vector<std::string>{"dimensions", "words"};
  if (is_layer && std::string(taking.taken->name) == "activations") return absl::OkStatus();
  if (right.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("--take ", taking.text, " names axes, and ",
                                                   taking.taken->name,
                                                   " has one at most; leave them out"));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--take ", taking.text, " names the axes ", absl::StrJoin(taking.axes, ","), "; those of ",
      taking.taken->name, " are ", absl::StrJoin(taking.taken->axes, ","),
      ", each once, in the order that the variable has them"));
}

}  // namespace

const std::vector<TakenName>& TakenNames() {
  using Kind = TakenName::Kind;
  static const auto* const names =
      new std::vector<TakenName>{{"meg", Kind::kArray, {"words", "sensors", "times"}},
                                 {"continuous", Kind::kArray, {"sensors", "samples"}},
                                 {"sfreq", Kind::kNumber, {}},
                                 {"times", Kind::kNumbers, {}},
                                 {"onsets", Kind::kNumbers, {}},
                                 {"groups", Kind::kWholeNumbers, {}},
                                 {"sessions", Kind::kWholeNumbers, {}},
                                 {"activations", Kind::kArray, {"layers", "words", "dimensions"}},
                                 {"depth", Kind::kNumbers, {}}};
  return *names;
}

absl::StatusOr<Taking> ParseTaking(const std::string& text) {
  Taking taking{.taken = nullptr, .variable = {}, .axes = {}, .text = text};
  const std::size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  std::vector<std::string> known;
  for (const TakenName& taken : TakenNames()) {
    known.push_back(taken.name);
    if (name == taken.name) taking.taken = &taken;
  }
  if (equals == std::string::npos || equals + 1 == text.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--take ", text, " names no variable; give NAME=VARIABLE, such as meg=epochs"));
  }
  if (taking.taken == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("--take ", text, " is for ", QuoteName(name),
                                                   "; an experiment has ",
                                                   absl::StrJoin(known, ", ")));
  }
  taking.variable = text.substr(equals + 1);
  const std::size_t colon = taking.variable.rfind(':');
  taking.axes = AxesOf(taking.variable, colon);
  if (taking.axes.empty()) return taking;
  taking.variable.resize(colon);
  if (absl::Status status = CheckAxes(taking); !status.ok()) return status;
  return taking;
}

}  // namespace brainalign
