#ifndef BRAINALIGN_CORE_COLUMNS_LAYER_COMPONENTS_H_
#define BRAINALIGN_CORE_COLUMNS_LAYER_COMPONENTS_H_

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "core/cancel.h"
#include "core/columns/activation_products.h"
#include "core/columns/activation_rows.h"
#include "core/columns/projection.h"
#include "core/linalg/spare_matrices.h"
#include "core/problem/segments.h"

namespace brainalign {

// Memory that the components of all layers are found in.
struct ComponentsMemory {
  SpareMatrices<double> in_double;
  SpareMatrices<float> in_single;

  // Frees what is spare.
  void Clear() {
    in_double.Clear();
    in_single.Clear();
  }
};

// The principal components of one layer, from sums over the test words of each fold: of all
// words, or of each fold's training words. Every Sum, each begun after those before it; then
// Fit(0), then the other fits in any order or at once.
template <typename T>
class LayerComponents {
 public:
  // All must outlive the object. `rows` must know the layer's means before the first Sum.
  LayerComponents(const ActivationRows<T>& rows, int layer, const Segments& segments,
                  int components, bool per_fold, ComponentsMemory& memory);

  int sum_count() const { return static_cast<int>(parts_.size()); }
  int fit_count() const { return static_cast<int>(projections_.size()); }

  // A Sum may wait for those before it. CANCELLED if `cancel` was set, INTERNAL for a numerical
  // failure.
  absl::Status Sum(int fold, const CancelFlag& cancel);
  absl::Status Fit(int fit, const CancelFlag& cancel);

  // (fits) Once all of them are done.
  const std::vector<Projection>& projections() const { return projections_; }

 private:
  const ActivationRows<T>& rows_;
  const int layer_;
  const Segments& segments_;
  const int components_;
  const bool per_fold_;
  ComponentsMemory& memory_;

  SpareMatrices<T>& memory_for_sums();
  void AddToTotal(const ActivationSums<T>& part);

  std::mutex mutex_;
  std::condition_variable added_or_failed_;
  absl::Status failure_;  // of a Sum
  // (K) over each fold's test words, where the folds have components of their own
  std::vector<std::optional<ActivationSums<T>>> parts_;
  std::size_t added_ = 0;  // in `total_`
  ActivationSums<double> total_;
  Matrix space_;  // that the first fit was found in
  std::atomic<int> fits_left_;
  std::vector<Projection> projections_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_LAYER_COMPONENTS_H_
