#include "core/leave_one_out/few_words_errors.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/leave_one_out/candidate_groups.h"
#include "core/linalg/single_range.h"
#include "core/ridge/coefficient_loops.h"

namespace brainalign {
namespace {

// Of a residual's square, in single precision; and of a sum of squares in double precision.
constexpr double kSquareRounding = 3e-7;
constexpr double kSumRounding = 1e-13;

}  // namespace

CandidateCriteria FewWordsErrors::Approximately(
    const std::vector<AlphaCandidate>& candidates) const {
  const TargetStatistics& train = inputs_.train;
  const double n = train.count;
  const double together = kBoundDeviations / std::sqrt(n);
  const LeaveOneOutMoments& moments = weights_.moments;
  const ColMatrix<float> differences =
      (weights_.excess.rowwise() - moments.mean.transpose()).cast<float>();
  const auto count = static_cast<Eigen::Index>(candidates.size());
  CandidateCriteria errors = {Eigen::RowVectorXd(count), Eigen::RowVectorXd(count)};
  RowMatrix<float> predicted;
  Eigen::Index at = 0;
  for (const CandidateGroup& group : GroupCandidates(inputs_, candidates)) {
    Eigen::ArrayXd squares = Eigen::ArrayXd::Zero(group.size());
    Eigen::ArrayXd weighted = Eigen::ArrayXd::Zero(group.size());
    for (const auto& [begin, end] : TrainRanges(sets_)) {
      for (Eigen::Index row = begin; row < end; row += kJudgedRowsAtOnce) {
        const Eigen::Index size = std::min<Eigen::Index>(kJudgedRowsAtOnce, end - row);
        predicted.resize(size, group.size());
        predicted.noalias() =
            weights_.rotated.middleRows(row, size).leftCols(group.directions) * group.solutions;
        ForEachAlpha(group, [&](int alpha, std::size_t first, std::size_t width) {
          AddWeightedSquares(Size(size), width, predicted.data() + first, Size(predicted.cols()),
                             group.mean.data() + first, inputs_.targets.row(row).data(),
                             Size(inputs_.targets.outerStride()), group.target.data() + first,
                             differences.col(alpha).data() + row, squares.data() + first,
                             weighted.data() + first);
        });
      }
    }
    for (Eigen::Index c = 0; c < group.size(); ++c, ++at) {
      const int alpha = group.alpha[Size(c)];
      const int target = group.target[Size(c)];
      const double residual = residual_squares_(alpha, target);
      const double factor = 1.0 + moments.mean(alpha);
      errors.sum(at) = factor * residual + weighted(c) + of_left_out_(alpha, target);
      const double value = train.squares(target) + n * train.mean(target) * train.mean(target);
      const double lost = std::sqrt(group.lost(c)) +
                          kPredictionRounding * std::sqrt(group.predicted(c)) +
                          kValueRounding * std::sqrt(value);
      errors.error_bound(at) =
          moments.spread(alpha) * (together * lost * (2.0 * std::sqrt(residual) + lost) +
                                   sum_bound_(alpha, target) * kSquareRounding * residual) +
          factor * kSumRounding * value;
      // Single precision holds neither the target nor its residuals.
      if (!SingleHolds(Vector::Constant(1, std::sqrt(value / n)))) {
        errors.error_bound(at) = std::numeric_limits<double>::infinity();
      }
    }
  }
  return errors;
}

CandidateCriteria FewWordsErrors::Exactly(const std::vector<AlphaCandidate>& candidates) const {
  CandidateCriteria errors = ErrorsInDoublePrecision(inputs_, weights_.excess, candidates);
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    errors.sum(static_cast<Eigen::Index>(c)) +=
        of_left_out_(candidates[c].alpha, candidates[c].target);
  }
  return errors;
}

}  // namespace brainalign
