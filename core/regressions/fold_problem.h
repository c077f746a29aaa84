#ifndef BRAINALIGN_CORE_REGRESSIONS_FOLD_PROBLEM_H_
#define BRAINALIGN_CORE_REGRESSIONS_FOLD_PROBLEM_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "core/leave_one_out/leave_one_out.h"
#include "core/moments/target_moments.h"
#include "core/problem/spec.h"
#include "core/ridge/alpha_choice.h"
#include "core/ridge/ridge.h"
#include "core/ridge/single_precision_judge.h"

namespace brainalign {

// Targets of one outer fold, m columns.
template <typename T>
struct TargetColumns {
  RowMatrixRef<T> values;  // (n, m), by position
  FoldTargets statistics;
  // (m) What the method calls the target's value where it equals its training
  // mean: cosine, which does not centre, needs it. In the units of `values`.
  Eigen::ArrayXd origin;
  // (m) Square of the factor that the method scales the target by, for summing
  // errors over targets.
  Eigen::ArrayXd weight;
  std::vector<ColumnGroup> groups;  // columns that share an alpha, if alphas are shared
};

struct FoldScores {
  Eigen::ArrayXd score;    // (m) on the test words; 0 for a constant target
  std::vector<int> alpha;  // (m) index of the alpha chosen
  std::int64_t constant_targets = 0;
};

// The regressions of one outer fold from one block of features: everything that
// does not depend on the targets is worked out once, in Make. The features themselves
// are not held.
template <typename T>
class FoldProblem {
 public:
  // `features` (n, p) by position, standardised about any origin. `segment_sums` are
  // their sums. With `zscore`, features are scaled to unit deviation over the fold's
  // training words.
  static absl::StatusOr<FoldProblem> Make(const ColMatrix<T>& features,
                                          const std::vector<FeatureSums>& segment_sums,
                                          const Segments& segments, int fold, bool zscore,
                                          const AlignmentSpec& spec);

  // Chooses alphas and scores the targets on the test words. `features` and `spec` as in
  // Make, `spec` but for what concerns targets alone.
  FoldScores Score(const ColMatrix<T>& features, const AlignmentSpec& spec,
                   const TargetColumns<T>& targets, const PerSet<CrossSums>& cross) const;

  // The fit on the fold's training words.
  const Ridge& fit() const { return outer_.front(); }

  std::int64_t held_bytes() const;

 private:
  // A fit on the words that an inner fold keeps; one of the two.
  struct InnerFit {
    std::optional<Ridge> ridge;
    std::optional<SinglePrecisionJudge> judge;
    std::vector<std::int32_t> positions;  // the held words, where they are judged directly
  };

  FoldProblem() = default;

  std::vector<int> ChooseAlphas(const ColMatrix<T>& features, const AlignmentSpec& spec,
                                const TargetColumns<T>& targets, const PerSet<CrossSums>& cross,
                                const RowMatrix<double>& b) const;

  // What Ridge::Predict takes of the targets of a fit's evaluation words; `positions`
  // are those words where they are judged directly.
  RowMatrix<double> ToJudge(const Ridge& ridge, const TargetColumns<T>& targets,
                            const CrossSums& cross, const Vector& feature_mean,
                            const TargetStatistics& statistics,
                            const std::vector<std::int32_t>& positions) const;

  PerSet<Vector> means_;                      // of the features in each set
  std::vector<std::int32_t> test_positions_;  // where they are judged directly
  std::vector<Ridge> outer_;                  // one
  std::vector<InnerFit> inner_;
  std::optional<LeaveOneOut<T>> leave_one_out_;  // where it chooses
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_FOLD_PROBLEM_H_
