#ifndef BRAINALIGN_CORE_LEAVE_ONE_OUT_MANY_WORDS_JUDGE_H_
#define BRAINALIGN_CORE_LEAVE_ONE_OUT_MANY_WORDS_JUDGE_H_

#include <vector>

#include "core/leave_one_out/contest_errors.h"
#include "core/leave_one_out/leverage.h"
#include "core/problem/segments.h"
#include "core/ridge/alpha_choice.h"

namespace brainalign {

// Judges contests where words are many. What the weights' differences from their mean add to a
// target's error,
//   sum_i weight_i r_i^2 = (1 + k) sum_i r_i^2 + sum_i d_i r_i^2,   sum_i d_i = 0,
// is a small share of it, so that few digits of d and r are enough. Both are worked out
// in the fit's leading directions alone: those with eigenvalues well below alpha add to a leverage
// about in proportion to the word's length in them, and next to nothing to a prediction.
// docs/method.md, "Leave-one-out", says what bounds the error.
class ManyWordsJudge final : public ContestJudge {
 public:
  // `sets`: whose training words were fitted. `sample`: of SampleLeverages. `residual_squares`
  // (A, m): sums of squared residuals. All must outlive the object.
  ManyWordsJudge(const ContestInputs<float>& inputs, const FoldSets& sets,
                 const LeverageSample& sample, const Criterion& residual_squares)
      : inputs_(inputs), sets_(sets), sample_(sample), residual_squares_(residual_squares) {}

  ContestErrors Nearly(const std::vector<Contest>& contests) const override;
  Eigen::RowVectorXd Exactly(const std::vector<Contest>& contests) const override;

 private:
  const ContestInputs<float> inputs_;
  const FoldSets& sets_;
  const LeverageSample& sample_;
  const Criterion& residual_squares_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LEAVE_ONE_OUT_MANY_WORDS_JUDGE_H_
