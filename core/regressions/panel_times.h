#ifndef BRAINALIGN_CORE_REGRESSIONS_PANEL_TIMES_H_
#define BRAINALIGN_CORE_REGRESSIONS_PANEL_TIMES_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "core/cancel.h"
#include "core/columns/activation_columns.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/bf16_features.h"
#include "core/problem/problem_size.h"
#include "core/problem/segments.h"
#include "core/problem/spec.h"
#include "core/regressions/fold_regression.h"
#include "core/regressions/regression_in_panels.h"

namespace brainalign {

// Whether RegressionInPanels supports `spec`: selection fixed or gcv, or a single alpha, and an
// alpha of its own for each target.
bool ServesPanels(const AlignmentSpec& spec);

// Bytes that ScoreInPanels needs for `times` time samples of so many features. `in_bf16`: whether
// products are in bf16.
double ScoreInPanelsBytes(const ProblemSize& size, double features, double times, bool in_bf16);

// The brain at one time sample, and the regressions of every fold from it.
struct PanelTime {
  const ColMatrix<float>* values = nullptr;                // (n, s), shared by all folds
  const Bf16Features* bf16 = nullptr;                      // null unless products are in bf16
  const std::vector<RegressionInPanels>* folds = nullptr;  // (K) from MakeRegressionsInPanels

  Eigen::Index features() const { return bf16 ? bf16->back.cols() : values->cols(); }
};

// Receives the scores of the columns from `begin` on, for a fold and an index into the times.
using AddPanelScores = std::function<void(const FoldScores& scores, int begin, int fold, int time)>;

// Scores every column of `activations` at some time samples. Calls `add` for each block of columns,
// fold and time, so that each column is reported once for each fold and time. If the precision that
// `spec` uses is fast, products are in bf16, and `times` must be those of one TurnToBf16 call, in
// its order. Requires ServesPanels(spec) and activations that do not differ between folds. Errors:
// INTERNAL for a numerical failure, CANCELLED if `cancel` was set.
absl::Status ScoreInPanels(const Segments& segments, const AlignmentSpec& spec,
                           const ActivationColumns<float>& activations,
                           const std::vector<PanelTime>& times, const CancelFlag& cancel,
                           const AddPanelScores& add);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_PANEL_TIMES_H_
