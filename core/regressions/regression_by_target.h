#ifndef BRAINALIGN_CORE_REGRESSIONS_REGRESSION_BY_TARGET_H_
#define BRAINALIGN_CORE_REGRESSIONS_REGRESSION_BY_TARGET_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "core/leave_one_out/leave_one_out.h"
#include "core/linalg/single_range.h"
#include "core/moments/target_moments.h"
#include "core/problem/spec.h"
#include "core/regressions/fold_regression.h"
#include "core/regressions/inner_fits.h"
#include "core/regressions/target_columns.h"
#include "core/ridge/alpha_choice.h"
#include "core/ridge/near_ties.h"
#include "core/ridge/ridge.h"
#include "core/ridge/rounding_bound.h"

namespace brainalign {

// Cross-products of one fold, and the words that they are of.
template <typename T>
struct WordsAndSums {
  const ColMatrix<T>& features;    // (n, p) as in RegressionByTarget::Make
  const PerSet<CrossSums>& cross;  // sums x y' (p, m) over each set of the fold
};

// How a regression scales its features, over the training words of its fold.
struct FeatureScaling {
  Eigen::Index zscored = 0;  // so many, the first, are scaled to unit deviation
  double factor = 1;         // and then by this
};

// The FoldRegression (core/regressions/fold_regression.h) that serves every specification.
//
// `T` is the type of the words' values. For double, or if a set has fewer words than features, the
// words themselves are used where sums would lose digits ("What rounding may do").
//
// Order of calls, for each block of features and fold: SegmentFeatureSums, then Make; for each
// block of targets their cross-products (CrossOfAllFolds, FoldCrossSums or FoldCrossSumsInBf16),
// then ChooseAndScore. It does not hold the features: pass the same ones to Make and to each call.
template <typename T>
class RegressionByTarget {
 public:
  using Evaluation = EvaluationMoments;
  using Solution = RowMatrix<double>;  // z (p, m)
  struct Buffers {
    // Whether Choose sets `criterion`: (m) the least of what the selection minimises, of targets
    // that share an alpha their sum. For comparisons of several regressions. Only if T is double
    // and there are several alphas.
    bool keeps_criterion = false;
    std::vector<double> criterion = {};
    // Whether Choose sets `without_inner_fold`, with selection blocked: (J) the alphas chosen by
    // the errors of all inner folds but one.
    bool leaves_inner_folds_out = false;
    std::vector<ChosenAlphas> without_inner_fold = {};
  };

  // Refers to the arguments of Rotate.
  struct Cross {
    const ColMatrix<T>* features = nullptr;
    const PerSet<CrossSums>* sums = nullptr;
    RowMatrix<double> train;  // b (p, m)
    RowMatrix<double> test;   // (p, m), or (n_e, m): the second argument of
                              // EvaluationMoments::Predict
    Eigen::ArrayXd scale;     // (m) RoundingBound::Scale of the outer fit
  };

  // `features` (n, p) by position, about any origin. `segment_sums`: their sums over each segment,
  // from SegmentFeatureSums. `fold`: index into segments.folds. `back`: Bf16Features::back if
  // cross-products are in bf16, else null. Errors: ABORTED with NeedsDouble if single precision is
  // not accurate enough for the features, INTERNAL for a numerical failure.
  static absl::StatusOr<RegressionByTarget> Make(const ColMatrix<T>& features,
                                                 const std::vector<FeatureSums>& segment_sums,
                                                 const Segments& segments, int fold,
                                                 const FeatureScaling& scaling,
                                                 const AlignmentSpec& spec, const Matrix* back);

  // The steps of FoldRegression.
  absl::Status Rotate(const TargetColumns<T>& targets, const WordsAndSums<T>& sums,
                      Buffers& buffers, Cross& cross) const;
  ChosenAlphas Choose(const AlignmentSpec& spec, const TargetColumns<T>& targets,
                      const Cross& cross, Buffers& buffers) const;
  void Solve(const std::vector<double>& alphas, const Cross& cross, const ChosenAlphas& chosen,
             Solution& solution) const;
  const Evaluation& evaluation() const { return fit().evaluation(); }
  HeldOutSums Judge(const Solution& solution, const Evaluation& evaluation, const Cross& cross,
                    Buffers& buffers) const;
  // If T is double, targets whose scores rounding may have moved visibly are predicted word by
  // word. Their `held_out` stays as it is.
  void Bound(const AlignmentSpec& spec, const TargetColumns<T>& targets, const Cross& cross,
             const Solution& solution, FoldScores& scores) const;

  // The fit on the fold's training words.
  const Ridge& fit() const { return outer_.front(); }

  std::int64_t held_bytes() const;

 private:
  RegressionByTarget() = default;

  // Scores the targets `columns` from predictions of each test word, with coefficients `z` (p, m).
  void ScoreFromWords(const ColMatrix<T>& features, const AlignmentSpec& spec,
                      const TargetColumns<T>& targets, const RowMatrix<double>& z,
                      const std::vector<Eigen::Index>& columns, FoldScores& scores) const;

  // Raises error bounds of single precision to what follows from the derivatives of the scores.
  void BoundByDerivatives(const AlignmentSpec& spec, const TargetColumns<T>& targets,
                          const Cross& cross, const Solution& solution, FoldScores& scores) const;

  // Makes `criterion` accurate where alphas nearly tie. `error_bound` (A, m): of `criterion`.
  void SettleInDouble(const AlignmentSpec& spec, const TargetsWithCross<T>& targets,
                      const Criterion& error_bound, const SharedChoice* shared,
                      Criterion& criterion) const;

  // (columns) Scores of some targets at these alphas.
  Eigen::ArrayXd ScoresAt(const AlignmentSpec& spec, const TargetColumns<T>& targets,
                          const Cross& cross, const std::vector<Eigen::Index>& columns,
                          std::vector<int> alphas) const;

  // (candidates) Criteria from cross-products in double precision.
  Eigen::RowVectorXd SumsInDouble(const AlignmentSpec& spec, const TargetColumns<T>& targets,
                                  const Cross& cross, const TargetsWithCross<T>& all,
                                  const std::vector<AlphaCandidate>& candidates) const;

  // The same as SettleInDouble for cross-products in bf16, where the alphas that may be best lead
  // to other scores than `chosen` (m). `error_bound` (A, m): as in SettleInDouble.
  void SettleFromBf16(const AlignmentSpec& spec, const TargetColumns<T>& targets,
                      const Cross& cross, const TargetsWithCross<T>& all,
                      const Criterion& error_bound, const SharedChoice* shared,
                      const std::vector<int>& chosen, Criterion& criterion) const;

  FoldSets sets_;                              // the words of the fold
  RoundingBound::Errors errors_;               // of the cross-products
  PerSet<Vector> means_;                       // (p) of the features in each set
  std::vector<std::int32_t> test_positions_;   // empty if test words are never predicted one by one
  std::vector<std::int32_t> train_positions_;  // empty unless fit() is factorised
  bool predicts_words_ = false;                // all targets; only if T is double
  RoundingBound rounding_;                     // of the outer fit
  double explains_ = 0;                        // ExplainedErrorBound of the outer fit, for gcv
  Eigen::ArrayXd residual_error_;              // (A) ResidualErrorBounds of the same
  std::vector<Ridge> outer_;                   // one: the outer fit
  std::vector<InnerFit> inner_;                // (J) for selection blocked, else empty
  std::optional<LeaveOneOut<T>> leave_one_out_;  // for selection loo with several alphas
};

// Bytes that the regressions of all outer folds hold; further bytes that Make needs while it runs;
// and further bytes that ChooseAndScore needs for `targets` targets, beside their cross-products.
double RegressionsByTargetBytes(const ProblemSize& size, double features);
double MakeRegressionByTargetBytes(const ProblemSize& size, double features);
double ScoreByTargetBytes(const ProblemSize& size, double features, double targets);
// Bytes that ChooseAndScore needs besides if the cross-products are in bf16.
double SettleFromBf16Bytes(const ProblemSize& size, double features, double targets);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_REGRESSION_BY_TARGET_H_
