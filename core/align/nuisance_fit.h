#ifndef BRAINALIGN_CORE_ALIGN_NUISANCE_FIT_H_
#define BRAINALIGN_CORE_ALIGN_NUISANCE_FIT_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/align/planned_alignment.h"
#include "core/columns/activation_columns.h"
#include "core/columns/nuisance_weights.h"
#include "core/planning/plan.h"
#include "core/problem/problem_size.h"
#include "core/problem/work.h"
#include "core/regressions/problem_features.h"

namespace brainalign {

// The ridge regressions of the columns on the nuisance, in each fold (docs/method.md, "Nuisance").
// They are in float64 whatever T is.
template <typename T>
class NuisanceFit final : public NuisanceRegressions<T> {
 public:
  // `words`: the index of the word at each position. `for_nulls`: whether FitAgain will be called.
  // `problem` must outlive the object.
  NuisanceFit(const AlignmentProblem& problem, std::vector<std::int64_t> words, bool for_nulls);

  absl::Status Make(const CancelFlag& cancel) override;
  const RowMatrix<double>& features() const override { return features_; }
  // ABORTED with NeedsDouble, too, if so little is left of a column that T does not hold it.
  absl::StatusOr<std::vector<NuisanceWeights>> Fit(const ActivationColumns<T>& columns, int layer,
                                                   const CancelFlag& cancel) override;

  // (K) of (c + 1, m): the weights of [1 z] in regressions of `values` (n, m) on the nuisance.
  // FitAgain has the penalties that Fit chose for the columns from `begin` on of all layers, and
  // requires Fit of every layer; FitAtLeast has the least of all candidates. Both require
  // `for_nulls`. Errors as Fit.
  absl::StatusOr<std::vector<RowMatrix<double>>> FitAgain(const RowMatrix<double>& values,
                                                          int begin,
                                                          const CancelFlag& cancel) const;
  absl::StatusOr<std::vector<RowMatrix<double>>> FitAtLeast(const RowMatrix<double>& values,
                                                            const CancelFlag& cancel) const;

  // (L) How well the nuisance alone predicts the columns: mean over columns and folds of the scores
  // of test words. Valid after Fit of every layer.
  const std::vector<double>& score() const { return score_; }

 private:
  // Features and regressions on them.
  struct OnNuisance {
    ProblemFeatures<double> features;
    std::vector<RegressionByTarget<double>> regressions;  // (K)
  };
  absl::StatusOr<OnNuisance> MakeRegressions(const RowMatrix<double>& values,
                                             const Segments& segments,
                                             const AlignmentSpec& spec) const;

  // `alphas` (K) of (m): indices of the penalties.
  absl::StatusOr<std::vector<RowMatrix<double>>> FitAt(std::vector<std::vector<int>> alphas,
                                                       const RowMatrix<double>& values,
                                                       const CancelFlag& cancel) const;

  // Fits the columns [begin, end) of a layer.
  absl::Status FitColumns(const ActivationColumns<T>& columns, int layer, int begin, int end,
                          const CancelFlag& cancel, std::vector<NuisanceWeights>& fits);
  // Sets `none` of the columns from `column` on, whose values are `values` (n, m).
  absl::Status FindWhatIsLeft(const RowMatrix<double>& values,
                              const std::vector<std::int32_t>& positions, Eigen::Index column,
                              int layer, NuisanceWeights& fit) const;

  const AlignmentProblem& problem_;
  const std::vector<std::int64_t> words_;
  const bool for_nulls_;
  AlignmentSpec spec_;          // of the regressions
  RowMatrix<double> features_;  // (n, c + 1)
  OnNuisance fit_;
  // Of FitAgain, which needs no inner folds; empty unless for nulls.
  const Segments segments_again_;
  const AlignmentSpec spec_again_;
  OnNuisance again_;
  std::vector<std::vector<std::vector<int>>> alphas_;  // (L, K, d) that Fit chose, for FitAgain
  std::vector<double> score_;                          // (L)
};

// Bytes that a fit holds to the end for so many columns of all layers, and that Fit needs for a
// layer of `width` columns.
double NuisanceFitBytes(const ProblemSize& size, double columns);
double FitNuisanceBytes(const ProblemSize& size, double width);
// The same for the fit of nulls: what it holds besides, and what FitAgain needs
// for `columns` columns, their values among it.
double NuisanceFitAgainBytes(const ProblemSize& size, double columns);
double FitNuisanceAgainBytes(const ProblemSize& size, double columns);
// The work of both for so many columns.
Work FitNuisanceAgainWork(const ProblemSize& size, double columns);
// The work of Fit for a layer, and of ActivationColumns::Columns with nuisance in one fold.
Work FitNuisanceWork(const ProblemSize& size, double width);
Work TakeOutNuisanceWork(const ProblemSize& size, double columns);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_NUISANCE_FIT_H_
