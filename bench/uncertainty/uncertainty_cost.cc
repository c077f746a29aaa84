#include "bench/uncertainty/uncertainty_cost.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <vector>

#include "bench/data/noise.h"
#include "bench/data/workload_files.h"
#include "bench/job/timed_alignment.h"
#include "core/align/alignment.h"
#include "core/linalg/float_product.h"
#include "core/linalg/multiplying_threads.h"

namespace brainalign {
namespace {

constexpr int kRepeats = 5;

// Processor seconds of X'Y at one time sample: the least of some runs.
double ProductSeconds(std::int64_t words, std::int64_t sensors, std::int64_t columns) {
  std::vector<float> x(static_cast<std::size_t>(words * sensors));
  std::vector<float> y(static_cast<std::size_t>(words * columns));
  std::vector<float> product(static_cast<std::size_t>(sensors * columns));
  FillNormal(1, 0, x.size(), x.data());
  FillNormal(2, 0, y.size(), y.data());
  double least_seconds = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kRepeats; ++i) {
    const double begin_seconds = ProcessorSeconds();
    MultiplyFloat({x.data(), sensors, words, words}, {y.data(), words, columns, columns},
                  product.data(), columns);
    least_seconds = std::min(least_seconds, ProcessorSeconds() - begin_seconds);
  }
  return least_seconds;
}

// The first tile of a kind whose times are the same as those of `scores`; -1 without.
int FirstOf(const std::vector<Tile>& tiles, TileKind kind, const Tile& scores) {
  const auto found = std::find_if(tiles.begin(), tiles.end(), [&](const Tile& tile) {
    return tile.kind == kind && tile.time_begin == scores.time_begin;
  });
  return found == tiles.end() ? -1 : static_cast<int>(found - tiles.begin());
}

}  // namespace

absl::StatusOr<nlohmann::json> MeasureUncertainty(const Workload& workload, Preset preset,
                                                  int nulls, const std::string& data_dir) {
  absl::Status status = EnsureWorkloadFiles(workload, data_dir);
  if (!status.ok()) return status;
  const absl::StatusOr<Experiment> experiment = OpenWorkload(workload, data_dir);
  if (!experiment.ok()) return experiment.status();
  AlignmentOptions options = workload.options;
  options.preset = preset;
  options.uncertainty.nulls = nulls;
  options.uncertainty.draws = 1;
  const absl::StatusOr<std::unique_ptr<Alignment>> made =
      Alignment::Create(experiment->inputs, options, /*problems=*/nullptr,
                        {.threads = 1, .scratch_folder = data_dir});
  if (!made.ok()) return made.status();
  Alignment& alignment = **made;
  if (PrepareToMultiply(1) == 0) return absl::ResourceExhaustedError("there is no memory left");
  const CancelFlag cancel = false;
  for (const Unit& unit : alignment.units()) {
    if (unit.kind != UnitKind::kPreparation) break;
    if (status = alignment.Prepare(unit.index, cancel); !status.ok()) return status;
  }
  const std::vector<Tile>& tiles = alignment.tiles();
  const auto of_scores = std::count_if(
      tiles.begin(), tiles.end(), [](const Tile& tile) { return tile.kind == TileKind::kScores; });
  const Tile& tile = tiles[static_cast<std::size_t>(of_scores / 2)];
  const auto seconds_of = [&](int index) -> absl::StatusOr<double> {
    const double begin_seconds = ProcessorSeconds();
    const absl::StatusOr<TileScores> scores = alignment.Compute(index, cancel);
    if (!scores.ok()) return scores.status();
    return (ProcessorSeconds() - begin_seconds) / tile.time_count;
  };
  const absl::StatusOr<double> scores = seconds_of(static_cast<int>(of_scores / 2));
  if (!scores.ok()) return scores.status();
  const int of_nulls = FirstOf(tiles, TileKind::kNulls, tile);
  const absl::StatusOr<double> null = seconds_of(of_nulls);
  if (!null.ok()) return null.status();
  const absl::StatusOr<double> influence = seconds_of(FirstOf(tiles, TileKind::kInfluence, tile));
  if (!influence.ok()) return influence.status();
  const AlignmentSpec& spec = alignment.spec();
  const std::int64_t columns = workload.layers * (spec.pca > 0 ? spec.pca : workload.dims);
  const double product_seconds =
      ProductSeconds(alignment.input_report().words_used, workload.sensors, columns);
  const int null_count = tiles[static_cast<std::size_t>(of_nulls)].null_count;
  return nlohmann::json{{"preset", Name(preset)},
                        {"nulls", null_count},
                        {"blocks", alignment.block_count()},
                        {"seconds_of_time",
                         {{"product", product_seconds},
                          {"scores", *scores},
                          {"nulls", *null},
                          {"influence", *influence}}},
                        {"null_over_product", *null / null_count / product_seconds},
                        {"influence_over_product", *influence / product_seconds}};
}

}  // namespace brainalign
