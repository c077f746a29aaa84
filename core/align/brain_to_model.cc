#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/align/activation_targets.h"
#include "core/align/brain_at_alphas.h"
#include "core/align/brain_cache.h"
#include "core/align/brain_key.h"
#include "core/align/brain_side.h"
#include "core/align/brain_to_model_plan.h"
#include "core/align/changes_without_folds.h"
#include "core/align/generalisation_tiles.h"
#include "core/align/observed_fits.h"
#include "core/align/times_at_hand.h"
#include "core/align/typed_alignment.h"
#include "core/align/uncertainty_tiles.h"
#include "core/regressions/fold_regression.h"
#include "core/regressions/panel_times.h"
#include "core/regressions/problem_features.h"
#include "core/regressions/regression_by_target.h"
#include "core/regressions/scores_without_folds.h"

namespace brainalign {
namespace {

// Brain to model: each time sample's sensors are the features of all layers'
// dimensions. A tile is a stretch of time with all layers, because the brain's
// Gram matrices and factorisations serve every layer.
template <typename T>
class BrainToModel final : public TypedAlignment<T> {
  using Typed = TypedAlignment<T>;
  using Typed::activations_;
  using Typed::columns_for_nulls;
  using Typed::fold_count;
  using Typed::nuisance_columns;
  using Typed::plan_;
  using Typed::problem_;
  using Typed::resources_;
  using Typed::spare_;
  using Typed::tiles_;
  using Typed::width;

 public:
  using Typed::layer_count;
  using Typed::time_count;

  BrainToModel(AlignmentProblem problem, const AlignmentResources& resources)
      : Typed(std::move(problem), resources, /*with_statistics=*/true),
        at_alphas_(problem_),
        observed_(TimesIf(problem_.uncertainty.nulls + problem_.uncertainty.draws > 0 ||
                          problem_.spec.time_generalisation)),
        observed_for_nulls_(TimesIf(Typed::HasOneBasisForNulls())) {
    Typed::AddTilesOfTimes();
    AddTilesOfUncertainty(problem_.uncertainty, tiles_);
    if (problem_.spec.time_generalisation) {
      AddTilesOfGeneralisation(layer_count(), time_count(), fold_count(),
                               static_cast<double>(problem_.epochs.sensors()),
                               activations_.columns(), tiles_);
    }
  }

  absl::Status MakePlan() {
    const int chunk = WidestChunk(activations_, problem_.spec.shared_alpha);
    const TargetRoute targets = {static_cast<double>(chunk), UsesPanels(), uses_bf16(),
                                 influence_with_scores(), keeps_cross()};
    absl::Status status =
        Typed::Adopt(PlanBrainToModel(ShapeOf(problem_, sizeof(T)), tiles_, targets, resources_));
    if (!status.ok()) return status;
    // In the dual the features themselves are rotated. They are most of the work.
    const bool keeps =
        resources_.brain_cache && !problem_.inputs.brain.digest.empty() && !is_dual();
    if (keeps) {
      const char* const form = UsesPanels() ? "panels"
                               : kInSingle  ? "folds in float"
                                            : "folds in double";
      cache_view_ = resources_.brain_cache->Open(BrainKey(problem_, form));
    }
    reused_times_.assign(tiles_.size(), 0);
    return absl::OkStatus();
  }

  Work WorkDone(int tile) const override {
    Work done = plan_.tiles[static_cast<std::size_t>(tile)];
    done -= plan_.brain_side * reused_times_[static_cast<std::size_t>(tile)];
    return done;
  }

  BrainReuse brain_reuse() const override {
    return {std::accumulate(reused_times_.begin(), reused_times_.end(), 0), cache_view_ != nullptr};
  }

 private:
  // Of many words; products in bf16 are of these alone.
  static constexpr bool kInSingle = std::is_same_v<T, float>;
  // In a mean over so many columns the alpha of one hardly counts.
  static constexpr int kLeastColumnsInBf16Panels = 64;

  void Release() override {
    Typed::Release();
    observed_.Clear();
    observed_for_nulls_.Clear();
    cache_view_.reset();
  }

  absl::StatusOr<TileScores> ComputeTile(int index, const CancelFlag& cancel) const override {
    UseCallersThreads();
    const Tile& tile = tiles_[static_cast<std::size_t>(index)];
    int& reused_times = reused_times_[static_cast<std::size_t>(index)];
    reused_times = 0;
    if (tile.kind != TileKind::kScores) return TileAtKnownAlphas(index, cancel);
    absl::StatusOr<Observed> observed = Observe(activations_, tile, observed_, cancel);
    if (!observed.ok()) return observed.status();
    reused_times = observed->reused_times;
    observed->scores.index = index;
    return std::move(observed->scores);
  }

  // The observed matrix in the rectangle of a tile.
  struct Observed {
    TileScores scores;
    int reused_times = 0;  // whose brain side was found
  };

  // `columns`: the activations, or columns_for_nulls(). Keeps the alphas in `fits`.
  absl::StatusOr<Observed> Observe(const ActivationColumns<T>& columns, const Tile& tile,
                                   ObservedFits& fits, const CancelFlag& cancel) const {
    Observed observed;
    TileWork work = Typed::EmptyTile(tile);
    std::vector<ObservedFit> of_times;
    if (fits.keeps()) {
      of_times.assign(static_cast<std::size_t>(tile.time_count),
                      ObservedFit(fold_count(), columns.columns()));
    }
    std::vector<ChangesWithoutFolds> changes(
        LeavesInnerFoldsOut(columns) ? of_times.size() : 0,
        ChangesWithoutFolds(problem_.spec, columns.column_begins()));
    // As many times at once as memory allows; each is worked out on its own.
    for (int first = 0; first < tile.time_count; first += plan_.times_at_once) {
      const int count = std::min(plan_.times_at_once, tile.time_count - first);
      absl::StatusOr<std::vector<AtTime>> times =
          MakeTimesReady<T>(problem_, route(), cache_view_.get(), spare_, tile.time_begin + first,
                            count, observed.reused_times, cancel);
      if (!times.ok()) return times.status();
      absl::Status status = ScoreTimes(
          columns, *times, cancel, [&](const FoldScores& of_columns, int begin, int fold, int t) {
            AddScores(of_columns, begin, fold, first + t, work);
            if (of_times.empty()) return;
            of_times[static_cast<std::size_t>(first + t)].Set(fold, begin, of_columns.alphas.index);
            if (!changes.empty()) changes[Size(first + t)].Add(of_columns, begin, fold);
          });
      if (status.ok() && nuisance_columns() != nullptr && &columns == &activations_) {
        status = ScoreNuisance(*times, first, cancel, work);
      }
      if (status.ok() && influence_with_scores() && &columns == &activations_) {
        status = AddInfluence(*times, cancel, &of_times[Size(first)]);
      }
      if (!is_dual()) {
        for (AtTime& now : *times) spare_.Give(std::move(now.features.values.front()));
      }
      if (!status.ok()) return status;
    }
    absl::StatusOr<TileScores> scores =
        Typed::Finish(std::move(work), [this](int layer) { return width(layer); });
    if (!scores.ok()) return scores.status();
    observed.scores = *std::move(scores);
    for (int t = 0; t < static_cast<int>(of_times.size()); ++t) {
      ObservedFit& fit = of_times[static_cast<std::size_t>(t)];
      for (int layer = 0; layer < layer_count(); ++layer) {
        fit.score.push_back(observed.scores.score[Size(layer * tile.time_count + t)]);
      }
      if (!changes.empty()) {
        absl::Status status = changes[Size(t)].Finish(fit.without_inner_fold);
        if (!status.ok()) return status;
      }
      fits.Keep(static_cast<std::size_t>(tile.time_begin + t),
                std::make_shared<const ObservedFit>(std::move(fit)));
    }
    return observed;
  }

  // A tile of nulls, of influences or of time generalisation.
  absl::StatusOr<TileScores> TileAtKnownAlphas(int index, const CancelFlag& cancel) const {
    TileScores scores;
    scores.index = index;
    scores.tile = tiles_[static_cast<std::size_t>(index)];
    const bool is_null = scores.tile.kind == TileKind::kNulls;
    const bool has_basis = is_null && Typed::HasOneBasisForNulls();
    const ActivationColumns<T>& columns = is_null ? columns_for_nulls() : activations_;
    ObservedFits& kept = has_basis ? observed_for_nulls_ : observed_;
    const absl::StatusOr<std::vector<ObservedFits::Fit>> fits =
        kept.FindOrMake(Size(scores.tile.time_begin), scores.tile.time_count,
                        [&] { return Observe(columns, scores.tile, kept, cancel).status(); });
    if (!fits.ok()) return fits.status();
    const TileAtAlphas<T> of{at_alphas_,          columns, *fits,
                             plan_.times_at_once, spare_,  Typed::fit_for_nulls()};
    if (scores.tile.kind == TileKind::kTimeGeneralisation) {
      absl::StatusOr<std::vector<double>> across = GeneralisationOfTile<T>(of, scores.tile, cancel);
      if (!across.ok()) return across.status();
      scores.time_generalisation = *std::move(across);
      return scores;
    }
    if (!is_null) {
      if (influence_with_scores()) {
        for (int t = 0; t < scores.tile.time_count; ++t) {
          SetInfluenceAt((*fits)[Size(t)]->influence, t, scores);
        }
      } else if (absl::Status status = SetInfluence<T>(of, cancel, scores); !status.ok()) {
        return status;
      }
      scores.alphas_influence = WithoutInnerFolds(*fits, Typed::left_out_folds());
      return scores;
    }
    absl::StatusOr<std::vector<double>> nulls = NullsOfTile<T>(of, scores.tile, cancel);
    if (!nulls.ok()) return nulls.status();
    scores.null_scores = *std::move(nulls);
    if (has_basis && scores.tile.null_begin == 0) {
      for (int layer = 0; layer < scores.tile.layer_count; ++layer) {
        for (const ObservedFits::Fit& fit : *fits) {
          scores.score_for_nulls.push_back(fit->score[static_cast<std::size_t>(layer)]);
        }
      }
    }
    return scores;
  }

  using AtTime = TimeAtHand<T>;

  // Calls `add` with the scores of the columns from `begin` on, for a fold and an index into
  // `times`.
  absl::Status ScoreTimes(const ActivationColumns<T>& columns, std::vector<AtTime>& times,
                          const CancelFlag& cancel, const AddPanelScores& add) const {
    const int folds_at_once = columns.per_fold() ? 1 : fold_count();
    if constexpr (kInSingle) {
      if (UsesPanels()) {
        std::vector<PanelTime> panels;
        panels.reserve(times.size());
        for (const AtTime& now : times) {
          panels.push_back({&now.features.values.front(), now.bf16 ? &*now.bf16 : nullptr,
                            &now.side->in_panels});
        }
        return ScoreInPanels(problem_.segments, problem_.spec, columns, panels, cancel, add);
      }
    }
    // Targets are read once for all these times, and for all folds where
    // they do not differ between folds.
    RowMatrix<T> storage;
    for (const auto& [begin, end] : ColumnChunks(columns, problem_.spec.shared_alpha)) {
      for (int first = 0; first < fold_count(); first += folds_at_once) {
        const RowMatrixRef<T> values = columns.Columns(first, begin, end, storage);
        Bf16Targets rounded;
        if constexpr (kInSingle) {
          if (uses_bf16()) {
            rounded = columns.per_fold() || columns.takes_out()
                          ? RoundToBf16(values)
                          : columns.RowsInBf16(0, problem_.segments.words(), begin, end);
          }
        }
        for (int t = 0; t < static_cast<int>(times.size()); ++t) {
          AtTime& now = times[static_cast<std::size_t>(t)];
          absl::StatusOr<std::vector<PerSet<CrossSums>>> cross =
              CrossOfFolds<T>(problem_.segments, now.features, {values, columns.per_fold(), first},
                              now.bf16 ? &*now.bf16 : nullptr, rounded);
          if (!cross.ok()) return cross.status();
          for (int fold = first; fold < first + folds_at_once; ++fold) {
            if (cancel) return CancelledByFlag();
            const TargetColumns<T> targets =
                ActivationTargets<T>(columns, values, fold, begin, end);
            const WordsAndSums<T> sums{now.features.values[now.features.block(fold)],
                                       (*cross)[static_cast<std::size_t>(fold - first)]};
            const absl::StatusOr<FoldScores> scores =
                ChooseAndScoreByTarget<T>(now.side->by_target[Size(fold)], problem_.spec, targets,
                                          sums, LeavesInnerFoldsOut(columns));
            if (!scores.ok()) return scores.status();
            add(*scores, begin, fold, t);
            if (keeps_cross() && &columns == &activations_) {
              KeepCross<T>(std::move((*cross)[Size(fold - first)]), fold_count(), fold, begin,
                           columns.columns(), now);
            }
          }
        }
      }
    }
    return absl::OkStatus();
  }

  // Adds how well the brain predicts the nuisance at `times`, which are those of the tile from
  // `first_time` on. ABORTED with NeedsDouble if rounding may have changed a score.
  absl::Status ScoreNuisance(std::vector<AtTime>& times, int first_time, const CancelFlag& cancel,
                             TileWork& work) const {
    const int count = nuisance_columns()->columns();
    std::vector<double>& scores = work.scores.brain_to_nuisance;
    scores.resize(Size(work.scores.tile.time_count * count), 0.0);
    double bound = 0;
    absl::Status status =
        ScoreTimes(*nuisance_columns(), times, cancel,
                   [&](const FoldScores& of_columns, int begin, int /*fold*/, int t) {
                     bound = std::max(bound, of_columns.error_bound.maxCoeff());
                     for (Eigen::Index c = 0; c < of_columns.score.size(); ++c) {
                       scores[Size((first_time + t) * count + begin + c)] +=
                           of_columns.score(c) / fold_count();
                     }
                   });
    if (!status.ok() || IsHeldInDouble(problem_)) return status;
    return CheckColumnErrorBound(problem_.spec, bound);
  }

  TimesRoute route() const {
    return {is_dual(), UsesPanels(), uses_bf16(), /*with_sums=*/influence_with_scores()};
  }

  // Influences of blocks need what scores by target have at hand: the features, their regressions
  // and the cross-products. Other scores leave them to the tiles of influences.
  bool influence_with_scores() const {
    return problem_.uncertainty.draws > 0 && !UsesPanels() && !uses_bf16();
  }
  bool keeps_cross() const {
    return influence_with_scores() && activations_.columns() <= kColumnsAtOnce;
  }

  // Adds the influences at `times` to their `fits`, which have the alphas.
  absl::Status AddInfluence(std::vector<AtTime>& times, const CancelFlag& cancel,
                            ObservedFit* fits) const {
    for (std::size_t t = 0; t < times.size(); ++t) {
      AtTime& now = times[t];
      absl::StatusOr<LayerInfluence> influence = InfluenceOfBlocks<T>(
          {problem_.segments, problem_.spec, at_alphas_.blocks, now.features, now.side->by_target,
           activations_, fits[t].alpha, keeps_cross() ? &now.cross : nullptr},
          cancel);
      if (!influence.ok()) return influence.status();
      fits[t].influence = *std::move(influence);
      now.cross.clear();
    }
    return absl::OkStatus();
  }

  // Whether the alphas of `columns` are chosen without each inner fold as well.
  bool LeavesInnerFoldsOut(const ActivationColumns<T>& columns) const {
    return Typed::left_out_folds() > 0 && &columns == &activations_;
  }

  std::size_t TimesIf(bool is_needed) const { return is_needed ? Size(time_count()) : 0; }

  bool is_dual() const { return WantsDual(problem_.segments, problem_.epochs.sensors()); }

  bool UsesPanels() const {
    return kInSingle && ServesPanels(problem_.spec) && !activations_.per_fold() && !is_dual() &&
           !MustLookForTies();
  }

  // Panels do not look for alphas that nearly tie.
  bool MustLookForTies() const {
    int narrowest = width(0);
    for (int layer = 1; layer < layer_count(); ++layer) {
      narrowest = std::min(narrowest, width(layer));
    }
    return uses_bf16() && problem_.spec.alphas.size() > 1 && narrowest < kLeastColumnsInBf16Panels;
  }

  bool uses_bf16() const { return problem_.spec.precision_used() == Precision::kFast; }

  // Sums over each layer's columns, in the cells of time `t` of the tile.
  void AddScores(const FoldScores& of_columns, int begin, int fold, int t, TileWork& work) const {
    TileScores& scores = work.scores;
    const int end = begin + static_cast<int>(of_columns.score.size());
    scores.constant_targets += of_columns.constant_targets;
    for (int layer = 0; layer < layer_count(); ++layer) {
      const int from = std::max(begin, activations_.column_begin(layer));
      const int to = std::min(end, activations_.column_begin(layer + 1));
      for (int column = from; column < to; ++column) {
        const auto c = static_cast<std::size_t>(column - begin);
        Typed::AddColumn(fold, layer, t, column - activations_.column_begin(layer),
                         of_columns.score(column - begin), of_columns.error_bound(column - begin),
                         work);
        ++scores.alpha_counts[static_cast<std::size_t>(layer) * problem_.spec.alphas.size() +
                              static_cast<std::size_t>(of_columns.alphas.index[c])];
      }
    }
  }

  const BrainAtAlphas at_alphas_;
  mutable ObservedFits observed_;            // by time
  mutable ObservedFits observed_for_nulls_;  // with columns_for_nulls(), where these are others
  std::unique_ptr<BrainCache::View> cache_view_;  // null: nothing is kept
  // By tile: times whose brain side was found. Written by the thread that computes it.
  mutable std::vector<int> reused_times_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Alignment>> MakeBrainToModel(AlignmentProblem problem,
                                                            const AlignmentResources& resources) {
  return MakeTyped<BrainToModel>(std::move(problem), resources);
}

}  // namespace brainalign
