#include "core/inference/order_test.h"

#include <cstddef>

#include "core/inference/block_draws.h"
#include "core/inference/curve_times.h"
#include "core/linalg/lapack.h"

namespace brainalign {

absl::StatusOr<std::vector<double>> CommonTimeCourse(const std::vector<double>& score,
                                                     std::size_t layers) {
  // A copy, since the order of Eigen's sums depends on where memory begins: the bits shall not.
  const RowMatrix<double> matrix =
      Eigen::Map<const RowMatrix<double>>(score.data(), static_cast<Eigen::Index>(layers),
                                          static_cast<Eigen::Index>(score.size() / layers));
  Vector values;
  Matrix vectors;
  const Matrix gram = matrix * matrix.transpose();
  if (absl::Status status = SymmetricEigen(gram, values, vectors); !status.ok()) return status;
  // u_1 is the leading eigenvector of R R', and s_1 v_1' = u_1' R.
  const Vector gain = vectors.rightCols(1);
  const RowMatrix<double> common = gain * (gain.transpose() * matrix);
  return std::vector<double>(common.data(), common.data() + common.size());
}

absl::StatusOr<OrderTest> TestOrder(const ScoreMatrix& seen, const BlockInfluence& influence,
                                    std::uint64_t seed, int draws) {
  const auto times_of = [&](CurveTime curve_time, const double* matrix) {
    return TimesOfLayers(curve_time, matrix, seen.layers(), seen.times_seconds);
  };
  OrderTest test;
  test.t_half = times_of(HalfMaximumTime, seen.score.data());
  const DepthTrend by_half = TrendSeen(test.t_half, seen.depth, FloatRounding(seen.times_seconds));
  test.half_score = by_half.score;
  test.half_slope = by_half.slope;
  const absl::StatusOr<std::vector<double>> common = CommonTimeCourse(seen.score, seen.layers());
  if (!common.ok()) return common.status();
  double squares = 0;
  double common_squares = 0;
  for (std::size_t cell = 0; cell < seen.score.size(); ++cell) {
    squares += seen.score[cell] * seen.score[cell];
    common_squares += (*common)[cell] * (*common)[cell];
  }
  if (squares > 0) test.common_share = common_squares / squares;
  if (draws == 0 || influence.degrees_of_freedom < 1) return test;
  std::vector<double> peak_scores;
  std::vector<double> half_scores;
  std::vector<double> drawn(seen.score.size());
  ForEachDraw(influence.values, seed, draws, [&](const double* noise) {
    for (std::size_t cell = 0; cell < drawn.size(); ++cell) {
      drawn[cell] = (*common)[cell] + noise[cell];
    }
    peak_scores.push_back(DepthCorrelation(times_of(PeakTime, drawn.data()), seen.depth));
    half_scores.push_back(DepthCorrelation(times_of(HalfMaximumTime, drawn.data()), seen.depth));
  });
  const DepthTrend by_peak = TrendSeen(times_of(PeakTime, seen.score.data()), seen.depth,
                                       TimeRoundingSeconds(seen.times_seconds));
  test.p_temporal_score = TwoSidedExceedanceP(peak_scores, by_peak.score);
  test.p_half_score = TwoSidedExceedanceP(half_scores, test.half_score);
  return test;
}

}  // namespace brainalign
