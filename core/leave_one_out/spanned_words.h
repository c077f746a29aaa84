#ifndef BRAINALIGN_CORE_LEAVE_ONE_OUT_SPANNED_WORDS_H_
#define BRAINALIGN_CORE_LEAVE_ONE_OUT_SPANNED_WORDS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "core/leave_one_out/candidate_errors.h"
#include "core/leave_one_out/leverage.h"
#include "core/linalg/matrix_types.h"
#include "core/problem/segments.h"
#include "core/ridge/ridge.h"

namespace brainalign {

// The rest of 1 that the leverages leave, and residuals, where a fit reproduces many of its
// training words but for the penalty (docs/method.md, "Fits that interpolate"). This is so with no
// more training words than features and a small alpha. Then both are differences that rounding
// decides. Without cancellation they are
//   1 - h_i = d_i + sum_j t_ij^2 / v_j a / (v_j + a),   d_i = 1 - 1/n - sum_j t_ij^2 / v_j,
//   e_i     = p_i + sum_j t_ij b_j / v_j a / (v_j + a), p_i = y_i - sum_j t_ij b_j / v_j,
// over the directions j that are more than rounding. v are the eigenvalues of the fit, t the
// rotated features of word i and y its target, both about the training mean, b the rotated
// cross-products, a the alpha and n the count of training words. d and p are the parts of a word
// and of its target that no features span.
class SpannedWords {
 public:
  SpannedWords() = default;
  // `ridge`: the fit on the training words of `sets`, with Ridge::Basis::kEigen, from `features`
  // (n, p). `alphas` (A) ascending.
  SpannedWords(const Ridge& ridge, const Matrix& features, const FoldSets& sets,
               const std::vector<double>& alphas);

  // Without words there is nothing that cancels, and the object is not used.
  bool empty() const { return rest_.size() == 0; }
  // (n, A) By position: 1 - h of training words; infinity for other words.
  const RowMatrix<double>& rest() const { return rest_; }
  // Leave-one-out errors, sums over the training words. The arguments' fit, features and alphas are
  // those of the constructor.
  Eigen::RowVectorXd Errors(const CandidateInputs<double>& inputs,
                            const std::vector<AlphaCandidate>& candidates) const;
  std::int64_t held_bytes() const;

 private:
  // `inverse_`: a direction is more than rounding if the words vary along it as its eigenvalue
  // says.
  Vector InverseOf(const Ridge& ridge, const Matrix& features) const;
  Eigen::RowVectorXd SumErrors(const CandidateInputs<double>& inputs,
                               const std::vector<AlphaCandidate>& candidates) const;

  std::vector<std::pair<std::int32_t, std::int32_t>> ranges_;  // of training words
  Vector inverse_;  // (p) 1 / v, or 0 along directions that are rounding
  RowMatrix<double> rest_;
  // (n) By position: 1 where the features do not span a word, else 0: what is left is rounding.
  Vector unspanned_;
};

// The CandidateErrors of such a fit. Nothing is estimated.
class SpannedErrors final : public CandidateErrors {
 public:
  // Both must outlive the object.
  SpannedErrors(const CandidateInputs<double>& inputs, const SpannedWords& words)
      : inputs_(inputs), words_(words) {}

  int levels() const override { return 1; }
  CandidateCriteria At(int /*level*/,
                       const std::vector<AlphaCandidate>& candidates) const override {
    return {words_.Errors(inputs_, candidates),
            Eigen::RowVectorXd::Zero(static_cast<Eigen::Index>(candidates.size()))};
  }

 private:
  const CandidateInputs<double>& inputs_;
  const SpannedWords& words_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LEAVE_ONE_OUT_SPANNED_WORDS_H_
