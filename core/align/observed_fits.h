#ifndef BRAINALIGN_CORE_ALIGN_OBSERVED_FITS_H_
#define BRAINALIGN_CORE_ALIGN_OBSERVED_FITS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/mutex.h"
#include "core/regressions/block_influence.h"

namespace brainalign {

// Alphas and scores of the observed fit of one block of features, which nulls and influences use
// again.
struct ObservedFit {
  // Zeros for `columns` targets in each fold.
  ObservedFit(int folds, int columns)
      : alpha(static_cast<std::size_t>(folds),
              std::vector<int>(static_cast<std::size_t>(columns))) {}

  // Notes the alphas of the columns from `begin` on in a fold.
  void Set(int fold, int begin, const std::vector<int>& index);

  // (K) of (columns): indices into the alphas; with bands, of the ratio times the number of alphas
  // more.
  std::vector<std::vector<int>> alpha;
  std::vector<double> score;  // (L) mean over folds; only if it was asked for
  // (J, L) What is added to it when alphas are chosen without one inner fold (ChangesWithoutFolds);
  // only if it was asked for.
  std::vector<double> without_inner_fold;
  LayerInfluence influence;  // only if it was found together with the scores
};

// The observed fits that units have made so far, for later units. Another fit of the same targets
// has the same alphas to the bit, so the result does not depend on which unit fits first.
// Thread-safe.
class ObservedFits {
 public:
  using Fit = std::shared_ptr<const ObservedFit>;

  // For `count` blocks of features, or none: then nothing is kept.
  explicit ObservedFits(std::size_t count) : keeps_(count > 0), fits_(count) {}

  bool keeps() const { return keeps_; }

  // Those of `count` blocks from `begin` on. If one is not there, `make` must keep them all, and
  // returns why it could not.
  absl::StatusOr<std::vector<Fit>> FindOrMake(std::size_t begin, int count,
                                              const std::function<absl::Status()>& make) const;
  void Keep(std::size_t block, Fit fit);
  // Forgets everything.
  void Clear();

 private:
  std::vector<Fit> Find(std::size_t begin, int count) const;

  const bool keeps_;
  mutable Mutex mutex_;
  std::vector<Fit> fits_ ABSL_GUARDED_BY(mutex_);
};

// (J, L, times) ObservedFit::without_inner_fold of each of `fits`; empty for no inner fold.
std::vector<double> WithoutInnerFolds(const std::vector<ObservedFits::Fit>& fits, int inner_folds);

// Bytes of a fit of so many columns.
inline double ObservedFitBytes(double folds, double columns) {
  return folds * columns * static_cast<double>(sizeof(int));
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_OBSERVED_FITS_H_
