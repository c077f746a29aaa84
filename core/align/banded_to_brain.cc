#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "core/align/banded_nulls.h"
#include "core/align/banded_scores.h"
#include "core/align/banded_to_brain_plan.h"
#include "core/align/layer_tiles.h"
#include "core/align/uncertainty_tiles.h"
#include "core/regressions/banded_regressions.h"

namespace brainalign {
namespace {

enum class BandsUsed { kNuisance, kActivations, kBoth };

// Of the targets of a tile in each fold, (K, times, sensors).
struct TargetScores {
  explicit TargetScores(std::size_t size)
      : criterion(size), score(size), nuisance_part(size), activations_part(size), choice(size) {}

  std::vector<double> criterion;  // by which the choice was made
  std::vector<double> score;
  std::vector<double> nuisance_part;  // of the score
  std::vector<double> activations_part;
  std::vector<int> choice;  // ObservedFit::alpha
  std::int64_t constant_targets = 0;
};

// Outer folds that share their features.
struct FoldsTogether {
  Segments segments;   // with these folds alone
  int first_fold = 0;  // in the problem
};

// Nuisance and activations to brain, in float64 (docs/method.md, "Nuisance"). A tile is one layer
// with a stretch of times. Plain: each ratio of the penalties is a regression of its own, and
// predictions are formed word by word.
class BandedToBrain final : public LayerTiles<double> {
  using Regression = BandedRegressions::Regression;

 public:
  BandedToBrain(AlignmentProblem problem, const AlignmentResources& resources)
      : LayerTiles(std::move(problem), resources) {
    // By shape alone, so that results do not depend on the machine.
    constexpr int kStretches = 4;
    for (int layer = 0; layer < layer_count(); ++layer) AddTilesOfLayer(layer, kStretches);
    AddTilesOfUncertainty(problem_.uncertainty, tiles_);
  }

  absl::Status MakePlan() {
    return Adopt(
        PlanBandedToBrain(ShapeOf(problem_, sizeof(double)), tiles_, AtOnce(), resources_));
  }

 private:
  absl::StatusOr<TileScores> Observe(const ActivationColumns<double>& columns, const Tile& tile,
                                     bool keeps, const CancelFlag& cancel) const override {
    const auto nuisance = Fit(BandsUsed::kNuisance, columns, tile, cancel);
    if (!nuisance.ok()) return nuisance.status();
    const auto activations = Fit(BandsUsed::kActivations, columns, tile, cancel);
    if (!activations.ok()) return activations.status();
    const auto both = Fit(BandsUsed::kBoth, columns, tile, cancel);
    if (!both.ok()) return both.status();

    TileWork work = EmptyTile(tile);
    TileScores& scores = work.scores;
    scores.constant_targets = both->constant_targets;
    constexpr std::size_t kBands = 2;
    scores.score_of_band.assign(kBands * Size(tile.time_count), 0.0);
    scores.product_measure = scores.score_of_band;
    const double share = 1.0 / (static_cast<double>(fold_count()) * sensors());
    for (int fold = 0; fold < fold_count(); ++fold) {
      for (int t = 0; t < tile.time_count; ++t) {
        for (int sensor = 0; sensor < sensors(); ++sensor) {
          const std::size_t at = IndexOf(tile, fold, t * sensors() + sensor);
          AddColumn(fold, /*layer=*/0, t, sensor, both->score[at] - nuisance->score[at],
                    /*error_bound=*/0, work);
          ++scores.alpha_counts[Size(both->choice[at]) % problem_.spec.alphas.size()];
          const std::size_t cell = kBands * Size(t);
          scores.score_of_band[cell] += share * nuisance->score[at];
          scores.score_of_band[cell + 1] += share * activations->score[at];
          scores.product_measure[cell] += share * both->nuisance_part[at];
          scores.product_measure[cell + 1] += share * both->activations_part[at];
        }
      }
    }
    absl::StatusOr<TileScores> finished =
        Finish(std::move(work), [this](int /*layer*/) { return sensors(); });
    if (finished.ok() && keeps && observed_.keeps()) KeepFits(*both, *finished);
    return finished;
  }

  void KeepFits(const TargetScores& both, const TileScores& scores) const {
    const Tile& tile = scores.tile;
    for (int t = 0; t < tile.time_count; ++t) {
      ObservedFit fit(fold_count(), sensors());
      for (int fold = 0; fold < fold_count(); ++fold) {
        const auto from =
            both.choice.begin() + static_cast<std::ptrdiff_t>(IndexOf(tile, fold, t * sensors()));
        fit.Set(fold, 0, {from, from + sensors()});
      }
      fit.score = {scores.score[Size(t)]};
      observed_.Keep(CellOf(tile, t), std::make_shared<const ObservedFit>(std::move(fit)));
    }
  }

  absl::StatusOr<TileScores> NullTile(const Tile& tile, const CancelFlag& cancel) const override {
    const ActivationColumns<double>& columns = columns_for_nulls();
    const absl::StatusOr<std::vector<ObservedFits::Fit>> fits = FitsForNulls(tile, cancel);
    if (!fits.ok()) return fits.status();
    const auto alone = Fit(BandsUsed::kNuisance, columns, tile, cancel);
    if (!alone.ok()) return alone.status();
    RowMatrix<double> nuisance;
    RowMatrix<double> activations;
    const BandsAtAlphas of = {
        problem_,
        nuisance_columns()->Columns(0, 0, nuisance_columns()->columns(), nuisance),
        ActivationsOf(columns, tile.layer_begin, /*fold=*/0, activations),
        *fits,
        alone->score,
        spare_};
    absl::StatusOr<std::vector<double>> nulls = NullsOfBands(of, tile, cancel);
    if (!nulls.ok()) return nulls.status();
    TileScores scores;
    scores.tile = tile;
    scores.null_scores = *std::move(nulls);
    SetScoreForNulls(*fits, scores);
    return scores;
  }

  // Chooses the penalties of every target of a tile in every fold, and scores it.
  absl::StatusOr<TargetScores> Fit(BandsUsed bands, const ActivationColumns<double>& columns,
                                   const Tile& tile, const CancelFlag& cancel) const {
    const AlignmentSpec& spec = problem_.spec;
    const std::vector<double> ratios =
        bands == BandsUsed::kBoth ? BandRatios(spec) : std::vector<double>{1.0};
    TargetScores all(Size(fold_count()) * Size(tile.time_count) * Size(sensors()));
    for (const FoldsTogether& folds : FoldsOf(bands, columns)) {
      const BandedFeatures features = FeaturesOf(bands, columns, tile.layer_begin, folds);
      for (std::size_t ratio = 0; ratio < ratios.size(); ++ratio) {
        const auto choose = [&](const BandedRegressions& regressions, int fold, Eigen::Index first,
                                const TargetColumns<double>& targets,
                                const Regression::Cross& cross) {
          Regression::Buffers buffers;
          const ChosenAlphas chosen = regressions.Choose(fold, targets, cross, buffers);
          const auto at = [&](Eigen::Index c) {
            return IndexOf(tile, folds.first_fold + fold, first + c);
          };
          std::vector<Eigen::Index> better;
          for (Eigen::Index c = 0; c < targets.values.cols(); ++c) {
            const double criterion = ratios.size() > 1 ? buffers.criterion[Size(c)] : 0;
            if (ratio > 0 && !(criterion < all.criterion[at(c)])) continue;
            all.criterion[at(c)] = criterion;
            all.choice[at(c)] =
                static_cast<int>(ratio * spec.alphas.size()) + chosen.index[Size(c)];
            better.push_back(c);
          }
          const std::vector<BandedScore> scores = ScoreBands(
              regressions, folds.segments, fold, spec.metric, targets, cross, chosen.index, better);
          for (std::size_t i = 0; i < better.size(); ++i) {
            all.score[at(better[i])] = scores[i].score;
            all.nuisance_part[at(better[i])] = scores[i].nuisance_part;
            all.activations_part[at(better[i])] = scores[i].activations_part;
          }
          if (ratio == 0) {
            all.constant_targets += (targets.statistics.test.squares == 0.0).count();
          }
        };
        absl::Status status =
            ForEachBlock(features, ratios[ratio], folds, spec, tile, cancel, choose);
        if (!status.ok()) return status;
      }
    }
    return all;
  }

  // Calls `visit(regressions, fold, first, targets, cross)` for each block of the tile's targets,
  // the first of which is `first`, and each of `folds`.
  template <typename Visit>
  absl::Status ForEachBlock(const BandedFeatures& features, double ratio,
                            const FoldsTogether& folds, const AlignmentSpec& spec, const Tile& tile,
                            const CancelFlag& cancel, const Visit& visit) const {
    if (cancel) return CancelledByFlag();
    const auto regressions = BandedRegressions::Make(features, ratio, folds.segments, spec);
    if (!regressions.ok()) return regressions.status();
    for (const TargetBlock& block : Blocks(tile.time_count)) {
      const Eigen::Index first = Eigen::Index{block.time_begin} * sensors() + block.sensors.begin;
      const RowMatrix<double> values =
          SensorColumns<double>(problem_, tile.time_begin, block, spare_);
      const std::vector<TargetSums> sums = SegmentTargetSums<double>(values, folds.segments);
      const std::vector<PerSet<CrossSums>> cross = regressions->CrossOf(values);
      for (std::size_t k = 0; k < cross.size(); ++k) {
        if (cancel) return CancelledByFlag();
        const int fold = static_cast<int>(k);
        const TargetColumns<double> targets =
            SensorTargets(problem_, values, sums, folds.segments.folds[k], block.times);
        Regression::Cross rotated;
        absl::Status status = regressions->Rotate(fold, targets, cross[k], rotated);
        if (!status.ok()) return status;
        visit(*regressions, fold, first, targets, rotated);
      }
    }
    return absl::OkStatus();
  }

  // All folds together, or each by itself where it has components of its own.
  std::vector<FoldsTogether> FoldsOf(BandsUsed bands,
                                     const ActivationColumns<double>& columns) const {
    if (bands == BandsUsed::kNuisance || !columns.per_fold()) return {{problem_.segments, 0}};
    std::vector<FoldsTogether> folds;
    for (int fold = 0; fold < fold_count(); ++fold) {
      folds.push_back({problem_.segments, fold});
      folds.back().segments.folds = {problem_.segments.folds[Size(fold)]};
    }
    return folds;
  }

  BandedFeatures FeaturesOf(BandsUsed bands, const ActivationColumns<double>& columns, int layer,
                            const FoldsTogether& folds) const {
    const RowMatrix<double> none(folds.segments.words(), 0);
    RowMatrix<double> storage;
    RowMatrix<double> nuisance = none;
    if (bands != BandsUsed::kActivations) {
      nuisance = nuisance_columns()->Columns(0, 0, nuisance_columns()->columns(), storage);
    }
    if (bands == BandsUsed::kNuisance) return MakeBandedFeatures(nuisance, none, folds.segments);
    return MakeBandedFeatures(nuisance, ActivationsOf(columns, layer, folds.first_fold, storage),
                              folds.segments);
  }

  // (n, d) Those of a layer in a fold. `storage` is used if they must be read.
  RowMatrixRef<double> ActivationsOf(const ActivationColumns<double>& columns, int layer, int fold,
                                     RowMatrix<double>& storage) const {
    return columns.Columns(fold, columns.column_begin(layer), columns.column_begin(layer + 1),
                           storage);
  }

  // The index in TargetScores of a target of a tile.
  std::size_t IndexOf(const Tile& tile, int fold, Eigen::Index target) const {
    return Size(fold) * Size(tile.time_count) * Size(sensors()) + Size(target);
  }
};

}  // namespace

absl::StatusOr<std::unique_ptr<Alignment>> MakeBandedToBrain(AlignmentProblem problem,
                                                             const AlignmentResources& resources) {
  auto alignment = std::make_unique<BandedToBrain>(std::move(problem), resources);
  absl::Status status = alignment->MakePlan();
  if (!status.ok()) return status;
  return alignment;
}

}  // namespace brainalign
