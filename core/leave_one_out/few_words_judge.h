#ifndef BRAINALIGN_CORE_LEAVE_ONE_OUT_FEW_WORDS_JUDGE_H_
#define BRAINALIGN_CORE_LEAVE_ONE_OUT_FEW_WORDS_JUDGE_H_

#include <vector>

#include "core/leave_one_out/contest_errors.h"
#include "core/leave_one_out/leverage.h"
#include "core/problem/segments.h"
#include "core/ridge/alpha_choice.h"

namespace brainalign {

// Judges contests where words are few enough to keep all weights and turned words. As
// ManyWordsJudge, but that the weights are known.
class FewWordsJudge final : public ContestJudge {
 public:
  // `sets`: whose training words were fitted. `residual_squares` (A, m): sums of squared residuals.
  // All must outlive the object.
  FewWordsJudge(const ContestInputs<double>& inputs, const FoldSets& sets,
                const LeaveOneOutWeights<double>& weights, const Criterion& residual_squares)
      : inputs_(inputs), sets_(sets), weights_(weights), residual_squares_(residual_squares) {}

  ContestErrors Nearly(const std::vector<Contest>& contests) const override;
  Eigen::RowVectorXd Exactly(const std::vector<Contest>& contests) const override {
    return ErrorsInDoublePrecision(inputs_, weights_.excess, contests);
  }

 private:
  const ContestInputs<double> inputs_;
  const FoldSets& sets_;
  const LeaveOneOutWeights<double>& weights_;
  const Criterion& residual_squares_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LEAVE_ONE_OUT_FEW_WORDS_JUDGE_H_
