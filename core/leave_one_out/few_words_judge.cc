#include "core/leave_one_out/few_words_judge.h"

#include <algorithm>
#include <cmath>

#include "core/leave_one_out/contest_groups.h"
#include "core/ridge/coefficient_loops.h"

namespace brainalign {
namespace {

constexpr Eigen::Index kRowsAtOnce = 512;
// Of a residual's square, in single precision; and of a sum of squares in double precision.
constexpr double kSquareRounding = 3e-7;
constexpr double kSumRounding = 1e-13;

}  // namespace

ContestErrors FewWordsJudge::Nearly(const std::vector<Contest>& contests) const {
  const TargetStatistics& train = inputs_.train;
  const double n = train.count;
  const double together = kDoubt / std::sqrt(n);
  const LeaveOneOutMoments& moments = weights_.moments;
  const ColMatrix<float> differences =
      (weights_.excess.rowwise() - moments.mean.transpose()).cast<float>();
  const auto count = static_cast<Eigen::Index>(contests.size());
  ContestErrors errors = {Eigen::RowVectorXd(count), Eigen::RowVectorXd(count)};
  RowMatrix<float> predicted;
  Eigen::Index at = 0;
  for (const ContestGroup& group : GroupContests(inputs_, contests)) {
    Eigen::ArrayXd squares = Eigen::ArrayXd::Zero(group.size());
    Eigen::ArrayXd weighted = Eigen::ArrayXd::Zero(group.size());
    for (const auto& [begin, end] : TrainRanges(sets_)) {
      for (Eigen::Index row = begin; row < end; row += kRowsAtOnce) {
        const Eigen::Index size = std::min<Eigen::Index>(kRowsAtOnce, end - row);
        predicted.resize(size, group.size());
        predicted.noalias() =
            weights_.turned.middleRows(row, size).leftCols(group.directions) * group.solutions;
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
      errors.sum(at) = factor * residual + weighted(c);
      const double value = train.squares(target) + n * train.mean(target) * train.mean(target);
      const double lost = std::sqrt(group.lost(c)) +
                          kPredictionRounding * std::sqrt(group.predicted(c)) +
                          kValueRounding * std::sqrt(value);
      errors.doubt(at) =
          together * moments.deviation(alpha) *
              (lost * (2.0 * std::sqrt(residual) + lost) + kSquareRounding * residual) +
          factor * kSumRounding * value;
    }
  }
  return errors;
}

}  // namespace brainalign
