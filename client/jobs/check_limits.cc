#include "client/jobs/check_limits.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/printable.h"
#include "core/problem/requested_arrays.h"

namespace brainalign {
namespace {

absl::Status CheckCount(const std::string& what, std::int64_t count, std::int64_t most) {
  if (most == 0 || count <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("The experiment has ", count, " ", what,
                                                 "; the server takes at most ", most,
                                                 " (brainalign info shows its limits)."));
}

// Of an option: folds, or the number of its values.
absl::Status CheckOption(const std::string& field, const std::string& verb, std::int64_t value,
                         const std::string& unit, std::int64_t most) {
  if (most == 0 || value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, " ", verb, " ", value, unit,
                                                 "; the server takes at most ", most,
                                                 " (brainalign info shows its limits)."));
}

absl::Status CheckOptions(const ServerInfo& server, const AlignmentOptions& options) {
  absl::Status status = CheckOption("options.folds", "is", options.folds, "", server.max_folds);
  status.Update(
      CheckOption("options.inner_folds", "is", options.inner_folds, "", server.max_folds));
  status.Update(CheckOption("options.alphas", "has", std::ssize(options.alphas), " values",
                            server.max_alphas));
  status.Update(CheckOption("options.window_bounds_seconds", "has",
                            std::ssize(options.window_bounds_seconds), " bounds",
                            server.max_window_bounds));
  status.Update(CheckOption("nuisance", "has", std::ssize(options.nuisance), " columns",
                            server.max_nuisance_columns));
  return status;
}

absl::Status CheckNames(const ServerInfo& server, const Experiment& experiment,
                        const AlignmentOptions& options) {
  const auto is_too_long = [&](const std::string& name) {
    return server.max_name_bytes > 0 && std::ssize(name) > server.max_name_bytes;
  };
  const auto refuse = [&](const std::string& what, const std::string& name) {
    return absl::InvalidArgumentError(absl::StrCat("The name of a ", what, " has ", name.size(),
                                                   " bytes; the server takes at most ",
                                                   server.max_name_bytes, ": ", name));
  };
  for (const LayerInput& layer : experiment.inputs.layers) {
    if (is_too_long(layer.name)) return refuse("layer", layer.name);
  }
  for (const std::string& column : options.nuisance) {
    if (is_too_long(column)) return refuse("nuisance column", column);
  }
  return absl::OkStatus();
}

std::int64_t LayersOf(const Experiment& experiment) {
  return static_cast<std::int64_t>(experiment.inputs.layers.size());
}

std::int64_t TimesOf(const Experiment& experiment) {
  return static_cast<std::int64_t>(experiment.inputs.brain.times_seconds.size());
}

// Of scores of single columns. The brain or the layers may be known to the server alone.
ColumnAxes ColumnsOf(const Experiment& experiment, const AlignmentOptions& options) {
  std::vector<FieldProblem> problems;  // are the server's to report
  const AlignmentSpec spec =
      ResolveOptions(options, /*has_groups=*/false, /*epoch_seconds=*/0, problems);
  std::vector<std::int64_t> dims;
  for (const LayerInput& layer : experiment.inputs.layers) {
    if (layer.activations.rank() == 2) dims.push_back(layer.activations.dim(1));
  }
  const BrainInput& brain = experiment.inputs.brain;
  std::int64_t sensors = 0;
  if (brain.epochs.rank() == 3) sensors = brain.epochs.dim(1);
  if (brain.is_continuous()) sensors = brain.continuous.dim(0);
  return ColumnAxesOf(spec, sensors, dims);
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

absl::Status CheckJobName(const ServerInfo& server, const std::string& name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    const auto following = i + 1 < name.size() ? static_cast<unsigned char>(name[i + 1]) : 0;
    // U+0080 to U+009F are C2 80 to C2 9F.
    if (byte >= 0x20 && byte != 0x7F && !(byte == 0xC2 && following < 0xA0)) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "--name is '", Printable(name), "', which has a control character; use printable text."));
  }
  const auto most = static_cast<std::size_t>(server.max_name_bytes);
  if (most == 0 || name.size() <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--name has ", name.size(), " bytes; the server takes at most ", most, "."));
}

absl::Status CheckLimits(const ServerInfo& server, const Experiment& experiment,
                         const AlignmentOptions& options) {
  absl::Status within = CheckSize(server, experiment);
  within.Update(CheckOptions(server, options));
  within.Update(CheckNames(server, experiment, options));
  if (!within.ok()) return within;
  const std::int64_t layer_count = LayersOf(experiment);
  const std::int64_t time_count = TimesOf(experiment);
  const ColumnAxes columns = ColumnsOf(experiment, options);
  const std::int64_t tested = options.time_generalisation ? time_count : 0;
  // Each is within its limit now, and their product far from overflowing as a double.
  const double values = static_cast<double>(layer_count) * static_cast<double>(time_count) *
                        (static_cast<double>(options.folds) + options.uncertainty.nulls +
                         static_cast<double>(columns.length() + tested));
  if (server.max_result_values == 0 || values <= static_cast<double>(server.max_result_values)) {
    return absl::OkStatus();
  }
  const int nulls = options.uncertainty.nulls;
  std::string of_cell = absl::StrCat(options.folds, " folds");
  if (nulls > 0) absl::StrAppend(&of_cell, " + ", nulls, " nulls");
  if (columns.targets > 0) absl::StrAppend(&of_cell, " + ", columns.targets, " targets");
  if (columns.sensors > 0) absl::StrAppend(&of_cell, " + ", columns.sensors, " sensors");
  if (tested > 0) absl::StrAppend(&of_cell, " + ", tested, " times of generalisation");
  const bool is_sum = nulls > 0 || columns.length() > 0 || tested > 0;
  return absl::InvalidArgumentError(
      absl::StrCat(layer_count, " layers x ", time_count, " times x ",
                   is_sum ? absl::StrCat("(", of_cell, ")") : of_cell, " are more than the ",
                   server.max_result_values,
                   " scores that the server takes in one result; use fewer layers, times or ",
                   columns.length() > 0 ? "options.arrays"
                   : tested > 0         ? "leave out options.time_generalisation"
                   : nulls > 0          ? "options.nulls"
                                        : "options.folds",
                   "."));
}

}  // namespace brainalign
