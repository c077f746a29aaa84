#include "core/leave_one_out/concentration.h"

#include <cmath>

#include "core/leave_one_out/candidate_errors.h"
#include "core/leave_one_out/leverage.h"
#include "core/ridge/coefficient_loops.h"

namespace brainalign {
namespace {

// If fewer words than this make up the squares, they are few.
constexpr double kFewWords = 64;

}  // namespace

template <typename T>
Eigen::ArrayXd Concentration(const RowMatrixRef<T>& targets, const TargetStatistics& train,
                             const FoldSets& sets) {
  const Eigen::Array<T, Eigen::Dynamic, 1> mean = train.mean.cast<T>();
  const Eigen::Array<T, Eigen::Dynamic, 1> scale =
      (train.squares > 0.0).select((train.count / train.squares).sqrt(), 0.0).cast<T>();
  Eigen::ArrayXd fourths = Eigen::ArrayXd::Zero(targets.cols());
  for (const auto& [begin, end] : TrainRanges(sets)) {
    AddFourthPowers(Size(end - begin), Size(targets.cols()), targets.row(begin).data(),
                    Size(targets.outerStride()), mean.data(), scale.data(), fourths.data());
  }
  return fourths / train.count;
}

Criterion BoundOfWeightedSums(const Eigen::ArrayXd& concentration, const TargetStatistics& train,
                              const Criterion& residual_squares) {
  const double n = train.count;
  const double together = kBoundDeviations / std::sqrt(n);
  Criterion bound = Criterion::Constant(residual_squares.rows(), residual_squares.cols(), together);
  for (Eigen::Index a = 0; a < bound.rows(); ++a) {
    for (Eigen::Index target = 0; target < bound.cols(); ++target) {
      const double left = residual_squares(a, target) / train.squares(target);
      // Also where nothing is left.
      const double of_residuals =
          left * left * n > concentration(target) ? concentration(target) / (left * left) : n;
      if (of_residuals <= kUsualKurtosis) continue;
      bound(a, target) = of_residuals * kFewWords > n
                             ? std::sqrt(of_residuals)
                             : together * std::sqrt(of_residuals / kUsualKurtosis);
    }
  }
  return bound;
}

template Eigen::ArrayXd Concentration<float>(const RowMatrixRef<float>&, const TargetStatistics&,
                                             const FoldSets&);
template Eigen::ArrayXd Concentration<double>(const RowMatrixRef<double>&, const TargetStatistics&,
                                              const FoldSets&);

}  // namespace brainalign
