#ifndef BRAINALIGN_CORE_ALIGN_PLANNED_ALIGNMENT_H_
#define BRAINALIGN_CORE_ALIGN_PLANNED_ALIGNMENT_H_

#include <memory>
#include <vector>

#include "core/align/alignment.h"
#include "core/epochs/epochs.h"
#include "core/problem/segments.h"

namespace brainalign {

// A checked request: what both directions are computed from.
struct AlignmentProblem {
  AlignmentInputs inputs;
  AlignmentSpec spec;
  Epochs epochs;
  Segments segments;
  InputReport report;
};

// What both directions have in common; they differ in tiles, plan and arithmetic.
class PlannedAlignment : public Alignment {
 public:
  const AlignmentSpec& spec() const final { return problem_.spec; }
  const InputReport& input_report() const final { return problem_.report; }
  const Plan& plan() const final { return plan_; }
  int layer_count() const final { return static_cast<int>(problem_.inputs.layers.size()); }
  int time_count() const final {
    return static_cast<int>(problem_.inputs.brain.times_seconds.size());
  }
  const std::vector<Tile>& tiles() const final { return tiles_; }
  // Of what they did nothing counts that may be made of bytes that could not be read.
  absl::Status Prepare(int unit, const CancelFlag& cancel) final;
  absl::StatusOr<TileScores> Compute(int index, const CancelFlag& cancel) const final;
  AlignmentResult Assemble(const std::vector<TileScores>& tiles) const final;

 protected:
  explicit PlannedAlignment(AlignmentProblem problem) : problem_(std::move(problem)) {}

  // Prepare and Compute.
  virtual absl::Status PrepareUnit(int unit, const CancelFlag& cancel) = 0;
  virtual absl::StatusOr<TileScores> ComputeTile(int index, const CancelFlag& cancel) const = 0;

  int fold_count() const { return static_cast<int>(problem_.segments.folds.size()); }

  // The word of the inputs at each position.
  std::vector<std::int64_t> GivenWords() const;

  // Scores of one tile, all zero.
  TileScores EmptyScores(int index) const;

  const AlignmentProblem problem_;
  Plan plan_;
  std::vector<Tile> tiles_;
};

// Numbers are held in double where that is cheap, in float where there are many
// words; see docs/method.md.
constexpr std::int64_t kWordsHeldInDouble = 2048;

// RESOURCE_EXHAUSTED if `resources` do not suffice.
absl::StatusOr<std::unique_ptr<Alignment>> MakeBrainToModel(AlignmentProblem problem,
                                                            const AlignmentResources& resources);
absl::StatusOr<std::unique_ptr<Alignment>> MakeModelToBrain(AlignmentProblem problem,
                                                            const AlignmentResources& resources);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_PLANNED_ALIGNMENT_H_
