#ifndef BRAINALIGN_CORE_ALIGN_TARGETS_OF_NULLS_H_
#define BRAINALIGN_CORE_ALIGN_TARGETS_OF_NULLS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/align/nuisance_fit.h"
#include "core/cancel.h"
#include "core/columns/activation_columns.h"
#include "core/problem/problem_size.h"
#include "core/problem/segments.h"
#include "core/regressions/regressions_at_alphas.h"

namespace brainalign {

// The targets of nulls of brain_to_model: some columns, each word with those of another word.
//
// Where nuisance is taken out, only what fits at the least penalty leave of the columns, on average
// over folds, is that of other words; the rest stays. Each fold then takes out its own fit on the
// nuisance, which is made again at the penalties of the observed columns (docs/method.md,
// "Nuisance"). Words that meet themselves have the observed columns of each fold.
template <typename T>
class TargetsOfNulls {
 public:
  // The `width` columns from `begin` on, which have one basis of components for all folds.
  // `nuisance`: what is taken out of them, for nulls; null if nothing is. `segments`: without inner
  // folds. All must outlive the object. Errors as NuisanceFit::FitAgain.
  static absl::StatusOr<TargetsOfNulls> Make(const ActivationColumns<T>& columns,
                                             const NuisanceFit<T>* nuisance,
                                             const Segments& segments, int begin, int width,
                                             const CancelFlag& cancel);

  // The targets of several nulls side by side, of which each pairs the word at a position with that
  // at `positions` (nulls, n). Errors as Make, and ABORTED with NeedsDouble if nuisance leaves too
  // little of a column for T.
  absl::StatusOr<TargetsOfFolds<T>> At(const std::vector<std::vector<std::int32_t>>& positions,
                                       const CancelFlag& cancel) const;

 private:
  TargetsOfNulls(const ActivationColumns<T>& columns, const NuisanceFit<T>* nuisance,
                 const Segments& segments, int begin, int width)
      : nuisance_(nuisance),
        segments_(&segments),
        begin_(begin),
        shift_(columns.Shift(begin, begin + width)) {}

  absl::StatusOr<TargetsOfFolds<T>> WithoutNuisance(
      const std::vector<std::vector<std::int32_t>>& positions, const CancelFlag& cancel) const;

  const NuisanceFit<T>* nuisance_;
  const Segments* segments_;
  int begin_;
  Eigen::ArrayXd shift_;  // (width)
  RowMatrix<T> source_;   // (n, width) what is moved
  // (K) What each fold takes out of the source at its own words, less what a fit on the source
  // takes out.
  std::vector<NuisanceWeights> beyond_fit_;
};

// Bytes of TargetsOfNulls for `width` columns and of the targets of `shifted` columns, while either
// is made. `size`: from WithKnownAlphas.
double TargetsOfNullsBytes(const ProblemSize& size, double width, double shifted);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_TARGETS_OF_NULLS_H_
