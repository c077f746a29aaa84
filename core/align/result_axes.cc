// The axes of the arrays of a result.
#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/align/result_arrays.h"

namespace brainalign {

std::vector<Axis> MatrixAxesOf(std::vector<std::string> layer_names, std::vector<double> depth,
                               std::vector<double> times_seconds, std::vector<double> alphas,
                               const AxisLengths& lengths) {
  const auto size = [](const std::vector<double>& values) {
    return static_cast<std::int64_t>(values.size());
  };
  const std::int64_t layers = size(depth);
  const std::int64_t times = size(times_seconds);
  const std::int64_t alpha_count = size(alphas);
  std::vector<double> test_times;
  if (lengths.time_generalisation) test_times = times_seconds;
  const std::int64_t tested = size(test_times);
  return {{"layer", layers, std::move(depth), std::move(layer_names)},
          {"time", times, std::move(times_seconds), {}},
          {"fold", lengths.folds, {}, {}},
          {"alpha", alpha_count, std::move(alphas), {}},
          {"null", lengths.nulls, {}, {}},
          {"block", lengths.blocks, {}, {}},
          {"target", lengths.columns.targets, {}, {}},
          {"sensor", lengths.columns.sensors, {}, {}},
          {"test_time", tested, std::move(test_times), {}},
          {"nuisance", std::ssize(lengths.columns.nuisance), {}, lengths.columns.nuisance},
          {"band", std::ssize(lengths.columns.bands), {}, lengths.columns.bands},
          {"inner_fold", lengths.inner_folds, {}, {}}};
}

std::vector<Axis> AxesOf(const AlignmentResult& result) {
  const std::size_t cells = std::max<std::size_t>(result.score.size(), 1);
  const AxisLengths lengths = {
      .folds = static_cast<int>(result.input.fold_sizes.size()),
      .nulls = result.uncertainty_facts.nulls,
      .blocks = static_cast<int>(result.uncertainty_facts.fold_of_block.size()),
      .inner_folds = static_cast<int>(result.alphas_influence.size() / cells),
      .columns = {.targets = static_cast<std::int64_t>(result.score_per_target.size() / cells),
                  .sensors = static_cast<std::int64_t>(result.score_per_sensor.size() / cells),
                  .nuisance = result.spec.nuisance,
                  .bands = ColumnAxesOf(result.spec, 0, {}).bands},
      .time_generalisation = !result.time_generalisation.empty()};
  std::vector<Axis> axes = MatrixAxesOf(result.layer_names, result.depth, result.times_seconds,
                                        result.spec.alphas, lengths);
  const std::vector<double>& bounds = result.spec.window_bounds_seconds;
  axes.push_back({"window", static_cast<std::int64_t>(bounds.size()), bounds, {}});
  axes.push_back(
      {"constant_sensor", static_cast<std::int64_t>(result.input.constant_sensors.size()), {}, {}});
  return axes;
}

}  // namespace brainalign
