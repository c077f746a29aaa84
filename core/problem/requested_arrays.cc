#include "core/problem/requested_arrays.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/printable.h"

namespace brainalign {
namespace {

constexpr char kPerTarget[] = "per_target";
constexpr char kPerSensor[] = "per_sensor";
// score_per_fold, which every result has.
constexpr char kPerFold[] = "per_fold";

const char* NameOfColumnScores(Direction direction) {
  return direction == Direction::kBrainToModel ? kPerTarget : kPerSensor;
}

// The error of a request for scores of columns under `name`; empty if there is none.
std::string DescribeMistake(const std::string& name, const AlignmentSpec& spec) {
  if (IsSimilarity(spec.metric)) {
    return absl::StrCat(name, " is asked for, but metric ", Name(spec.metric),
                        " compares two matrices as a whole and scores no columns; leave it out, or "
                        "use pearson, cosine or r2");
  }
  const std::string right = NameOfColumnScores(spec.direction);
  if (name == right) return "";
  return absl::StrCat(name, " is asked for, but direction ", Name(spec.direction), " predicts ",
                      spec.direction == Direction::kBrainToModel ? "activations" : "sensors",
                      "; ask for ", right);
}

}  // namespace

void ResolveArrays(const std::vector<std::string>& arrays, AlignmentSpec& spec,
                   std::vector<FieldProblem>& problems) {
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    const std::string& name = arrays[i];
    if (name == kPerFold) continue;
    std::string mistake;
    if (name == kPerTarget || name == kPerSensor) {
      mistake = DescribeMistake(name, spec);
      spec.column_scores = true;
    } else {
      constexpr std::size_t kMostShown = 64;
      mistake = absl::StrCat("array is '", Printable(name.substr(0, kMostShown)), "'; it must be ",
                             kPerTarget, ", ", kPerFold, " or ", kPerSensor);
    }
    if (mistake.empty()) continue;
    problems.push_back({absl::StrCat("options.arrays[", i, "]"), std::move(mistake)});
    return;
  }
}

std::vector<std::string> RequestedArrays(const AlignmentSpec& spec) {
  if (!spec.column_scores) return {};
  return {NameOfColumnScores(spec.direction)};
}

ColumnAxes ColumnAxesOf(const AlignmentSpec& spec, std::int64_t sensors,
                        const std::vector<std::int64_t>& dims) {
  ColumnAxes axes = {.nuisance = spec.nuisance};
  if (spec.is_banded()) axes.bands = {"nuisance", "activations"};
  if (!spec.column_scores) return axes;
  if (spec.direction == Direction::kModelToBrain) {
    axes.sensors = sensors;
  } else if (spec.pca > 0) {
    axes.targets = spec.pca;
  } else if (!dims.empty()) {
    axes.targets = *std::max_element(dims.begin(), dims.end());
  }
  return axes;
}

}  // namespace brainalign
