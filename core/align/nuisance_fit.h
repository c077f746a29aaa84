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
  // `words`: the index of the word at each position. `per_fold`: each fold takes out its own fit;
  // else all take out the mean of these. `problem` must outlive the object.
  NuisanceFit(const AlignmentProblem& problem, std::vector<std::int64_t> words, bool per_fold);

  bool per_fold() const override { return per_fold_; }
  absl::Status Make(const CancelFlag& cancel) override;
  const RowMatrix<double>& features() const override { return features_; }
  // ABORTED with NeedsDouble, too, if so little is left of a column that T does not hold it.
  absl::StatusOr<std::vector<NuisanceWeights>> Fit(const ActivationColumns<T>& columns, int layer,
                                                   const CancelFlag& cancel) override;

  // (L) How well the nuisance alone predicts the columns: mean over columns and folds of the scores
  // of test words. Valid after Fit of every layer.
  const std::vector<double>& score() const { return score_; }

 private:
  // Fits the columns [begin, end) of a layer.
  absl::Status FitColumns(const ActivationColumns<T>& columns, int layer, int begin, int end,
                          const CancelFlag& cancel, std::vector<NuisanceWeights>& fits);
  // Sets `none` of the columns from `column` on, whose values are `values` (n, m).
  absl::Status FindWhatIsLeft(const RowMatrix<double>& values,
                              const std::vector<std::int32_t>& positions, Eigen::Index column,
                              int layer, NuisanceWeights& fit) const;

  const AlignmentProblem& problem_;
  const std::vector<std::int64_t> words_;
  const bool per_fold_;
  AlignmentSpec spec_;          // of the regressions
  RowMatrix<double> features_;  // (n, c + 1)
  ProblemFeatures<double> nuisance_;
  std::vector<RegressionByTarget<double>> regressions_;  // (K)
  std::vector<double> score_;                            // (L)
};

// Bytes that a fit holds to the end for so many columns of all layers, and that Fit needs for a
// layer of `width` columns.
double NuisanceFitBytes(const ProblemSize& size, double columns);
double FitNuisanceBytes(const ProblemSize& size, double width);
// The work of Fit for a layer, and of ActivationColumns::Columns with nuisance in one fold.
Work FitNuisanceWork(const ProblemSize& size, double width);
Work TakeOutNuisanceWork(const ProblemSize& size, double columns);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_NUISANCE_FIT_H_
