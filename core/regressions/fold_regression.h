#ifndef BRAINALIGN_CORE_REGRESSIONS_FOLD_REGRESSION_H_
#define BRAINALIGN_CORE_REGRESSIONS_FOLD_REGRESSION_H_

#include <concepts>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/linalg/matrix_types.h"
#include "core/linalg/single_range.h"
#include "core/moments/target_moments.h"
#include "core/problem/spec.h"
#include "core/ridge/evaluation_moments.h"
#include "core/ridge/metrics.h"

namespace brainalign {

// The m targets of one outer fold, as far as every regression needs them.
struct TargetsOfFold {
  FoldTargets statistics;
  // (m) The target's mean over the training words as docs/method.md defines the target, in the
  // units of the values that `statistics` are of. Cosine needs it, because it does not centre.
  Eigen::ArrayXd origin;
};

// The alphas of m targets.
struct ChosenAlphas {
  std::vector<int> index;  // (m) into the specification's alphas
  Flags uncertain;         // (m) whether rounding may have changed the choice
};

// How the score of a target would differ had its alpha been chosen without one inner fold.
struct ScoreChange {
  int inner_fold = 0;
  Eigen::Index target = 0;
  double difference = 0;   // the score with that alpha less the score
  double error_bound = 0;  // of the score with that alpha: as FoldScores::error_bound
};

// The result of m targets in one outer fold.
struct FoldScores {
  Eigen::ArrayXd score;  // (m) on the test words; 0 for a constant target
  // (m) Bound on the error of each score by rounding. Infinite if rounding may have changed the
  // choice of alpha, 0 if the score was computed from the words' predictions in double precision.
  Eigen::ArrayXd error_bound;
  ChosenAlphas alphas;
  HeldOutSums held_out;               // on the test words, from which `score` is
  std::int64_t constant_targets = 0;  // targets that are constant on the test words
  // Where another alpha is chosen, or may be. Only if it was asked for (ChooseAndScoreByTarget).
  std::vector<ScoreChange> without_inner_fold;
};

// The ridge regressions of one outer fold from one block of p features to any targets. Everything
// that does not depend on targets (means, factorisations, leave-one-out weights) is computed once,
// by the Make of each implementation:
//   RegressionByTarget<T>  serves every specification, in double precision where sums need it
//   RegressionInPanels     serves many targets in single precision, for some selections
// An implementation does not change after Make. Threads may share it, each with its own buffers.
//
// Formulas (docs/method.md, "The score of one cell" and "How it is computed"), for a fit on a
// training set that is evaluated on another set; X and Y about the training means, X scaled:
//   b = R' X'Y                      (p, m) cross-products, in a basis R of the training words
//   z = (R'X'X R + alpha I)^-1 b    (p, m) coefficients, W = R z
//   score of alpha                  by the selection of "Choosing the penalty"
//   score of a target               by the metric, from sums of yhat y and yhat^2 over the test
//                                   words, which follow from z and moments of these words alone
// Outer fit: training words, evaluated on the test words. Inner fits (selection blocked): the words
// that an inner fold fits on, evaluated on the words that it holds out.
//
// The steps, in their order. Each may be repeated with other arguments: a null distribution repeats
// Rotate, Solve and Judge on other cross-products with the alphas of the observed ones.
//   Rotate  cross-products of the fold's sets -> `Cross`, in the basis R
//   Choose  an alpha for each target, by the specification's selection
//   Solve   coefficients of each target at its alpha
//   Judge   sums of the predictions over a set of evaluation words: those of `evaluation`, whose
//           cross-products are the `test` of `Cross`
//   Bound   the errors that rounding may have caused; scores that would suffer are computed anew
template <typename Regression, typename Targets, typename Sums>
concept FoldRegression = std::derived_from<Targets, TargetsOfFold> &&
    requires(const Regression& fold, const AlignmentSpec& spec, const Targets& targets,
             const Sums& sums, const ChosenAlphas& alphas,
             const typename Regression::Evaluation& evaluation,
             typename Regression::Buffers& buffers, typename Regression::Cross& cross,
             typename Regression::Solution& solution, FoldScores& scores) {
  { fold.Rotate(targets, sums, buffers, cross) } -> std::same_as<absl::Status>;
  { fold.Choose(spec, targets, std::as_const(cross), buffers) } -> std::same_as<ChosenAlphas>;
  { fold.Solve(spec.alphas, std::as_const(cross), alphas, solution) } -> std::same_as<void>;
  // The moments of the fold's test words, for Judge.
  { fold.evaluation() } -> std::same_as<const typename Regression::Evaluation&>;
  {
    fold.Judge(std::as_const(solution), evaluation, std::as_const(cross), buffers)
    } -> std::same_as<HeldOutSums>;
  // Sets `error_bound` of `scores`, whose other fields are set.
  {
    fold.Bound(spec, targets, std::as_const(cross), std::as_const(solution), scores)
    } -> std::same_as<void>;
};

// The part of Bound that is common to regressions in single precision: completes `error_bound`,
// which is set from the cross-products' rounding.
void BoundInSingle(Metric metric, const TargetsOfFold& targets, FoldScores& scores);

// Memory that one thread passes to each call of ChooseAndScore, so that it is allocated once.
template <typename Regression>
struct RegressionWorkspace {
  typename Regression::Cross cross;
  typename Regression::Solution solution;
  typename Regression::Buffers buffers;
};

// The steps from Solve on, after Rotate has set `workspace.cross`: scores the m targets at
// `alphas`.
template <typename Regression, typename Targets>
FoldScores ScoreAtAlphas(const Regression& fold, const AlignmentSpec& spec, const Targets& targets,
                         ChosenAlphas alphas, RegressionWorkspace<Regression>& workspace) {
  const TargetStatistics& test = targets.statistics.test;
  FoldScores scores;
  scores.alphas = std::move(alphas);
  fold.Solve(spec.alphas, workspace.cross, scores.alphas, workspace.solution);
  scores.held_out =
      fold.Judge(workspace.solution, fold.evaluation(), workspace.cross, workspace.buffers);
  scores.score =
      ScoreTargets(spec.metric, scores.held_out, targets.statistics.train, test, targets.origin);
  scores.constant_targets = (test.squares == 0.0).count();
  fold.Bound(spec, targets, workspace.cross, workspace.solution, scores);
  return scores;
}

// All steps: chooses an alpha for each of the m targets and scores its predictions of the test
// words. `spec`: as in Make; options that concern only targets may differ. `sums`: cross-products
// of features and targets over the sets of the fold, in the form that `fold` takes. Errors as
// Rotate.
template <typename Regression, typename Targets, typename Sums>
requires FoldRegression<Regression, Targets, Sums> absl::StatusOr<FoldScores> ChooseAndScore(
    const Regression& fold, const AlignmentSpec& spec, const Targets& targets, const Sums& sums,
    RegressionWorkspace<Regression>& workspace) {
  absl::Status status = fold.Rotate(targets, sums, workspace.buffers, workspace.cross);
  if (!status.ok()) return status;
  ChosenAlphas alphas = fold.Choose(spec, targets, workspace.cross, workspace.buffers);
  return ScoreAtAlphas(fold, spec, targets, std::move(alphas), workspace);
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_FOLD_REGRESSION_H_
