#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/align/brain_cache.h"
#include "core/align/brain_key.h"
#include "core/align/brain_side.h"
#include "core/align/cost_model.h"
#include "core/align/planned_alignment.h"
#include "core/columns/activation_columns.h"
#include "core/columns/brain_columns.h"
#include "core/linalg/lapack.h"
#include "core/problem/unreadable_input.h"
#include "core/regressions/fold_problem.h"
#include "core/regressions/panel_times.h"
#include "core/regressions/problem_features.h"

namespace brainalign {
namespace {

// Columns of activations that are worked on at a time.
constexpr int kColumnsAtOnce = 1024;

// Brain to model: each time sample's sensors are the features of all layers'
// dimensions. A tile is a stretch of time with all layers, because the brain's
// Gram matrices and factorisations serve every layer.
template <typename T>
class BrainToModel final : public PlannedAlignment {
 public:
  explicit BrainToModel(AlignmentProblem problem)
      : PlannedAlignment(std::move(problem)),
        activations_(problem_.inputs.layers, GivenWords(), problem_.segments, problem_.spec, true) {
    MakeTiles();
    MakeChunks();
  }

  absl::Status MakePlan(const AlignmentResources& resources) {
    int chunk = 0;
    for (const auto& [begin, end] : chunks_) chunk = std::max(chunk, end - begin);
    TargetMemory targets;
    targets.chunk = chunk;
    targets.in_bf16 = uses_bf16();
    if (UsesPanels()) {
      targets.panel_bytes = [this](int times) {
        return PanelBytes(problem_.segments, problem_.spec,
                          static_cast<double>(problem_.epochs.sensors()), times);
      };
    }
    absl::StatusOr<AlignmentPlan> plan =
        PlanBrainToModel(ShapeOf(problem_, sizeof(T)), tiles_, targets, resources);
    if (!plan.ok()) return plan.status();
    plan_ = *std::move(plan);
    activations_.LimitOpenLayers(plan_.layers_at_once);
    if (plan_.columns_in_file) activations_.KeepInFile(resources.scratch_folder);
    // In the dual the features are themselves turned, and most of the work.
    const bool keeps = resources.brain_cache && !problem_.inputs.brain.digest.empty() && !is_dual();
    if (keeps) {
      const char* const form = UsesPanels() ? "panels"
                               : kInSingle  ? "folds in float"
                                            : "folds in double";
      shelf_ = resources.brain_cache->Open(BrainKey(problem_, form));
    }
    reused_times_.assign(tiles_.size(), 0);
    return absl::OkStatus();
  }

  int preparation_count() const override { return activations_.unit_count(); }

  Work WorkDone(int tile) const override {
    Work done = plan_.tiles[static_cast<std::size_t>(tile)];
    done -= plan_.brain_side * reused_times_[static_cast<std::size_t>(tile)];
    return done;
  }

  BrainReuse brain_reuse() const override {
    return {std::accumulate(reused_times_.begin(), reused_times_.end(), 0), shelf_ != nullptr};
  }

 private:
  // Of many words; products in bf16 are of these alone.
  static constexpr bool kInSingle = std::is_same_v<T, float>;

  absl::Status PrepareUnit(int /*unit*/, const CancelFlag& cancel) override {
    UseCallersThreads();
    return activations_.PrepareNext(cancel);
  }

  absl::StatusOr<TileScores> ComputeTile(int index, const CancelFlag& cancel) const override {
    UseCallersThreads();
    TileScores scores = EmptyScores(index);
    reused_times_[static_cast<std::size_t>(index)] = 0;
    // As many times at once as memory allows; each is worked out on its own.
    for (int first = 0; first < scores.tile.time_count; first += plan_.times_at_once) {
      const int count = std::min(plan_.times_at_once, scores.tile.time_count - first);
      absl::Status status = AddTimes(first, count, cancel, scores);
      if (!status.ok()) return status;
    }
    Average(scores);
    return scores;
  }

  // One time sample, ready for targets.
  struct AtTime {
    ProblemFeatures<T> features;
    std::shared_ptr<const BrainSide<T>> side;
    std::optional<Bf16Features> bf16;  // where products are in bf16
  };

  // Scores of `count` times of the tile, from its `first_time` on.
  absl::Status AddTimes(int first_time, int count, const CancelFlag& cancel,
                        TileScores& scores) const {
    absl::StatusOr<std::vector<AtTime>> times =
        MakeReady(scores.index, scores.tile.time_begin + first_time, count, cancel);
    if (!times.ok()) return times.status();
    absl::Status status = ScoreTimes(*times, first_time, cancel, scores);
    if (!is_dual()) {
      for (AtTime& now : *times) spare_.Give(std::move(now.features.values.front()));
    }
    return status;
  }

  absl::Status ScoreTimes(const std::vector<AtTime>& times, int first_time,
                          const CancelFlag& cancel, TileScores& scores) const {
    const auto add = [&](const FoldScores& of_columns, int begin, int fold, int t) {
      AddScores(of_columns, begin, fold, first_time + t, scores);
    };
    if constexpr (kInSingle) {
      if (UsesPanels()) {
        std::vector<PanelTime> panels;
        panels.reserve(times.size());
        for (const AtTime& now : times) {
          panels.push_back(
              {&now.features.values.front(), now.bf16 ? &*now.bf16 : nullptr, &now.side->panels});
        }
        return ScoreInPanels(problem_.segments, problem_.spec, activations_, panels, cancel, add);
      }
    }
    // Targets are read once for all these times, and for all folds where
    // they do not differ between folds.
    RowMatrix<T> storage;
    for (const auto& [begin, end] : chunks_) {
      for (int first = 0; first < fold_count(); first += FoldsAtOnce()) {
        const RowMatrixRef<T> values = activations_.Columns(first, begin, end, storage);
        Bf16Targets rounded;
        if constexpr (kInSingle) {
          if (uses_bf16()) {
            rounded = activations_.per_fold()
                          ? RoundToBf16(values)
                          : activations_.RowsInBf16(0, problem_.segments.words(), begin, end);
          }
        }
        for (int t = 0; t < static_cast<int>(times.size()); ++t) {
          const AtTime& now = times[static_cast<std::size_t>(t)];
          const absl::StatusOr<std::vector<PerSet<CrossSums>>> cross =
              Cross(now, values, rounded, first);
          if (!cross.ok()) return cross.status();
          for (int fold = first; fold < first + FoldsAtOnce(); ++fold) {
            if (cancel) return CancelledByFlag();
            const TargetColumns<T> targets = Targets(values, fold, begin, end);
            const FoldProblem<T>& problem = now.side->problems[static_cast<std::size_t>(fold)];
            add(problem.Score(now.features.values[now.features.block(fold)], problem_.spec, targets,
                              (*cross)[static_cast<std::size_t>(fold - first)]),
                begin, fold, t);
          }
        }
      }
    }
    return absl::OkStatus();
  }

  // The times [time_begin, time_begin + count) of a tile: their features, and what is
  // worked out of them, as far as it was not kept before.
  absl::StatusOr<std::vector<AtTime>> MakeReady(int tile, int time_begin, int count,
                                                const CancelFlag& cancel) const {
    std::vector<AtTime> times(static_cast<std::size_t>(count));
    std::vector<bool> with_sums;
    for (int t = 0; t < count; ++t) {
      AtTime& now = times[static_cast<std::size_t>(t)];
      // A key names the type of what is kept under it.
      if (shelf_) {
        now.side = std::static_pointer_cast<const BrainSide<T>>(shelf_->Find(time_begin + t));
      }
      with_sums.push_back(now.side == nullptr && !is_dual());
      if (now.side) ++reused_times_[static_cast<std::size_t>(tile)];
    }
    std::vector<BrainColumns<T>> brain =
        GatherBrain<T>(problem_.epochs, problem_.segments, time_begin, with_sums, spare_);
    for (int t = 0; t < count; ++t) {
      if (cancel) return CancelledByFlag();
      AtTime& now = times[static_cast<std::size_t>(t)];
      now.features = Features(std::move(brain[static_cast<std::size_t>(t)]));
      if (!now.side) {
        absl::StatusOr<std::shared_ptr<const BrainSide<T>>> side =
            MakeBrainSide(now.features, problem_.segments, problem_.spec, UsesPanels());
        if (!side.ok()) return side.status();
        now.side = *std::move(side);
        if (shelf_) {
          // What other alignments will take is made of bytes that could be read.
          if (absl::Status status = CheckReadable(problem_.inputs); !status.ok()) return status;
          shelf_->Keep(time_begin + t, now.side);
        }
      }
    }
    if constexpr (kInSingle) {
      if (uses_bf16()) {
        std::vector<FeaturesWithAxes> exact;
        exact.reserve(times.size());
        for (const AtTime& now : times) {
          exact.push_back({&now.features.values.front(), &*now.side->bf16_axes});
        }
        std::vector<Bf16Features> turned = TurnToBf16(exact);
        for (std::size_t t = 0; t < times.size(); ++t) times[t].bf16 = std::move(turned[t]);
      }
    }
    return times;
  }

  void MakeTiles() {
    // By shape alone, so that results do not depend on the machine.
    const int width = std::clamp(time_count() / 10, 1, 4);
    for (int begin = 0; begin < time_count(); begin += width) {
      tiles_.push_back({0, layer_count(), begin, std::min(width, time_count() - begin)});
    }
  }

  void MakeChunks() {
    for (int begin = 0; begin < activations_.columns();) {
      int end = std::min(begin + kColumnsAtOnce, activations_.columns());
      if (problem_.spec.shared_alpha) {  // layers stay whole
        int layer = 0;
        while (activations_.column_begin(layer) <= begin) ++layer;
        end = activations_.column_begin(layer);
      }
      chunks_.emplace_back(begin, end);
      begin = end;
    }
  }

  ProblemFeatures<T> Features(BrainColumns<T> brain) const {
    const bool zscore = problem_.spec.zscore_words == FitWords::kTraining;
    if (is_dual()) {
      ProblemFeatures<T> dual = TurnToDual(brain.values, problem_.segments, zscore);
      spare_.Give(std::move(brain.values));
      return dual;
    }
    ProblemFeatures<T> features;
    features.values.push_back(std::move(brain.values));
    features.segment_sums.push_back(std::move(brain.segment_sums));
    features.zscore = zscore;
    return features;
  }

  int FoldsAtOnce() const { return activations_.per_fold() ? 1 : fold_count(); }

  // Of the folds from `first` on that are worked on at once. `rounded`: the targets, where
  // products are in bf16.
  absl::StatusOr<std::vector<PerSet<CrossSums>>> Cross(const AtTime& now,
                                                       const RowMatrixRef<T>& targets,
                                                       const Bf16Targets& rounded,
                                                       int first) const {
    if constexpr (kInSingle) {
      if (now.bf16) return CrossInBf16(now, targets, rounded, first);
    }
    const ProblemFeatures<T>& features = now.features;
    if (!activations_.per_fold()) {
      return CrossOfAllFolds<T>(features, targets, problem_.segments);
    }
    return std::vector{FoldCrossSums<T>(features.values[features.block(first)], targets,
                                        problem_.segments.folds[static_cast<std::size_t>(first)])};
  }

  bool is_dual() const { return WantsDual(problem_.segments, problem_.epochs.sensors()); }

  bool UsesPanels() const {
    return kInSingle && ServesPanels(problem_.spec) && !activations_.per_fold() && !is_dual();
  }

  bool uses_bf16() const { return problem_.spec.precision_used() == Precision::kFast; }

  // As Cross, of features that all folds share.
  absl::StatusOr<std::vector<PerSet<CrossSums>>> CrossInBf16(const AtTime& now,
                                                             const RowMatrixRef<T>& targets,
                                                             const Bf16Targets& rounded,
                                                             int first) const requires kInSingle {
    const ColMatrix<T>& values = now.features.values.front();
    std::vector<PerSet<CrossSums>> cross;
    if (activations_.per_fold()) {
      absl::StatusOr<PerSet<CrossSums>> of_fold =
          FoldCrossSumsInBf16(*now.bf16, rounded, values, targets,
                              problem_.segments.folds[static_cast<std::size_t>(first)]);
      if (!of_fold.ok()) return of_fold.status();
      cross.push_back(*std::move(of_fold));
      return cross;
    }
    const absl::StatusOr<std::vector<CrossSums>> sums =
        SegmentCrossSumsInBf16(*now.bf16, rounded, problem_.segments);
    if (!sums.ok()) return sums.status();
    for (const FoldSets& sets : problem_.segments.folds) {
      cross.push_back(AssembleCrossSums<T>(*sums, values, targets, sets));
    }
    return cross;
  }

  TargetColumns<T> Targets(const RowMatrixRef<T>& values, int fold, int begin, int end) const {
    FoldTargets statistics = activations_.Statistics(fold, begin, end);
    Eigen::ArrayXd origin = statistics.train.mean + activations_.Shift(begin, end);
    TargetColumns<T> targets{
        values, std::move(statistics), std::move(origin), Eigen::ArrayXd::Ones(end - begin), {}};
    for (int layer = 0; layer < layer_count(); ++layer) {
      const int from = std::max(begin, activations_.column_begin(layer));
      const int to = std::min(end, activations_.column_begin(layer + 1));
      if (from < to) targets.groups.push_back({from - begin, to - begin});
    }
    return targets;
  }

  // Sums over each layer's columns, in the cells of time `t` of the tile.
  void AddScores(const FoldScores& of_columns, int begin, int fold, int t,
                 TileScores& scores) const {
    const int end = begin + static_cast<int>(of_columns.score.size());
    scores.constant_targets += of_columns.constant_targets;
    const Eigen::Index width = scores.tile.time_count;
    const Eigen::Index layers = layer_count();
    for (int layer = 0; layer < layers; ++layer) {
      const int from = std::max(begin, activations_.column_begin(layer));
      const int to = std::min(end, activations_.column_begin(layer + 1));
      for (int column = from; column < to; ++column) {
        const auto c = static_cast<std::size_t>(column - begin);
        scores.score_per_fold[Size((fold * layers + layer) * width + t)] +=
            of_columns.score(column - begin);
        ++scores.alpha_counts[static_cast<std::size_t>(layer) * problem_.spec.alphas.size() +
                              static_cast<std::size_t>(of_columns.alpha[c])];
      }
    }
  }

  void Average(TileScores& scores) const {
    const Eigen::Index width = scores.tile.time_count;
    const Eigen::Index layers = layer_count();
    for (int layer = 0; layer < layers; ++layer) {
      const double columns =
          activations_.column_begin(layer + 1) - activations_.column_begin(layer);
      for (int t = 0; t < width; ++t) {
        double& mean = scores.score[Size(layer * width + t)];
        for (int fold = 0; fold < fold_count(); ++fold) {
          double& sum = scores.score_per_fold[Size((fold * layers + layer) * width + t)];
          sum /= columns;
          mean += sum;
        }
        mean /= fold_count();
      }
    }
  }

  ActivationColumns<T> activations_;
  mutable SpareMatrices<T> spare_;  // (n, s) of the times at hand
  std::vector<std::pair<int, int>> chunks_;
  std::unique_ptr<BrainCache::Shelf> shelf_;  // null: nothing is kept
  // By tile: times whose brain side was found. Written by the thread that computes it.
  mutable std::vector<int> reused_times_;
};

template <typename T>
absl::StatusOr<std::unique_ptr<Alignment>> Make(AlignmentProblem problem,
                                                const AlignmentResources& resources) {
  auto alignment = std::make_unique<BrainToModel<T>>(std::move(problem));
  absl::Status status = alignment->MakePlan(resources);
  if (!status.ok()) return status;
  return alignment;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Alignment>> MakeBrainToModel(AlignmentProblem problem,
                                                            const AlignmentResources& resources) {
  return problem.epochs.words() <= kWordsHeldInDouble ? Make<double>(std::move(problem), resources)
                                                      : Make<float>(std::move(problem), resources);
}

}  // namespace brainalign
