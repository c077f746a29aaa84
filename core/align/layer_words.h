#ifndef BRAINALIGN_CORE_ALIGN_LAYER_WORDS_H_
#define BRAINALIGN_CORE_ALIGN_LAYER_WORDS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "core/columns/activation_columns.h"
#include "core/linalg/matrix_types.h"

namespace brainalign {

// Ranges [begin, end) of neighbouring positions. They ascend unless a comment says otherwise.
using PositionRanges = std::vector<std::pair<std::int32_t, std::int32_t>>;

// The ranges that cover `positions`, in any order, exactly.
PositionRanges RangesOf(std::vector<std::int32_t> positions);

// Ranges in the order of the positions, which need not ascend.
PositionRanges RunsOf(const std::vector<std::int32_t>& positions);

// The number of positions.
Eigen::Index CountOf(const PositionRanges& ranges);

// (CountOf(ranges), end - begin) The rows of some words of the columns [begin, end) in `fold`.
// `ranges`: in any order.
Matrix ReadRows(const ActivationColumns<double>& columns, int fold, const PositionRanges& ranges,
                int begin, int end);

// (CountOf(ranges), columns) The same rows of a matrix (n, columns) by position.
Matrix RowsAt(const Eigen::Ref<const Matrix>& values, const PositionRanges& ranges);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_LAYER_WORDS_H_
