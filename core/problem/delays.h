#ifndef BRAINALIGN_CORE_PROBLEM_DELAYS_H_
#define BRAINALIGN_CORE_PROBLEM_DELAYS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/problem/inputs.h"
#include "core/problem/spec.h"

namespace brainalign {

inline constexpr int kMostDelays = 64;
inline constexpr std::int64_t kNoRow = -1;

// The words of a recording, session by session, in the order in which they are given.
class SessionRows {
 public:
  // Requires a recording.
  explicit SessionRows(const BrainInput& brain);

  // The row so many rows before a row in its session; or kNoRow.
  std::int64_t Before(std::int64_t row, std::int64_t delay) const {
    return delay <= CountBefore(row) ? in_order_[Place(row) - static_cast<std::size_t>(delay)]
                                     : kNoRow;
  }
  // How many rows its session has before a row.
  std::int64_t CountBefore(std::int64_t row) const {
    return place_[static_cast<std::size_t>(row)] - first_[static_cast<std::size_t>(row)];
  }

 private:
  std::size_t Place(std::int64_t row) const {
    return static_cast<std::size_t>(place_[static_cast<std::size_t>(row)]);
  }

  std::vector<std::int32_t> in_order_;  // (w) rows
  std::vector<std::int32_t> place_;     // (w) of each row in in_order_
  std::vector<std::int32_t> first_;     // (w) place of the first row of its session
};

// The rows that the features of a row come from (docs/method.md, "Delays"). All layers share them.
struct DelayedRows {
  std::vector<int> delays;  // (k) in rows, ascending
  SessionRows sessions;
  // Rows whose mean stands where there is no such row: those that are used, ascending.
  std::vector<std::int64_t> used;
};

// A clause that follows the name and value of the option, if `delays` are not 1 to kMostDelays
// whole numbers from 0 up, ascending, each once; else empty.
std::string DescribeBadDelays(const std::vector<int>& delays);

// The same if no row of `brain` that is used has so many rows before it in its session. Requires a
// recording, and delays that DescribeBadDelays finds right.
std::string DescribeDelaysOutOfReach(const std::vector<int>& delays, const BrainInput& brain);

// Makes features of earlier rows in every layer of `inputs`: LayerInput::delayed. Appends a problem
// if no row that is used has a row so far before it, or if the layers have too many features.
// Requires shapes that CheckShapes finds right, and delays that ResolveOptions does.
void DelayLayers(const std::vector<int>& delays, AlignmentInputs& inputs,
                 std::vector<FieldProblem>& problems);

// The rows that values of delayed features come from, ascending: those that are used, and all that
// their delays reach.
std::vector<std::int64_t> RowsRead(const DelayedRows& delayed);

// A sentence for the notes of a result. `rows`: those that are aligned.
std::string DescribeDelays(const DelayedRows& delayed, const std::vector<std::int64_t>& rows);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_DELAYS_H_
