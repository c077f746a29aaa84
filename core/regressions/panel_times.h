#ifndef BRAINALIGN_CORE_REGRESSIONS_PANEL_TIMES_H_
#define BRAINALIGN_CORE_REGRESSIONS_PANEL_TIMES_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "core/cancel.h"
#include "core/columns/activation_columns.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/bf16_features.h"
#include "core/problem/segments.h"
#include "core/problem/spec.h"
#include "core/regressions/fold_problem.h"
#include "core/regressions/panel_fold.h"

namespace brainalign {

// Whether PanelFold can do what `spec` asks for.
bool ServesPanels(const AlignmentSpec& spec);

// Bytes that ScoreInPanels needs for the cross-products of `times` time samples.
double PanelBytes(const Segments& segments, const AlignmentSpec& spec, double features,
                  double times);

// The brain at one time sample, and the regressions of every fold on it.
struct PanelTime {
  const ColMatrix<float>* values = nullptr;  // (n, s), which all folds share
  const Bf16Features* bf16 = nullptr;        // where products are in bf16
  const std::vector<PanelFold>* folds = nullptr;

  Eigen::Index features() const { return bf16 ? bf16->back.cols() : values->cols(); }
};

// Takes the scores of the columns from `begin` on, for a fold and an index of the times.
using AddPanelScores = std::function<void(const FoldScores& scores, int begin, int fold, int time)>;

// Scores every column of `activations` at some time samples, with products in bf16
// where `spec` has a kernel for them: `times` are then those of one TurnToBf16, in its order. Each
// column comes to `add` once for each fold and time. Requires ServesPanels(spec) and activations
// that do not differ between folds. INTERNAL for a numerical failure, CANCELLED if `cancel` was
// set.
absl::Status ScoreInPanels(const Segments& segments, const AlignmentSpec& spec,
                           const ActivationColumns<float>& activations,
                           const std::vector<PanelTime>& times, const CancelFlag& cancel,
                           const AddPanelScores& add);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_PANEL_TIMES_H_
