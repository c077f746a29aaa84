#ifndef BRAINALIGN_CORE_COLUMNS_LAYER_COMPONENTS_H_
#define BRAINALIGN_CORE_COLUMNS_LAYER_COMPONENTS_H_

#include <atomic>
#include <cstddef>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "core/cancel.h"
#include "core/columns/activation_products.h"
#include "core/columns/activation_rows.h"
#include "core/columns/projection.h"
#include "core/linalg/spare_matrices.h"
#include "core/mutex.h"
#include "core/problem/problem_size.h"
#include "core/problem/segments.h"

namespace brainalign {

// Matrices that LayerComponents of all layers reuse. Thread-safe.
struct ComponentsMemory {
  SpareMatrices<double> in_double;
  SpareMatrices<float> in_single;

  // Frees the matrices that are not in use.
  void Clear() {
    in_double.Clear();
    in_single.Clear();
  }
};

// Bytes of the LayerComponents of a layer of `width` dimensions.
struct ComponentsBytes {
  double held = 0;  // from the first Sum until the components are not needed any more
  double sum = 0;   // of each Sum beyond the first that runs or is not added yet
  double unit = 0;  // further bytes of each Sum or Fit while it runs
};
ComponentsBytes BytesOfComponents(const ProblemSize& size, Eigen::Index width);

// The leading principal components of one layer of d dimensions (docs/method.md, "Principal
// components"), in units of work that threads can share. There is one fit on all words, or one fit
// for each fold on its training words (`per_fold`).
//
// With y the activations of a word about rows.shift(layer), and S_f = sum y y' over the test words
// of fold f, the training words of fold f have the covariance (times n)
//   sum_j S_j - S_f - sum y y' over purged words - n m m',   m their mean, n their number.
// A fit finds the k orthonormal directions of largest variance of this matrix. It is for layers
// with at least as many words in each fit as dimensions (ComponentsFromSums); for the others see
// ProjectionFromWords.
//
// Order of calls:
//   1. rows.FindMeans(layer)
//   2. Sum(fold) for each fold, in any order or in parallel. Its sums are held until those of all
//      earlier folds are added.
//   3. Fit(0), after all Sums. Its result is the starting point of the other fits.
//   4. Fit(1), Fit(2), .. in any order or in parallel.
//   5. projections()
// The bits of the result do not depend on the threads: sums are added in the order of the folds.
template <typename T>
class LayerComponents {
 public:
  // `rows`: the activations. `layer`: index of the layer. `components`: how many to find, k.
  // `per_fold`: whether each fold has a fit of its own. All references must outlive the object.
  LayerComponents(const ActivationRows<T>& rows, int layer, const Segments& segments,
                  int components, bool per_fold, ComponentsMemory& memory);

  int sum_count() const { return static_cast<int>(parts_.size()); }        // folds
  int fit_count() const { return static_cast<int>(projections_.size()); }  // folds, or 1

  // Sums over the fold's test words. CANCELLED if `cancel` was set, INTERNAL for a numerical
  // failure.
  absl::Status Sum(int fold, const CancelFlag& cancel);
  // Finds the components of one fit. Errors: CANCELLED if `cancel` was set, ABORTED with
  // NeedsDouble if single precision is not accurate enough for the layer, INVALID_ARGUMENT if
  // double precision is not, INTERNAL for a numerical failure.
  absl::Status Fit(int fit, const CancelFlag& cancel);

  // (fits) The mean (d) and the components (d, k) of each fit. Valid once all fits are done.
  const std::vector<Projection>& projections() const { return projections_; }

 private:
  const ActivationRows<T>& rows_;
  const int layer_;
  const Segments& segments_;
  const int components_;
  const bool per_fold_;
  ComponentsMemory& memory_;

  SpareMatrices<T>& memory_for_sums();
  // Positions of the words that a fit is on.
  std::vector<std::int32_t> Words(std::size_t fit) const;
  void AddToTotal(const ActivationSums<T>& part) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  std::size_t added_ ABSL_GUARDED_BY(mutex_) = 0;  // how many Sums `total_` contains
  // Sum changes the next two under mutex_. Fit reads them without it, after all Sums.
  // (K) over each fold's test words; without `per_fold_` only until they are added
  std::vector<std::optional<ActivationSums<T>>> parts_;
  ActivationSums<double> total_;  // over all words
  Matrix space_;                  // the subspace that Fit(0) ended in, where the others start
  std::atomic<int> fits_left_;
  std::vector<Projection> projections_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_LAYER_COMPONENTS_H_
