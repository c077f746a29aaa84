#ifndef BRAINALIGN_CORE_COLUMNS_NUISANCE_WEIGHTS_H_
#define BRAINALIGN_CORE_COLUMNS_NUISANCE_WEIGHTS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/cancel.h"
#include "core/linalg/matrix_types.h"

namespace brainalign {

template <typename T>
class ActivationColumns;

// The fit of nuisance that is subtracted from the d columns of one layer (docs/method.md,
// "Nuisance").
struct NuisanceWeights {
  RowMatrix<double> weights;                   // (c + 1, d) of [1 z]
  Eigen::Array<bool, Eigen::Dynamic, 1> none;  // (d) whether nothing is left: the column becomes 0
};

// Subtracts the fit from `values` (n, d), which the words with `features` (n, c + 1) have.
template <typename T>
void TakeOut(const RowMatrix<double>& features, const NuisanceWeights& fit, RowMatrix<T>& values);

// Regressions of columns on nuisance z (c) in each of K folds, for ActivationColumns.
template <typename T>
class NuisanceRegressions {
 public:
  virtual ~NuisanceRegressions() = default;
  // Computes what the fits of all layers share. Must be called once before any method below.
  // Errors as ActivationColumns::RunStep.
  virtual absl::Status Make(const CancelFlag& cancel) = 0;
  // (n, c + 1) 1 and the nuisance, by position.
  virtual const RowMatrix<double>& features() const = 0;
  // (K) The weights of a layer, whose columns before anything is taken out are those of
  // ActivationColumns::WithNuisance. Errors as Make.
  virtual absl::StatusOr<std::vector<NuisanceWeights>> Fit(const ActivationColumns<T>& columns,
                                                           int layer, const CancelFlag& cancel) = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_NUISANCE_WEIGHTS_H_
