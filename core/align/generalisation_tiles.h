#ifndef BRAINALIGN_CORE_ALIGN_GENERALISATION_TILES_H_
#define BRAINALIGN_CORE_ALIGN_GENERALISATION_TILES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/align/brain_at_alphas.h"
#include "core/align/result.h"
#include "core/problem/problem_size.h"
#include "core/regressions/regression_cost.h"

// Time generalisation of brain_to_model (docs/method.md, "Time generalisation"): a tile has the
// maps that are fitted at a stretch of times, on all layers, and scores them at all times.

namespace brainalign {

// Adds tiles of kTimeGeneralisation, which cover the matrix. The number of times of a tile depends
// only on the shape of the problem. With more times per tile, the cross-products at the tested
// times are recomputed less often, and the maps need more memory.
void AddTilesOfGeneralisation(int layers, int times, double folds, double sensors, double columns,
                              std::vector<Tile>& tiles);

// (layer_count, time_count, T) The scores of a tile of kTimeGeneralisation, mean over folds. Errors
// as NullsOfTile.
template <typename T>
absl::StatusOr<std::vector<double>> GeneralisationOfTile(const TileAtAlphas<T>& of,
                                                         const Tile& tile,
                                                         const CancelFlag& cancel);

// The quantities that memory and work of GeneralisationOfTile depend on.
struct GeneralisationShape {
  double sensors = 0;
  double columns = 0;  // of all layers
  double layers = 0;
  double times = 0;    // T
  bool dual = false;   // BrainAtAlphas::dual
  FeatureSize fitted;  // of the regressions
};
// Bytes that GeneralisationOfTile needs for a tile with maps of `fitted` times, reading `at_once`
// times at once, and its work. `size`: from WithKnownAlphas. `features`: bytes of those of one
// time.
double GeneralisationBytes(const ProblemSize& size, const GeneralisationShape& of, double fitted,
                           double at_once, double features);
Work GeneralisationWork(const ProblemSize& size, const GeneralisationShape& of, double fitted);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_GENERALISATION_TILES_H_
