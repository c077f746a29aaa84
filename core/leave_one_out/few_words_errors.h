#ifndef BRAINALIGN_CORE_LEAVE_ONE_OUT_FEW_WORDS_ERRORS_H_
#define BRAINALIGN_CORE_LEAVE_ONE_OUT_FEW_WORDS_ERRORS_H_

#include <vector>

#include "core/leave_one_out/candidate_errors.h"
#include "core/leave_one_out/leverage.h"
#include "core/problem/segments.h"
#include "core/ridge/alpha_choice.h"

namespace brainalign {

// The CandidateErrors of LeaveOneOut<double>: for up to 2,048 words, or with precision double. As
// ManyWordsErrors, but the weights and the rotated words were computed beforehand, by
// MakeLeaveOneOutWeights.
class FewWordsErrors final : public CandidateErrors {
 public:
  // `sets`: of the fold whose training words were fitted. `residual_squares` (A, m): residual sums
  // of squares. `sum_bound` (A, m): BoundOfWeightedSums. `of_left_out` (A, m):
  // LeftOutWords::Errors. All must outlive the object.
  FewWordsErrors(const CandidateInputs<double>& inputs, const FoldSets& sets,
                 const LeaveOneOutWeights<double>& weights, const Criterion& residual_squares,
                 const Criterion& sum_bound, const Criterion& of_left_out)
      : inputs_(inputs),
        sets_(sets),
        weights_(weights),
        residual_squares_(residual_squares),
        sum_bound_(sum_bound),
        of_left_out_(of_left_out) {}

  int levels() const override { return 2; }
  CandidateCriteria At(int level, const std::vector<AlphaCandidate>& candidates) const override {
    return level == 0 ? Approximately(candidates) : Exactly(candidates);
  }

 private:
  CandidateCriteria Approximately(const std::vector<AlphaCandidate>& candidates) const;
  CandidateCriteria Exactly(const std::vector<AlphaCandidate>& candidates) const;

  const CandidateInputs<double> inputs_;
  const FoldSets& sets_;
  const LeaveOneOutWeights<double>& weights_;
  const Criterion& residual_squares_;
  const Criterion& sum_bound_;
  const Criterion& of_left_out_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LEAVE_ONE_OUT_FEW_WORDS_ERRORS_H_
