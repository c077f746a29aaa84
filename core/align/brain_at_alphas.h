#ifndef BRAINALIGN_CORE_ALIGN_BRAIN_AT_ALPHAS_H_
#define BRAINALIGN_CORE_ALIGN_BRAIN_AT_ALPHAS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/align/nuisance_fit.h"
#include "core/align/observed_fits.h"
#include "core/align/planned_alignment.h"
#include "core/columns/activation_columns.h"
#include "core/columns/brain_columns.h"
#include "core/linalg/spare_matrices.h"
#include "core/regressions/block_influence.h"
#include "core/regressions/regressions_at_alphas.h"

namespace brainalign {

// Features of the regressions from the brain at one time sample. `dual`: turns them to the dual,
// after which the values go back to `spare`.
template <typename T>
ProblemFeatures<T> FeaturesOfBrain(BrainColumns<T> brain, const Segments& segments,
                                   const AlignmentSpec& spec, bool dual, SpareMatrices<T>& spare);

// The problem from which nulls and influences of brain_to_model are computed: without inner folds,
// because the alphas of the observed matrix stay.
struct BrainAtAlphas {
  explicit BrainAtAlphas(const AlignmentProblem& of)
      : problem(of),
        segments(WithoutInnerFolds(of.segments)),
        spec(WithKnownAlphas(of.spec)),
        blocks(of.uncertainty.draws > 0 ? PositionsOfBlocks(of.segments, of.uncertainty.blocks)
                                        : BlockPositions()),
        dual(WantsDual(of.segments, of.epochs.sensors())) {}

  const AlignmentProblem& problem;
  const Segments segments;
  const AlignmentSpec spec;
  const BlockPositions blocks;  // none without draws
  const bool dual;
};

// The inputs of a tile of nulls or influence.
template <typename T>
struct TileAtAlphas {
  const BrainAtAlphas& brain;
  const ActivationColumns<T>& columns;
  const std::vector<ObservedFits::Fit>& fits;  // of the tile's times, on `columns`
  int times_at_once = 1;
  SpareMatrices<T>& spare;
  const NuisanceFit<T>* nuisance = nullptr;  // that nulls take out of `columns` again, if any
};

// (null_count, layer_count, time_count) The scores of a tile of kNulls. Errors: ABORTED with
// NeedsDouble, INTERNAL for a numerical failure, CANCELLED if `cancel` was set.
template <typename T>
absl::StatusOr<std::vector<double>> NullsOfTile(const TileAtAlphas<T>& of, const Tile& tile,
                                                const CancelFlag& cancel);

// Sets those at time `time` of the tile of `scores`, which is one of kInfluence.
void SetInfluenceAt(const LayerInfluence& influence, int time, TileScores& scores);

// Computes and sets the influences of `scores`. Errors as NullsOfTile.
template <typename T>
absl::Status SetInfluence(const TileAtAlphas<T>& of, const CancelFlag& cancel, TileScores& scores);

// Bytes that NullsOfTile needs in addition to the regressions of its times, for `columns` columns
// of all layers. `size`: from WithKnownAlphas.
double NullsBytes(const ProblemSize& size, double features, double columns, bool in_panels);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_BRAIN_AT_ALPHAS_H_
