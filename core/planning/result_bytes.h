#ifndef BRAINALIGN_CORE_PLANNING_RESULT_BYTES_H_
#define BRAINALIGN_CORE_PLANNING_RESULT_BYTES_H_

namespace brainalign {

// Counts are doubles, because their products would overflow integers.
struct ResultShape {
  double cells = 0;  // layers times time samples
  double layers = 0;
  double folds = 0;
  double alphas = 0;
  double columns = 0;  // scores of single columns, or of other times, that each cell has; 0: none
  double tile_layers =
      0;  // sum over all tiles of their layers: each tile has counts of alphas for its layers
  // Further matrices: nulls, two for each block of words, and of alphas chosen without an inner
  // fold.
  double more_matrices = 0;
};

// Bytes of a result while it is computed, from the first tile until it is handed over: the tiles,
// which are kept until the last one is finished, the assembled arrays, and the copies of them that
// are made for writing.
double ResultBytes(const ResultShape& shape);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PLANNING_RESULT_BYTES_H_
