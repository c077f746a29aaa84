#include "client/jobs/check_limits.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

absl::Status CheckCount(const std::string& what, std::int64_t count, std::int64_t most) {
  if (most == 0 || count <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("The experiment has ", count, " ", what,
                                                 "; the server takes at most ", most,
                                                 " (brainalign info shows its limits)."));
}

std::int64_t LayersOf(const Experiment& experiment) {
  return static_cast<std::int64_t>(experiment.inputs.layers.size());
}

std::int64_t TimesOf(const Experiment& experiment) {
  return static_cast<std::int64_t>(experiment.inputs.brain.times_seconds.size());
}

}  // namespace

absl::Status CheckSize(const ServerInfo& server, const Experiment& experiment) {
  const auto& layers = experiment.inputs.layers;
  const bool has_words = !layers.empty() && layers.front().activations.rank() > 0;
  const std::int64_t words = has_words ? layers.front().activations.dim(0) : 0;
  absl::Status status = CheckCount("layers", LayersOf(experiment), server.max_layers);
  status.Update(CheckCount("words", words, server.max_words));
  status.Update(CheckCount("times", TimesOf(experiment), server.max_times));
  return status;
}

absl::Status CheckLimits(const ServerInfo& server, const Experiment& experiment,
                         const AlignmentOptions& options) {
  if (absl::Status size = CheckSize(server, experiment); !size.ok()) return size;
  const std::int64_t layer_count = LayersOf(experiment);
  const std::int64_t time_count = TimesOf(experiment);
  // Each is within its limit now, and their product far from overflowing as a double.
  const double values = static_cast<double>(layer_count) * static_cast<double>(time_count) *
                        (static_cast<double>(options.folds) + options.uncertainty.nulls);
  if (server.max_result_values == 0 || values <= static_cast<double>(server.max_result_values)) {
    return absl::OkStatus();
  }
  const int nulls = options.uncertainty.nulls;
  return absl::InvalidArgumentError(
      absl::StrCat(layer_count, " layers x ", time_count, " times x ",
                   nulls > 0 ? absl::StrCat("(", options.folds, " folds + ", nulls, " nulls)")
                             : absl::StrCat(options.folds, " folds"),
                   " are more than the ", server.max_result_values,
                   " scores that the server takes in one result; use fewer layers, times or ",
                   nulls > 0 ? "options.nulls" : "options.folds", "."));
}

}  // namespace brainalign
