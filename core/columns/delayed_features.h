#ifndef BRAINALIGN_CORE_COLUMNS_DELAYED_FEATURES_H_
#define BRAINALIGN_CORE_COLUMNS_DELAYED_FEATURES_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "core/cancel.h"
#include "core/linalg/matrix_types.h"
#include "core/problem/inputs.h"

namespace brainalign {

// Features of earlier rows, which are read from the activations as they are given: no copy of them
// is made. All of these require LayerInput::delayed.

// (d) The mean of each dimension over the rows that are used, rounded to LayerInput::dtype.
// CANCELLED if `cancel` was set.
absl::StatusOr<Vector> MeanOfUsedRows(const LayerInput& layer, const CancelFlag& cancel);

// Sets `out` to the features [begin, begin + count) of a row. `mean`: MeanOfUsedRows. Number is
// double, or float if LayerInput::dtype is f32.
template <typename Number>
void ReadDelayed(const LayerInput& layer, const Vector& mean, std::int64_t row, std::int64_t begin,
                 std::int64_t count, Number* out);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_DELAYED_FEATURES_H_
