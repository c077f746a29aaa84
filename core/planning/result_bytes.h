#ifndef BRAINALIGN_CORE_PLANNING_RESULT_BYTES_H_
#define BRAINALIGN_CORE_PLANNING_RESULT_BYTES_H_

namespace brainalign {

// Counts are doubles: they are multiplied until they would overflow.
struct ResultShape {
  double cells = 0;  // layers times time samples
  double layers = 0;
  double folds = 0;
  double alphas = 0;
  double columns = 0;      // whose scores each cell has, or times at which; 0: none
  double tile_layers = 0;  // of all tiles together: each keeps counts of alphas for its layers
  // Matrices beside the scores: nulls, two for each block of words, and of alphas chosen otherwise.
  double more_matrices = 0;
};

// Bytes that a result takes while it is made, from the first tile on until it has been handed
// over: its tiles, which are kept until the last one is there, the matrix that they are put
// together to, and the copies that are made when that is written.
double ResultBytes(const ResultShape& shape);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PLANNING_RESULT_BYTES_H_
