#include <algorithm>
#include <utility>
#include <vector>

#include "core/align/cost_model.h"
#include "core/align/planned_alignment.h"
#include "core/columns/activation_columns.h"
#include "core/columns/brain_columns.h"
#include "core/linalg/lapack.h"
#include "core/regressions/fold_problem.h"
#include "core/regressions/problem_features.h"

namespace brainalign {
namespace {

// Sensor columns (sensors x times) that are worked on at a time.
constexpr int kColumnsAtOnce = 1024;

// Up to this many features a layer's factorisation is cheap enough to be made
// again for each of several stretches of time.
constexpr int kCheapFeatures = 256;

// Model to brain: each layer's dimensions are the features of every sensor at
// every time. A tile is one layer with all times, or with a stretch of them.
template <typename T>
class ModelToBrain final : public PlannedAlignment {
 public:
  explicit ModelToBrain(AlignmentProblem problem)
      : PlannedAlignment(std::move(problem)),
        activations_(problem_.inputs.layers, GivenWords(), problem_.segments, problem_.spec,
                     false) {
    MakeTiles();
  }

  absl::Status MakePlan(const AlignmentResources& resources) {
    absl::StatusOr<AlignmentPlan> plan =
        PlanModelToBrain(ShapeOf(problem_, sizeof(T)), tiles_, TimesAtOnce(), resources);
    if (!plan.ok()) return plan.status();
    plan_ = *std::move(plan);
    activations_.LimitOpenLayers(plan_.layers_at_once);
    if (plan_.columns_in_file) activations_.KeepInFile(resources.scratch_folder);
    return absl::OkStatus();
  }

  int preparation_count() const override { return activations_.unit_count(); }

 private:
  absl::Status PrepareUnit(int /*unit*/, const CancelFlag& cancel) override {
    UseCallersThreads();
    return activations_.PrepareNext(cancel);
  }

  absl::StatusOr<TileScores> ComputeTile(int index, const CancelFlag& cancel) const override {
    UseCallersThreads();
    TileScores scores = EmptyScores(index);
    const Tile& tile = scores.tile;
    const ProblemFeatures<T> features = Features(tile.layer_begin);
    if (cancel) return CancelledByFlag();
    absl::StatusOr<std::vector<FoldProblem<T>>> problems =
        MakeProblems(features, problem_.segments, problem_.spec);
    if (!problems.ok()) return problems.status();
    const int step = TimesAtOnce();
    for (int first = 0; first < tile.time_count; first += step) {
      const int count = std::min(step, tile.time_count - first);
      const RowMatrix<T> values = SensorColumns(tile.time_begin + first, count);
      const std::vector<TargetSums> sums = SegmentTargetSums<T>(values, problem_.segments);
      const std::vector<PerSet<CrossSums>> cross =
          CrossOfAllFolds<T>(features, values, problem_.segments);
      for (int fold = 0; fold < fold_count(); ++fold) {
        if (cancel) return CancelledByFlag();
        const auto k = static_cast<std::size_t>(fold);
        const TargetColumns<T> targets = Targets(values, sums, fold, count);
        AddScores((*problems)[k].Score(features.values[features.block(fold)], problem_.spec,
                                       targets, cross[k]),
                  fold, first, scores);
      }
    }
    Average(scores);
    return scores;
  }

  int sensors() const { return static_cast<int>(problem_.epochs.sensors()); }

  int FeatureCount(int layer) const {
    return activations_.column_begin(layer + 1) - activations_.column_begin(layer);
  }

  int TimesAtOnce() const { return std::max(1, kColumnsAtOnce / sensors()); }

  void MakeTiles() {
    for (int layer = 0; layer < layer_count(); ++layer) {
      // By shape alone, so that results do not depend on the machine.
      const int stretches = FeatureCount(layer) <= kCheapFeatures ? 4 : 1;
      const int width = std::max(TimesAtOnce(), (time_count() + stretches - 1) / stretches);
      for (int begin = 0; begin < time_count(); begin += width) {
        tiles_.push_back({layer, 1, begin, std::min(width, time_count() - begin)});
      }
    }
  }

  ProblemFeatures<T> Features(int layer) const {
    const int begin = activations_.column_begin(layer);
    const int end = activations_.column_begin(layer + 1);
    const bool dual = WantsDual(problem_.segments, end - begin);
    ProblemFeatures<T> features;
    RowMatrix<T> storage;
    for (int fold = 0; fold < (activations_.per_fold() ? fold_count() : 1); ++fold) {
      ColMatrix<T> values = activations_.Columns(fold, begin, end, storage);
      if (dual) {
        ProblemFeatures<T> turned = TurnToDual(values, problem_.segments, false);
        features.values.push_back(std::move(turned.values.front()));
        features.segment_sums.push_back(std::move(turned.segment_sums.front()));
        continue;
      }
      features.segment_sums.push_back(SegmentFeatureSums<T>(
          values, Vector::Zero(end - begin), Vector::Ones(end - begin), problem_.segments));
      features.values.push_back(std::move(values));
    }
    return features;
  }

  // (n, times x sensors), time-major: standardised over all words.
  RowMatrix<T> SensorColumns(int time_begin, int count) const {
    RowMatrix<T> columns(problem_.segments.words(), count * sensors());
    std::vector<BrainColumns<T>> brain =
        GatherBrain<T>(problem_.epochs, problem_.segments, time_begin,
                       std::vector<bool>(static_cast<std::size_t>(count)), spare_);
    for (int t = 0; t < count; ++t) {
      ColMatrix<T>& values = brain[static_cast<std::size_t>(t)].values;
      columns.middleCols(t * sensors(), sensors()) = values;
      spare_.Give(std::move(values));
    }
    return columns;
  }

  TargetColumns<T> Targets(const RowMatrix<T>& values, const std::vector<TargetSums>& sums,
                           int fold, int times) const {
    FoldTargets statistics =
        AssembleTargets<T>(sums, values, problem_.segments.folds[static_cast<std::size_t>(fold)]);
    Eigen::ArrayXd origin = statistics.train.mean;
    Eigen::ArrayXd weight = Eigen::ArrayXd::Ones(values.cols());
    if (problem_.spec.zscore_words == FitWords::kTraining) {
      const Eigen::ArrayXd variance = statistics.train.squares / statistics.train.count;
      weight = (variance > 0.0).select(variance.inverse(), 1.0);
      origin.setZero();  // the training mean is what the z-score takes away
    }
    TargetColumns<T> targets{
        values, std::move(statistics), std::move(origin), std::move(weight), {}};
    for (int t = 0; t < times; ++t) {
      targets.groups.push_back({t * sensors(), (t + 1) * sensors()});
    }
    return targets;
  }

  void AddScores(const FoldScores& of_columns, int fold, int first, TileScores& scores) const {
    scores.constant_targets += of_columns.constant_targets;
    const Eigen::Index width = scores.tile.time_count;
    for (Eigen::Index column = 0; column < of_columns.score.size(); ++column) {
      const int t = first + static_cast<int>(column) / sensors();
      scores.score_per_fold[Size(fold * width + t)] += of_columns.score(column);
      ++scores.alpha_counts[static_cast<std::size_t>(
          of_columns.alpha[static_cast<std::size_t>(column)])];
    }
  }

  void Average(TileScores& scores) const {
    const Eigen::Index width = scores.tile.time_count;
    for (int t = 0; t < width; ++t) {
      double& mean = scores.score[static_cast<std::size_t>(t)];
      for (int fold = 0; fold < fold_count(); ++fold) {
        double& sum = scores.score_per_fold[Size(fold * width + t)];
        sum /= sensors();
        mean += sum;
      }
      mean /= fold_count();
    }
  }

  ActivationColumns<T> activations_;
  mutable SpareMatrices<T> spare_;  // (n, s) of the times at hand
};

template <typename T>
absl::StatusOr<std::unique_ptr<Alignment>> Make(AlignmentProblem problem,
                                                const AlignmentResources& resources) {
  auto alignment = std::make_unique<ModelToBrain<T>>(std::move(problem));
  absl::Status status = alignment->MakePlan(resources);
  if (!status.ok()) return status;
  return alignment;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Alignment>> MakeModelToBrain(AlignmentProblem problem,
                                                            const AlignmentResources& resources) {
  return problem.epochs.words() <= kWordsHeldInDouble ? Make<double>(std::move(problem), resources)
                                                      : Make<float>(std::move(problem), resources);
}

}  // namespace brainalign
