#include "core/align/generalisation_tiles.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/align/activation_targets.h"
#include "core/align/uncertainty_tiles.h"
#include "core/regressions/maps_across_times.h"

namespace brainalign {
namespace {

// Columns whose maps are held at a time. Not a power of two: see MultiplyFloat.
constexpr int kMappedColumns = 504;
// Limits of the maps of a tile: the number of times, and approximate bytes.
constexpr int kMostFittedTimes = 16;
constexpr double kBytesOfMaps = 0x1p27;
// Random errors, at each of the alphas that RoundingBound::Make tries.
constexpr double kColumnsOfBound = 30;

// Sums over the columns of a tile.
class AcrossSums {
 public:
  AcrossSums(int folds, const Tile& tile, int times)
      : folds_(folds),
        tile_(tile),
        times_(times),
        score_(CellOf(folds, 0, 0, 0), 0.0),
        error_bound_(score_.size(), 0.0) {}

  // `layer` and `time` count from the tile's first, `test_time` from the first of all.
  void Add(int fold, int layer, int time, int test_time, double score, double error_bound) {
    const std::size_t cell = CellOf(fold, layer, time, test_time);
    score_[cell] += score;
    error_bound_[cell] += error_bound;
  }

  absl::StatusOr<std::vector<double>> Finish(const AlignmentSpec& spec,
                                             const std::vector<int>& widths) const {
    std::vector<double> mean(CellOf(1, 0, 0, 0), 0.0);
    for (int fold = 0; fold < folds_; ++fold) {
      for (std::size_t cell = 0; cell < mean.size(); ++cell) {
        const std::size_t at = static_cast<std::size_t>(fold) * mean.size() + cell;
        const double width =
            widths[cell / (mean.size() / static_cast<std::size_t>(tile_.layer_count))];
        const double score = score_[at] / width;
        absl::Status status = CheckErrorBound(spec, score, error_bound_[at] / width);
        if (!status.ok()) return status;
        mean[cell] += score;
      }
    }
    for (double& cell : mean) cell /= folds_;
    return mean;
  }

 private:
  std::size_t CellOf(int fold, int layer, int time, int test_time) const {
    const int row = (fold * tile_.layer_count + layer) * tile_.time_count + time;
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(times_) +
           static_cast<std::size_t>(test_time);
  }

  const int folds_;
  const Tile tile_;
  const int times_;
  std::vector<double> score_;        // (K, layer_count, time_count, T)
  std::vector<double> error_bound_;  // the same
};

// Some columns as targets of every fold.
template <typename T>
struct MappedColumns {
  MappedColumns(const ActivationColumns<T>& columns, int folds, int first, int last)
      : begin(first), end(last) {
    const int blocks = columns.per_fold() ? folds : 1;
    storage.resize(static_cast<std::size_t>(blocks));
    for (int block = 0; block < blocks; ++block) {
      values.push_back(
          columns.Columns(block, begin, end, storage[static_cast<std::size_t>(block)]));
    }
    for (int fold = 0; fold < folds; ++fold) {
      targets.push_back(ActivationTargets<T>(
          columns, values[blocks > 1 ? static_cast<std::size_t>(fold) : 0], fold, begin, end));
    }
  }

  const int begin;
  const int end;
  std::vector<RowMatrix<T>> storage;
  std::vector<RowMatrixRef<T>> values;
  std::vector<TargetColumns<T>> targets;  // (K)
};

// The maps of every fold that are fitted at one time.
template <typename T>
struct TimeMaps {
  MapsOfTime<T> time;
  std::vector<FittedMaps> folds;  // (K)
};

template <typename T>
class TileOfGeneralisation {
 public:
  TileOfGeneralisation(const TileAtAlphas<T>& of, const Tile& tile, const CancelFlag& cancel)
      : of_(of),
        brain_(of.brain),
        tile_(tile),
        cancel_(cancel),
        folds_(static_cast<int>(brain_.segments.folds.size())),
        times_(static_cast<int>(brain_.problem.inputs.brain.times_seconds.size())),
        sums_(folds_, tile, times_) {
    for (int layer = 0; layer < tile.layer_count; ++layer) {
      const int end = of.columns.column_begin(layer + 1);
      widths_.push_back(end - of.columns.column_begin(layer));
      layer_of_column_.resize(static_cast<std::size_t>(end), layer);
    }
    for (const FoldSets& sets : brain_.segments.folds) {
      by_sums_.push_back(!brain_.dual && sets.test.count >= brain_.problem.epochs.sensors());
      needs_sums_ = needs_sums_ || by_sums_.back();
    }
  }

  absl::StatusOr<std::vector<double>> Compute() {
    for (int begin = 0; begin < of_.columns.columns(); begin += kMappedColumns) {
      const MappedColumns<T> columns(of_.columns, folds_, begin,
                                     std::min(begin + kMappedColumns, of_.columns.columns()));
      std::vector<TimeMaps<T>> maps;
      absl::Status status =
          ForTimes(tile_.time_begin, tile_.time_count, !brain_.dual,
                   [&](int t, BrainColumns<T>& brain) { return AddMaps(t, columns, brain, maps); });
      if (!status.ok()) return status;
      status = ForTimes(0, times_, needs_sums_, [&](int t, BrainColumns<T>& brain) {
        return Test(t, columns, brain, maps);
      });
      if (!status.ok()) return status;
    }
    return sums_.Finish(brain_.spec, widths_);
  }

 private:
  // Calls `visit(t, brain)` for `count` times from `begin` on; t counts from there.
  template <typename Visit>
  absl::Status ForTimes(int begin, int count, bool with_sums, const Visit& visit) {
    for (int first = 0; first < count; first += of_.times_at_once) {
      const int at_once = std::min(of_.times_at_once, count - first);
      std::vector<BrainColumns<T>> gathered =
          GatherBrain<T>(brain_.problem.epochs, brain_.segments, begin + first,
                         std::vector<bool>(static_cast<std::size_t>(at_once), with_sums), of_.spare,
                         brain_.problem.trends.get());
      for (int t = 0; t < at_once; ++t) {
        BrainColumns<T>& brain = gathered[static_cast<std::size_t>(t)];
        if (absl::Status status = visit(first + t, brain); !status.ok()) return status;
        of_.spare.Give(std::move(brain.values));
      }
    }
    return absl::OkStatus();
  }

  absl::Status AddMaps(int t, const MappedColumns<T>& columns, BrainColumns<T>& brain,
                       std::vector<TimeMaps<T>>& maps) const {
    absl::StatusOr<MapsOfTime<T>> time = MapsOfTime<T>::Make(
        brain.values, std::move(brain.segment_sums), brain_.dual, brain_.segments, brain_.spec);
    if (!time.ok()) return time.status();
    TimeMaps<T> made{*std::move(time), {}};
    std::vector<CrossSums> of_segments;
    if (!of_.columns.per_fold() && !made.time.per_fold()) {
      of_segments = SegmentCrossSums<T>(made.time.features(0, brain.values), columns.values.front(),
                                        brain_.segments);
    }
    for (int fold = 0; fold < folds_; ++fold) {
      if (cancel_) return CancelledByFlag();
      const TargetColumns<T>& targets = columns.targets[static_cast<std::size_t>(fold)];
      const ColMatrix<T>& features = made.time.features(fold, brain.values);
      const FoldSets& sets = brain_.segments.folds[static_cast<std::size_t>(fold)];
      const PerSet<CrossSums> cross =
          of_segments.empty() ? FoldCrossSums<T>(features, targets.values, sets)
                              : AssembleCrossSums<T>(of_segments, features, targets.values, sets);
      const std::vector<int>& alphas =
          of_.fits[static_cast<std::size_t>(t)]->alpha[static_cast<std::size_t>(fold)];
      const std::vector<int> known(alphas.begin() + columns.begin, alphas.begin() + columns.end);
      const Flags uncertain = Flags::Constant(columns.end - columns.begin, false);
      absl::StatusOr<FittedMaps> of_fold =
          made.time.Fit(fold, targets, {features, cross}, brain_.spec, {known, uncertain});
      if (!of_fold.ok()) return of_fold.status();
      made.folds.push_back(*std::move(of_fold));
    }
    made.time.DropFeatures();
    maps.push_back(std::move(made));
    return absl::OkStatus();
  }

  absl::Status Test(int test_time, const MappedColumns<T>& columns, const BrainColumns<T>& brain,
                    const std::vector<TimeMaps<T>>& maps) {
    for (int fold = 0; fold < folds_; ++fold) {
      const TargetColumns<T>& targets = columns.targets[static_cast<std::size_t>(fold)];
      const TestWords words = MakeTestWords<T>(
          brain.values, by_sums_[static_cast<std::size_t>(fold)] ? &brain.segment_sums : nullptr,
          brain_.segments, fold, targets, brain_.spec);
      for (std::size_t t = 0; t < maps.size(); ++t) {
        if (cancel_) return CancelledByFlag();
        const FoldScores scores =
            ScoreAcrossTimes<T>(maps[t].time, fold, maps[t].folds[static_cast<std::size_t>(fold)],
                                words, brain.values, brain_.segments, targets, brain_.spec);
        for (int column = columns.begin; column < columns.end; ++column) {
          const int c = column - columns.begin;
          sums_.Add(fold, layer_of_column_[static_cast<std::size_t>(column)], static_cast<int>(t),
                    test_time, scores.score(c), scores.error_bound(c));
        }
      }
    }
    return absl::OkStatus();
  }

  const TileAtAlphas<T>& of_;
  const BrainAtAlphas& brain_;
  const Tile& tile_;
  const CancelFlag& cancel_;
  const int folds_;
  const int times_;
  std::vector<int> widths_;  // (layer_count)
  std::vector<int> layer_of_column_;
  std::vector<bool> by_sums_;  // (K) whether test words are judged by sums
  bool needs_sums_ = false;
  AcrossSums sums_;
};

}  // namespace

void AddTilesOfGeneralisation(int layers, int times, double folds, double sensors, double columns,
                              std::vector<Tile>& tiles) {
  const double of_time = 16 * folds * sensors * std::min<double>(columns, kMappedColumns);
  const int fitted =
      static_cast<int>(std::clamp<double>(std::floor(kBytesOfMaps / of_time), 1, kMostFittedTimes));
  for (int begin = 0; begin < times; begin += fitted) {
    tiles.push_back({.layer_begin = 0,
                     .layer_count = layers,
                     .time_begin = begin,
                     .time_count = std::min(fitted, times - begin),
                     .kind = TileKind::kTimeGeneralisation});
  }
}

template <typename T>
absl::StatusOr<std::vector<double>> GeneralisationOfTile(const TileAtAlphas<T>& of,
                                                         const Tile& tile,
                                                         const CancelFlag& cancel) {
  return TileOfGeneralisation<T>(of, tile, cancel).Compute();
}

double GeneralisationBytes(const ProblemSize& size, const GeneralisationShape& of, double fitted,
                           double at_once, double features) {
  const double columns = std::min<double>(of.columns, kMappedColumns);
  const double p = of.fitted.features;
  const double maps = 8 * size.folds * (of.sensors + p) * columns;
  const double bases = of.dual ? 8 * of.fitted.blocks * of.sensors * p : 0;
  const double held = fitted * (maps + bases + RegressionsByTargetBytes(size, p));
  const double read = size.components > 0 ? 0 : size.words * columns * size.value_bytes;
  const double fitting = MakeRegressionByTargetBytes(size, p) +
                         CrossSumsBytes(size, p, columns, /*all_folds=*/false) +
                         8 * size.segments * p * columns + ScoreByTargetBytes(size, p, columns) +
                         (of.dual ? TurnToDualBytes(size, of.sensors) : 0);
  // The sums of a fold, or its words, with their predictions.
  const bool by_words = of.dual || size.value_bytes > sizeof(float);
  const double test_words = by_words ? size.words - size.training_words : 0;
  const double rows = std::max(of.sensors, test_words);
  const double testing = AssembleFeaturesBytes(size, of.sensors) +
                         8 * (3 * rows * columns + 2 * rows * of.sensors +
                              3 * of.sensors * std::max(columns, kColumnsOfBound));
  const double scores = 2 * 8 * size.folds * fitted * of.times * of.layers;
  return at_once * features + held + read + scores +
         std::max({fitting, testing, GatherBrainBytes(size, at_once)});
}

Work GeneralisationWork(const ProblemSize& size, const GeneralisationShape& of, double fitted) {
  const double p = of.fitted.features;
  const double passes = std::ceil(of.columns / kMappedColumns);
  const double n = size.words;
  Work fit = MakeRegressionsWork(size, of.fitted) * passes;
  fit.bytes += 12 * n * of.sensors * passes;
  fit += OnWords(size.value_bytes,
                 2 * n * p * of.columns * std::max(size.projections, of.fitted.blocks));
  fit.double_operations += size.folds * (4 * p + 2 * of.sensors) * p * of.columns;
  const double predicted = std::min(n / size.folds, of.dual ? n : of.sensors);
  Work test = OnWords(size.value_bytes, 2 * n * of.sensors * of.columns);
  test.bytes += 12 * n * of.sensors * passes;
  test.double_operations += passes * n * of.sensors * of.sensors;
  test.double_operations += fitted * size.folds * 2 * of.sensors *
                            (predicted * of.columns + passes * kColumnsOfBound * (predicted + p));
  Work work = fit * fitted;
  work += test * of.times;
  return work;
}

#define BRAINALIGN_INSTANTIATE(T)                                       \
  template absl::StatusOr<std::vector<double>> GeneralisationOfTile<T>( \
      const TileAtAlphas<T>&, const Tile&, const CancelFlag&);

BRAINALIGN_INSTANTIATE(float)
BRAINALIGN_INSTANTIATE(double)
#undef BRAINALIGN_INSTANTIATE

}  // namespace brainalign
