#ifndef BRAINALIGN_CORE_REGRESSIONS_SCORES_WITHOUT_FOLDS_H_
#define BRAINALIGN_CORE_REGRESSIONS_SCORES_WITHOUT_FOLDS_H_

#include "absl/status/statusor.h"
#include "core/problem/problem_size.h"
#include "core/problem/spec.h"
#include "core/problem/work.h"
#include "core/regressions/regression_by_target.h"

namespace brainalign {

// ChooseAndScore, and with `leaves_inner_folds_out` also how the scores would differ had alphas
// been chosen without one inner fold (docs/uncertainty.md, "Chosen alphas"): `without_inner_fold`
// has entries for each inner fold and target whose alpha differs, or may differ by rounding. Only
// these are solved and judged again. Requires selection blocked then.
template <typename T>
absl::StatusOr<FoldScores> ChooseAndScoreByTarget(const RegressionByTarget<T>& fold,
                                                  const AlignmentSpec& spec,
                                                  const TargetColumns<T>& targets,
                                                  const WordsAndSums<T>& sums,
                                                  bool leaves_inner_folds_out);

// Bytes that leaves_inner_folds_out needs beside ScoreByTargetBytes.
double WithoutInnerFoldsBytes(const ProblemSize& size, double features, double targets);

// The further work for all folds and `columns` targets. How many alphas differ is known only
// afterwards; one for each target is counted.
Work WithoutInnerFoldsWork(const ProblemSize& size, double features, double columns);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_SCORES_WITHOUT_FOLDS_H_
