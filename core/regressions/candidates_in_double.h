#ifndef BRAINALIGN_CORE_REGRESSIONS_CANDIDATES_IN_DOUBLE_H_
#define BRAINALIGN_CORE_REGRESSIONS_CANDIDATES_IN_DOUBLE_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "core/problem/problem_size.h"
#include "core/problem/segments.h"
#include "core/regressions/inner_fits.h"
#include "core/ridge/near_ties.h"
#include "core/ridge/rounding_bound.h"

namespace brainalign {

// Criteria of single alphas of single targets, where those of words in single precision nearly tie
// (docs/method.md, "What rounding may do"). The levels:
//   0  in double precision, from the cross-products as they are. The error bound is the effect of
//      their rounding: of the derivative of the criterion with respect to each, times its error.
//   1  from cross-products of these targets alone, which are summed in double precision
//
// What is given to a constructor must outlive the object.
class BlockedCandidates final : public CandidateErrors {
 public:
  // `sets`: the words of the outer fold. `errors`: of the cross-products. `left_out`: an inner fold
  // whose errors are not in the criterion, or none.
  BlockedCandidates(const std::vector<InnerFit>& fits, const TargetsWithCross<float>& targets,
                    const FoldSets& sets, const std::vector<double>& alphas,
                    const RoundingBound::Errors& errors, std::optional<std::size_t> left_out = {})
      : fits_(fits),
        targets_(targets),
        sets_(sets),
        alphas_(alphas),
        errors_(errors),
        left_out_(left_out) {}

  int levels() const override { return 2; }
  CandidateCriteria At(int level, const std::vector<AlphaCandidate>& candidates) const override;

 private:
  CandidateCriteria Of(int level, const std::vector<AlphaCandidate>& candidates) const;

  const std::vector<InnerFit>& fits_;
  const TargetsWithCross<float>& targets_;
  const FoldSets& sets_;
  const std::vector<double>& alphas_;
  const RoundingBound::Errors& errors_;
  const std::optional<std::size_t> left_out_;
};

// The same for selection gcv.
class GcvCandidates final : public CandidateErrors {
 public:
  // `fit`: on all training words.
  GcvCandidates(const Ridge& fit, const TargetsWithCross<float>& targets, const FoldSets& sets,
                const std::vector<double>& alphas, const RoundingBound::Errors& errors)
      : fit_(fit), targets_(targets), sets_(sets), alphas_(alphas), errors_(errors) {}

  int levels() const override { return 2; }
  CandidateCriteria At(int level, const std::vector<AlphaCandidate>& candidates) const override;

 private:
  CandidateCriteria Of(int level, const std::vector<AlphaCandidate>& candidates) const;

  const Ridge& fit_;
  const TargetsWithCross<float>& targets_;
  const FoldSets& sets_;
  const std::vector<double>& alphas_;
  const RoundingBound::Errors& errors_;
};

// Bytes that either needs while it computes.
double CandidatesInDoubleBytes(const ProblemSize& size, double features);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_CANDIDATES_IN_DOUBLE_H_
