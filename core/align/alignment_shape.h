#ifndef BRAINALIGN_CORE_ALIGN_ALIGNMENT_SHAPE_H_
#define BRAINALIGN_CORE_ALIGN_ALIGNMENT_SHAPE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/align/planned_alignment.h"
#include "core/planning/plan.h"
#include "core/problem/problem_size.h"

namespace brainalign {

// The quantities that the plan of an alignment depends on.
struct AlignmentShape : ProblemSize {
  double sensors = 0;
  bool dual = false;                // WantsDual of the sensors; only in brain_to_model
  double brain_bytes = 0;           // as stored
  std::vector<double> dims;         // (L) of the activations
  std::vector<bool> from_sums;      // (L) ComponentsFromSums of the layer
  std::vector<double> input_bytes;  // (L) of one activation, as stored

  double more_matrices = 0;   // ResultShape::more_matrices
  double column_scores = 0;   // ResultShape::columns, and times that each map is scored at
  double trend_bytes = 0;     // of what is taken out of both sides
  double polynomials = 0;     // that are taken out of each session
  int side_units = 0;         // SideFacts::unit_count
  double blocks = 0;          // of words whose influence is computed
  double left_out_folds = 0;  // inner folds that alphas are chosen without

  double columns(std::size_t layer) const { return components > 0 ? components : dims[layer]; }
  double all_columns() const;
};

// `value_bytes`: bytes of a number in memory, 4 or 8.
AlignmentShape ShapeOf(const AlignmentProblem& problem, double value_bytes);

// Adds the opening of the inputs and the preparation of every layer to `plan`.
void AddPreparations(const AlignmentShape& shape, bool with_statistics, AlignmentPlan& plan);

// The same for the columns with one basis of components for all folds, which nulls need in addition
// to the columns with a basis for each fold.
void AddPreparationsOfOneBasis(const AlignmentShape& shape, bool with_statistics,
                               AlignmentPlan& plan);

// The same for the nuisance as columns of its own. Requires shape.nuisance.
void AddPreparationsOfNuisance(const AlignmentShape& shape, bool with_statistics,
                               AlignmentPlan& plan);

// The same for SideFacts.
void AddSideFacts(const AlignmentShape& shape, AlignmentPlan& plan);

// Whether one of the tiles is of this kind.
bool HasKind(const std::vector<Tile>& tiles, TileKind kind);

// Bytes of the result that such tiles make.
double BytesOfResult(const AlignmentShape& shape, const std::vector<Tile>& tiles);

std::int64_t ToBytes(double bytes);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_ALIGNMENT_SHAPE_H_
