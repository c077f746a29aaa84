#ifndef BRAINALIGN_CORE_ALIGN_PLANNED_ALIGNMENT_H_
#define BRAINALIGN_CORE_ALIGN_PLANNED_ALIGNMENT_H_

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

#include "core/align/alignment.h"
#include "core/align/checked_parts.h"
#include "core/align/side_facts.h"
#include "core/columns/session_trends.h"
#include "core/epochs/epochs.h"
#include "core/inference/uncertainty.h"
#include "core/problem/segments.h"

namespace brainalign {

// A checked request, for either direction.
struct AlignmentProblem {
  AlignmentInputs inputs;
  AlignmentSpec spec;
  Epochs epochs;
  Segments segments;
  InputReport report;
  UncertaintyPlan uncertainty = {};  // if neither nulls nor draws were asked for: the sessions
  // (w) Of the words that are used, in the order of the recording; or empty.
  std::vector<double> onsets_seconds = {};
  // What is taken out of both sides; null without detrending.
  std::shared_ptr<const SessionTrends> trends = nullptr;
  bool layers_have_trends = true;  // false for layers that they were taken out of before
  // The nuisance as a layer of its own (StandardNuisance); or empty.
  std::vector<LayerInput> nuisance = {};
  bool checks_itself = true;  // false for an alignment that is itself a check
};

// A tile that is being computed.
struct TileWork {
  TileScores scores;
  // (K, layer_count, time_count) Sums of FoldScores::error_bound over the columns.
  std::vector<double> error_bound;
  // Of FoldScores::error_bound over all columns.
  double largest_error_bound = 0;
};

// The common part of both directions. They differ in tiles, plan and arithmetic.
class PlannedAlignment : public Alignment {
 public:
  const AlignmentSpec& spec() const final { return problem_.spec; }
  const InputReport& input_report() const final { return problem_.report; }
  const Plan& plan() const final { return plan_; }
  int layer_count() const final { return static_cast<int>(problem_.inputs.layers.size()); }
  int time_count() const final {
    return static_cast<int>(problem_.inputs.brain.times_seconds.size());
  }
  int null_count() const final { return problem_.uncertainty.nulls; }
  int block_count() const final { return problem_.uncertainty.influence_blocks(); }
  int left_out_folds() const final {
    return block_count() > 0 && problem_.spec.chooses_by_inner_folds() ? problem_.spec.inner_folds
                                                                       : 0;
  }
  ColumnAxes column_axes() const final { return column_axes_; }
  const std::vector<Unit>& units() const final { return units_; }
  const std::vector<Tile>& tiles() const final { return tiles_; }
  // These fail if an input became unreadable, so that no result is made of unread bytes.
  absl::Status Prepare(int index, const CancelFlag& cancel) final;
  absl::StatusOr<TileScores> Compute(int index, const CancelFlag& cancel) const final;
  absl::StatusOr<SelfCheck> Check(int index, const std::vector<TileScores>& tiles,
                                  const CancelFlag& cancel) const final;
  AlignmentResult Assemble(const std::vector<TileScores>& tiles,
                           const std::vector<SelfCheck>& checks) const final;
  absl::StatusOr<std::unique_ptr<Alignment>> InDouble(const std::string& why) final;

 protected:
  PlannedAlignment(AlignmentProblem problem, const AlignmentResources& resources)
      : problem_(std::move(problem)),
        resources_(resources),
        column_axes_(ColumnAxesOf(problem_)),
        side_facts_({problem_.inputs, problem_.epochs, problem_.uncertainty.sessions,
                     problem_.onsets_seconds, problem_.spec.uncertainty.detrend},
                    problem_.checks_itself) {}

  // Frees the results of units of preparation.
  virtual void Release() = 0;
  // Frees buffers that tiles reuse.
  virtual void FreeSpare() const = 0;
  // Prepare and Compute, without the checks and the fence around them.
  virtual absl::Status PrepareUnit(int index, const CancelFlag& cancel) = 0;
  virtual absl::StatusOr<TileScores> ComputeTile(int index, const CancelFlag& cancel) const = 0;
  // ActivationColumns::CheckIntact.
  virtual absl::Status CheckColumns() const = 0;

  // Whether the columns differ from the activations as given.
  bool HasOwnColumns() const { return problem_.spec.pca > 0 || problem_.spec.takes_nuisance_out(); }
  // ActivationColumns::AsInput, for such columns.
  virtual Tensor ColumnsAsInput(int layer, int fold) const = 0;
  // Their LayerInput::exponents.
  virtual std::vector<int> ColumnExponents(int layer) const = 0;

  // (L) AlignmentResult::nuisance_to_model; empty without nuisance.
  virtual std::vector<double> NuisanceToModel() const { return {}; }

  // Chooses the parts that Check compares, within the limits of memory and time. Requires plan_.
  void PlanChecks();

  int fold_count() const { return static_cast<int>(problem_.segments.folds.size()); }

  // (n) The index of the word at each position in the inputs.
  std::vector<std::int64_t> GivenWords() const;

  // Adds tiles of all layers and a few times each, which cover the matrix.
  void AddTilesOfTimes();

  // The scores of a rectangle of the matrix, all zero and without an index.
  TileWork EmptyTile(const Tile& tile) const;

  // Adds the score of a column in one fold, and the bound on its error. `layer` and `time` count
  // from the tile's first.
  void AddColumn(int fold, int layer, int time, int column, double score, double error_bound,
                 TileWork& work) const {
    const Tile& tile = work.scores.tile;
    const auto times = static_cast<std::size_t>(tile.time_count);
    const std::size_t cell =
        static_cast<std::size_t>(layer) * times + static_cast<std::size_t>(time);
    const std::size_t cells = static_cast<std::size_t>(tile.layer_count) * times;
    const std::size_t of_fold = static_cast<std::size_t>(fold) * cells + cell;
    work.scores.score_per_fold[of_fold] += score;
    work.error_bound[of_fold] += error_bound;
    if (!problem_.spec.column_scores) return;
    const auto length = static_cast<std::size_t>(column_axes_.length());
    ColumnScoresOf(work.scores)[cell * length + static_cast<std::size_t>(column)] += score;
    work.largest_error_bound = std::max(work.largest_error_bound, error_bound);
  }

  // Divides the sums of `work` by the number of columns, `columns(layer)`, and averages over folds.
  // ABORTED with NeedsDouble if rounding may have changed a score.
  absl::StatusOr<TileScores> Finish(TileWork work,
                                    const std::function<int(int layer)>& columns) const;

  const AlignmentProblem problem_;
  const AlignmentResources resources_;
  const ColumnAxes column_axes_;
  SideFacts side_facts_;
  Plan plan_;
  std::vector<Tile> tiles_;
  std::vector<Unit> units_;

 private:
  static ColumnAxes ColumnAxesOf(const AlignmentProblem& problem);
  // The array that has the scores of single columns.
  std::vector<double>& ColumnScoresOf(TileScores& scores) const {
    return column_axes_.targets > 0 ? scores.score_per_target : scores.score_per_sensor;
  }
  // Averages over folds. `columns`: as in Finish.
  void FinishColumnScores(const std::function<int(int layer)>& columns, TileScores& scores) const;

  // 1 if columns differ between folds, else all folds of the part.
  int FoldsCheckedAtOnce(const CheckedPart& part) const;
  // The problem of the cells of a part alone, in float64. With PCA or nuisance it uses the columns
  // that were found, whose errors are bounded elsewhere (LayerComponents, NuisanceFit).
  AlignmentProblem ProblemOf(const CheckedPart& part) const;
  absl::StatusOr<std::vector<TileScores>> ComputeAgain(const CheckedPart& part,
                                                       const CancelFlag& cancel) const;
  absl::StatusOr<SelfCheck> Compare(const CheckedPart& part, const std::vector<TileScores>& tiles,
                                    const CancelFlag& cancel) const;

  std::vector<CheckedPart> checked_parts_;  // the first is a placeholder for the best score's part
};

// Columns of targets that are processed at a time.
constexpr int kColumnsAtOnce = 1024;

// Up to this many words numbers are stored in double, above it in float (docs/method.md,
// "Precision").
constexpr std::int64_t kWordsHeldInDouble = 2048;
inline bool IsHeldInDouble(const AlignmentProblem& problem) {
  return problem.spec.in_double || problem.epochs.words() <= kWordsHeldInDouble;
}
// Alphas that float32 can divide by, with coefficients whose squares float32 can hold.
constexpr double kLeastAlphaInSingle = 1e-9;
constexpr double kMostAlphaInSingle = 1e12;

// An alignment of either direction, or of a metric that has none. RESOURCE_EXHAUSTED if `resources`
// do not suffice.
absl::StatusOr<std::unique_ptr<Alignment>> MakeAlignment(AlignmentProblem problem,
                                                         const AlignmentResources& resources);

// As MakeAlignment. MakeBandedToBrain: with nuisance, in direction model_to_brain.
absl::StatusOr<std::unique_ptr<Alignment>> MakeBrainToModel(AlignmentProblem problem,
                                                            const AlignmentResources& resources);
absl::StatusOr<std::unique_ptr<Alignment>> MakeModelToBrain(AlignmentProblem problem,
                                                            const AlignmentResources& resources);
absl::StatusOr<std::unique_ptr<Alignment>> MakeBandedToBrain(AlignmentProblem problem,
                                                             const AlignmentResources& resources);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_PLANNED_ALIGNMENT_H_
