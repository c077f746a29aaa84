#ifndef BRAINALIGN_CORE_ALIGN_CHANGES_WITHOUT_FOLDS_H_
#define BRAINALIGN_CORE_ALIGN_CHANGES_WITHOUT_FOLDS_H_

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "core/problem/spec.h"
#include "core/regressions/fold_regression.h"

namespace brainalign {

// How the matrix changes at one time when alphas are chosen without one inner fold, in all outer
// folds at once: sums over the columns of each layer while the time is scored.
class ChangesWithoutFolds {
 public:
  // `column_begin` (L + 1): first column of each layer, and their number.
  ChangesWithoutFolds(const AlignmentSpec& spec, std::vector<int> column_begin);

  // Adds FoldScores::without_inner_fold of the columns from `begin` on, in outer fold `fold`.
  void Add(const FoldScores& scores, int begin, int fold);

  // Sets `mean` (J, L): over columns and outer folds. ABORTED with NeedsDouble if rounding may have
  // changed a score.
  absl::Status Finish(std::vector<double>& mean) const;

 private:
  std::size_t At(int fold, int inner_fold, int layer) const;
  int layers() const { return static_cast<int>(column_begin_.size()) - 1; }

  const AlignmentSpec& spec_;
  std::vector<int> column_begin_;
  std::vector<double> difference_;   // (K, J, L)
  std::vector<double> error_bound_;  // (K, J, L)
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_CHANGES_WITHOUT_FOLDS_H_
