#ifndef BRAINALIGN_CORE_ALIGN_ACTIVATION_TARGETS_H_
#define BRAINALIGN_CORE_ALIGN_ACTIVATION_TARGETS_H_

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/columns/activation_columns.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/bf16_features.h"
#include "core/problem/segments.h"
#include "core/regressions/problem_features.h"
#include "core/regressions/regression_by_target.h"

namespace brainalign {

// Columns of all layers as the targets of brain_to_model, for regressions by target.

// The columns [begin, end) in `fold`, of which `values` (n, end - begin) are the values. Columns of
// one layer are a group.
template <typename T>
TargetColumns<T> ActivationTargets(const ActivationColumns<T>& columns,
                                   const RowMatrixRef<T>& values, int fold, int begin, int end);

// Ranges [begin, end) of columns that are processed at a time. `whole_layers`: columns of a layer
// share an alpha and stay together.
template <typename T>
std::vector<std::pair<int, int>> ColumnChunks(const ActivationColumns<T>& columns,
                                              bool whole_layers);

// Columns of the widest of them.
template <typename T>
int WidestChunk(const ActivationColumns<T>& columns, bool whole_layers);

// The values of some columns (n, m): those of all folds, or those of fold `fold` only.
template <typename T>
struct ColumnsOfFolds {
  const RowMatrixRef<T>& values;
  bool per_fold = false;
  int fold = 0;
};

// The cross-products of features and columns, of all folds or of the one fold. With `bf16`, which
// requires T = float and features that all folds share, products are in bf16 of `rounded`. Errors
// as MultiplyBf16.
template <typename T>
absl::StatusOr<std::vector<PerSet<CrossSums>>> CrossOfFolds(const Segments& segments,
                                                            const ProblemFeatures<T>& features,
                                                            const ColumnsOfFolds<T>& columns,
                                                            const Bf16Features* bf16,
                                                            const Bf16Targets& rounded);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_ACTIVATION_TARGETS_H_
