#ifndef BRAINALIGN_CORE_ALIGN_RESULT_ARRAYS_H_
#define BRAINALIGN_CORE_ALIGN_RESULT_ARRAYS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/align/result.h"
#include "core/problem/requested_arrays.h"
#include "core/result/array.h"

// The arrays of a result under their names. Server, client and protocol know arrays by these tables
// alone: a new array is a member of AlignmentResult and a row here, and if tiles compute it, a
// member of TileScores and a row there.

namespace brainalign {

// One array of an AlignmentResult.
struct ResultArrayRow {
  ArraySpec spec;
  // Whether ReadOff (core/align/result_notes.h) computes it from the other arrays.
  bool is_read_off = false;
  // Whether only some results have the array: without elements, a result does not have it.
  bool is_optional = false;
  // The elements; their number is that of the shape, or 0 if the result does not have the array.
  std::function<std::vector<double>(const AlignmentResult&)> values;
  // Sets the elements, as many as the shape has. spec and depth of the result must be set. False if
  // one does not fit the member's type.
  std::function<bool(const std::vector<double>& values, AlignmentResult&)> set;
};

// All arrays, in the order in which they are listed to people.
const std::vector<ResultArrayRow>& ResultArrays();

// Lengths of axes that have neither values nor labels.
struct AxisLengths {
  int folds = 0;
  int nulls = 0;
  int blocks = 0;
  int inner_folds = 0;  // that alphas are chosen without, one by one
  ColumnAxes columns;
  bool time_generalisation = false;  // whether there is an axis of times that maps are scored at
};

// Axes "layer", "time", "fold", "alpha", "null", "block", "target", "sensor", "test_time",
// "nuisance", "band" and "inner_fold". `layer_names` (L), `depth` (L).
std::vector<Axis> MatrixAxesOf(std::vector<std::string> layer_names, std::vector<double> depth,
                               std::vector<double> times_seconds, std::vector<double> alphas,
                               const AxisLengths& lengths);
// The same of a result, then "window" (W: the first second of each) and "constant_sensor".
std::vector<Axis> AxesOf(const AlignmentResult& result);

// The arrays that tiles have boxes of.
std::vector<ArraySpec> TileArrays();
// Those of them that the tiles of an alignment with these axes have boxes of.
std::vector<ArraySpec> TileArrays(const std::vector<Axis>& axes);

// What a tile adds to arrays, one box for each array that it has, in the order of TileArrays.
std::vector<ArrayBox> BoxesOf(const TileScores& tile);

// The tile that has these boxes. Only the box of "score", "null_scores", "influence_held_out" or
// "time_generalisation" is required, which tells its kind: the others may not be released. Boxes of
// unknown arrays are ignored. INVALID_ARGUMENT if boxes do not fit together.
absl::StatusOr<TileScores> TileOfBoxes(int index, const std::vector<ArrayBox>& boxes);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_RESULT_ARRAYS_H_
