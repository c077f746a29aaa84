#ifndef BRAINALIGN_CORE_LEAVE_ONE_OUT_MANY_WORDS_ERRORS_H_
#define BRAINALIGN_CORE_LEAVE_ONE_OUT_MANY_WORDS_ERRORS_H_

#include <vector>

#include "core/leave_one_out/candidate_errors.h"
#include "core/leave_one_out/leverage.h"
#include "core/problem/segments.h"
#include "core/ridge/alpha_choice.h"

namespace brainalign {

// The CandidateErrors of LeaveOneOut<float>: for more than 2,048 words. A target's error is
//   sum_i weight_i r_i^2 = (1 + k) sum_i r_i^2 + sum_i d_i r_i^2,   sum_i d_i = 0,
// with r the residuals, 1 + k the mean weight and d the weights' differences from it. The second
// sum is a small share of the error, so few digits of d and r suffice. Level 0 computes both from
// the fit's leading directions alone. Directions with eigenvalues well below alpha contribute
// almost nothing to a prediction, and to a leverage roughly in proportion to the word's squared
// length in them. docs/method.md, "Leave-one-out", gives the bound on the error.
class ManyWordsErrors final : public CandidateErrors {
 public:
  // `sets`: of the fold whose training words were fitted. `sample`: from SampleLeverages.
  // `residual_squares` (A, m): residual sums of squares. `sum_bound` (A, m): BoundOfWeightedSums.
  // All must outlive the object.
  ManyWordsErrors(const CandidateInputs<float>& inputs, const FoldSets& sets,
                  const LeverageSample& sample, const Criterion& residual_squares,
                  const Criterion& sum_bound);

  int levels() const override { return 3; }
  CandidateCriteria At(int level, const std::vector<AlphaCandidate>& candidates) const override;

 private:
  CandidateCriteria Approximately(const std::vector<AlphaCandidate>& candidates) const;
  CandidateCriteria Exactly(const std::vector<AlphaCandidate>& candidates) const;
  // How far rounding of the cross-products may move the residual sum of squares of the target.
  double ProductRounding(int target, double slope) const;

  const CandidateInputs<float> inputs_;
  const FoldSets& sets_;
  const LeverageSample& sample_;
  const Criterion& residual_squares_;
  const Criterion& sum_bound_;
  double product_rounding_ = 0;  // of each cross-product, as a share of the target's length
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LEAVE_ONE_OUT_MANY_WORDS_ERRORS_H_
