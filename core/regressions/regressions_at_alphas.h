#ifndef BRAINALIGN_CORE_REGRESSIONS_REGRESSIONS_AT_ALPHAS_H_
#define BRAINALIGN_CORE_REGRESSIONS_REGRESSIONS_AT_ALPHAS_H_

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/cancel.h"
#include "core/columns/nuisance_weights.h"
#include "core/linalg/matrix_types.h"
#include "core/problem/problem_size.h"
#include "core/problem/segments.h"
#include "core/problem/spec.h"
#include "core/problem/work.h"
#include "core/regressions/fold_regression.h"
#include "core/regressions/problem_features.h"
#include "core/regressions/regression_by_target.h"
#include "core/regressions/regression_cost.h"
#include "core/regressions/regression_in_panels.h"

namespace brainalign {

// Targets of every outer fold, which share their values.
template <typename T>
struct TargetsOfFolds {
  RowMatrix<T> values;               // (n, m) by position
  std::vector<TargetsOfFold> folds;  // (K) statistics of the training and the test words
  // (K) What each fold takes out of the values, and the features (n, c + 1) that it is a fit on; or
  // none. `folds` are of what is left.
  std::vector<NuisanceWeights> taken_out = {};
  const RowMatrix<double>* nuisance = nullptr;
};

// Targets `values` (n, m) with their statistics over `segments`, which must have no inner folds.
// `origin_of(train)` (m): TargetsOfFold::origin from the statistics over the training words.
template <typename T, typename OriginOfTrain>
TargetsOfFolds<T> MakeTargetsOfFolds(RowMatrix<T> values, const Segments& segments,
                                     const OriginOfTrain& origin_of) {
  TargetsOfFolds<T> targets;
  targets.values = std::move(values);
  const std::vector<TargetSums> sums = SegmentTargetSums<T>(targets.values, segments);
  for (const FoldSets& sets : segments.folds) {
    FoldTargets statistics = AssembleTargets<T>(sums, targets.values, sets);
    Eigen::ArrayXd origin = origin_of(statistics.train);
    targets.folds.push_back({std::move(statistics), std::move(origin)});
  }
  return targets;
}

// The regressions of every outer fold from one block of features, for any targets whose alphas are
// known. Alphas need not follow from training sums, so that single precision serves every
// specification here.
//
// Order of calls: ProblemFeatures over segments without inner folds (WithoutInnerFolds), then Make,
// then Score for each block of targets, on any threads.
template <typename T>
class RegressionsAtAlphas {
 public:
  // `features`: of `segments`; both and `spec` must outlive the object. `in_panels`: uses
  // RegressionInPanels, which requires T = float and features that all folds share, else
  // RegressionByTarget. `nuisance`: that of all targets, null for none. Errors as the Make of
  // these.
  static absl::StatusOr<RegressionsAtAlphas> Make(const ProblemFeatures<T>& features,
                                                  const Segments& segments,
                                                  const AlignmentSpec& spec, bool in_panels,
                                                  const RowMatrix<double>* nuisance = nullptr);

  // (K) Score and error_bound of the m targets in each fold. `alphas` (K) of (m): indices into the
  // alphas of `spec`. Errors: CANCELLED if `cancel` was set.
  absl::StatusOr<std::vector<FoldScores>> Score(const TargetsOfFolds<T>& targets,
                                                const std::vector<std::vector<int>>& alphas,
                                                const CancelFlag& cancel) const;

  // (K) The regressions; empty if in panels.
  const std::vector<RegressionByTarget<T>>& by_target() const { return by_target_; }

 private:
  RegressionsAtAlphas(const ProblemFeatures<T>& features, const Segments& segments,
                      const AlignmentSpec& spec)
      : features_(&features), segments_(&segments), spec_(&spec) {}

  absl::StatusOr<std::vector<FoldScores>> ScoreInPanels(const TargetsOfFolds<T>& targets,
                                                        const std::vector<std::vector<int>>& alphas,
                                                        const CancelFlag& cancel) const;

  // Cross-products of the features and the nuisance (p, c + 1), if in panels.
  void MultiplyNuisance(const RowMatrix<double>& nuisance);

  const ProblemFeatures<T>* features_;
  const Segments* segments_;
  const AlignmentSpec* spec_;
  std::vector<RegressionByTarget<T>> by_target_;  // (K), or empty
  std::vector<RegressionInPanels> in_panels_;     // (K), or empty
  std::vector<RowMatrix<double>> of_nuisance_;    // over each segment
  std::vector<RowMatrix<double>> purged_;         // (K) over the words that the purge removes
};

// `spec` for Make: as if alphas had been given for each target.
AlignmentSpec WithKnownAlphas(AlignmentSpec spec);
// The same of a size.
ProblemSize WithKnownAlphas(ProblemSize size);

// Bytes that RegressionsAtAlphas holds, and further bytes that Make and Score need while they run.
// `size`: from WithKnownAlphas.
struct RegressionsAtAlphasBytes {
  double held = 0;
  double making = 0;
  double scoring = 0;
};
RegressionsAtAlphasBytes BytesAtAlphas(const ProblemSize& size, double features, double targets,
                                       bool in_panels);

// The work of Score for `columns` targets, of which `passes` is as in ChooseAndScoreWork.
Work ScoreAtAlphasWork(const ProblemSize& size, const FeatureSize& of, double columns,
                       bool in_panels);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_REGRESSIONS_AT_ALPHAS_H_
