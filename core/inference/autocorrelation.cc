#include "core/inference/autocorrelation.h"

#include <algorithm>
#include <utility>

namespace brainalign {

bool IsRounding(double squares, double given_squares) {
  constexpr double kRoundingShare = 1e-24;
  return !(squares > kRoundingShare * given_squares);
}

std::optional<Autocorrelation> AutocorrelationOf(const std::vector<Words>& sessions,
                                                 const Matrix& columns) {
  std::vector<Matrix> centred;
  Eigen::Index longest = 0;
  double squares = 0;
  double uncentred_squares = 0;
  for (const Words& members : sessions) {
    Matrix part = columns(members, Eigen::all);
    uncentred_squares += part.squaredNorm();
    part.rowwise() -= part.colwise().mean().eval();
    squares += part.squaredNorm();
    longest = std::max(longest, part.rows());
    centred.push_back(std::move(part));
  }
  if (IsRounding(squares, uncentred_squares)) return std::nullopt;
  const auto at_lag = [&](Eigen::Index lag) {
    double products = 0;
    for (const Matrix& part : centred) {
      if (part.rows() <= lag) continue;
      const Eigen::Index pairs = part.rows() - lag;
      products += part.topRows(pairs).cwiseProduct(part.bottomRows(pairs)).sum();
    }
    return products / squares;
  };
  Autocorrelation result;
  result.lag_1 = at_lag(1);
  for (Eigen::Index lag = 1; lag <= longest / 4; ++lag) {
    const double value = lag == 1 ? result.lag_1 : at_lag(lag);
    if (!(value > 0)) break;
    result.integral_words += 2 * value;
  }
  return result;
}

}  // namespace brainalign
