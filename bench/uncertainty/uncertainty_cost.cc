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
constexpr int kTileRepeats = 3;

// Processor seconds of X'Y at one time sample: the least of some runs.
double ProductSeconds(const Workload& workload, const Alignment& alignment) {
  const std::int64_t words = alignment.input_report().words_used;
  const std::int64_t sensors = workload.sensors;
  const int pca = alignment.spec().pca;
  const std::int64_t columns = workload.layers * (pca > 0 ? pca : workload.dims);
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

// An alignment whose tiles can be computed.
absl::StatusOr<std::unique_ptr<Alignment>> MakePrepared(const Experiment& experiment,
                                                        const AlignmentOptions& options,
                                                        const std::string& data_dir) {
  absl::StatusOr<std::unique_ptr<Alignment>> made = Alignment::Create(
      experiment.inputs, options, /*problems=*/nullptr, {.threads = 1, .scratch_folder = data_dir});
  if (!made.ok()) return made;
  for (const Unit& unit : (*made)->units()) {
    if (unit.kind != UnitKind::kPreparation) break;
    const CancelFlag cancel = false;
    if (absl::Status status = (*made)->Prepare(unit.index, cancel); !status.ok()) return status;
  }
  return made;
}

// Processor seconds of a tile.
absl::StatusOr<double> SecondsOf(const Alignment& alignment, int tile) {
  const CancelFlag cancel = false;
  const double begin_seconds = ProcessorSeconds();
  const absl::StatusOr<TileScores> scores = alignment.Compute(tile, cancel);
  if (!scores.ok()) return scores.status();
  return ProcessorSeconds() - begin_seconds;
}

// The first tile of a kind whose times are the same as those of `scores`; -1 without.
int FirstOf(const std::vector<Tile>& tiles, TileKind kind, const Tile& scores) {
  const auto found = std::find_if(tiles.begin(), tiles.end(), [&](const Tile& tile) {
    return tile.kind == kind && tile.time_begin == scores.time_begin;
  });
  return found == tiles.end() ? -1 : static_cast<int>(found - tiles.begin());
}

// The data of a workload, made if they are not there.
absl::StatusOr<Experiment> MakeAndOpen(const Workload& workload, const std::string& data_dir) {
  absl::Status status = EnsureWorkloadFiles(workload, data_dir);
  if (!status.ok()) return status;
  return OpenWorkload(workload, data_dir);
}

}  // namespace

absl::StatusOr<nlohmann::json> MeasureUncertainty(const Workload& workload, Preset preset,
                                                  int nulls, const std::string& data_dir) {
  const absl::StatusOr<Experiment> experiment = MakeAndOpen(workload, data_dir);
  if (!experiment.ok()) return experiment.status();
  AlignmentOptions options = workload.options;
  options.preset = preset;
  const absl::StatusOr<std::unique_ptr<Alignment>> bare =
      MakePrepared(*experiment, options, data_dir);
  if (!bare.ok()) return bare.status();
  options.uncertainty.nulls = nulls;
  options.uncertainty.draws = 1;
  const absl::StatusOr<std::unique_ptr<Alignment>> made =
      MakePrepared(*experiment, options, data_dir);
  if (!made.ok()) return made.status();
  const Alignment& alignment = **made;
  const std::vector<Tile>& tiles = alignment.tiles();
  const auto of_scores = static_cast<int>(std::count_if(
      tiles.begin(), tiles.end(), [](const Tile& tile) { return tile.kind == TileKind::kScores; }));
  const int scores = of_scores / 2;
  const Tile& tile = tiles[static_cast<std::size_t>(scores)];
  const int of_nulls = FirstOf(tiles, TileKind::kNulls, tile);
  const int of_influence = FirstOf(tiles, TileKind::kInfluence, tile);
  // Least of some runs: of the scores alone; of scores and influences, which a tile of scores may
  // compute together; of the nulls, which reuse what the scores left.
  constexpr double kNone = std::numeric_limits<double>::infinity();
  double bare_seconds = kNone;
  double with_influence_seconds = kNone;
  for (int i = 0; i < kTileRepeats; ++i) {
    const absl::StatusOr<double> alone = SecondsOf(**bare, scores);
    if (!alone.ok()) return alone.status();
    const absl::StatusOr<double> together = SecondsOf(alignment, scores);
    if (!together.ok()) return together.status();
    const absl::StatusOr<double> influence = SecondsOf(alignment, of_influence);
    if (!influence.ok()) return influence.status();
    bare_seconds = std::min(bare_seconds, *alone);
    with_influence_seconds = std::min(with_influence_seconds, *together + *influence);
  }
  const absl::StatusOr<double> null = SecondsOf(alignment, of_nulls);
  if (!null.ok()) return null.status();
  const double influence_seconds = (with_influence_seconds - bare_seconds) / tile.time_count;
  const double null_seconds = *null / tile.time_count;
  const double product_seconds = ProductSeconds(workload, alignment);
  const int null_count = tiles[static_cast<std::size_t>(of_nulls)].null_count;
  return nlohmann::json{{"preset", Name(preset)},
                        {"nulls", null_count},
                        {"blocks", alignment.block_count()},
                        {"seconds_of_time",
                         {{"product", product_seconds},
                          {"scores", bare_seconds / tile.time_count},
                          {"nulls", null_seconds},
                          {"influence", influence_seconds}}},
                        {"null_over_product", null_seconds / null_count / product_seconds},
                        {"influence_over_product", influence_seconds / product_seconds}};
}

absl::StatusOr<nlohmann::json> MeasureGeneralisation(const Workload& workload, Preset preset,
                                                     const std::string& data_dir) {
  const absl::StatusOr<Experiment> experiment = MakeAndOpen(workload, data_dir);
  if (!experiment.ok()) return experiment.status();
  AlignmentOptions options = workload.options;
  options.preset = preset;
  options.time_generalisation = true;
  const absl::StatusOr<std::unique_ptr<Alignment>> made =
      MakePrepared(*experiment, options, data_dir);
  if (!made.ok()) return made.status();
  const Alignment& alignment = **made;
  const std::vector<Tile>& tiles = alignment.tiles();
  const auto first = std::find_if(tiles.begin(), tiles.end(), [](const Tile& tile) {
    return tile.kind == TileKind::kTimeGeneralisation;
  });
  // Takes over the alphas that the scores of its times leave.
  for (std::size_t i = 0; tiles[i].time_begin < first->time_count; ++i) {
    const absl::StatusOr<double> scores = SecondsOf(alignment, static_cast<int>(i));
    if (!scores.ok()) return scores.status();
  }
  const absl::StatusOr<double> seconds =
      SecondsOf(alignment, static_cast<int>(first - tiles.begin()));
  if (!seconds.ok()) return seconds.status();
  const double of_time = *seconds / first->time_count;
  const double product_seconds = ProductSeconds(workload, alignment);
  return nlohmann::json{
      {"preset", Name(preset)},
      {"fitted_times", first->time_count},
      {"test_times", workload.times()},
      {"seconds_of_time", {{"product", product_seconds}, {"generalisation", of_time}}},
      {"generalisation_over_product", of_time / product_seconds}};
}

}  // namespace brainalign
