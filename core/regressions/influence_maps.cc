#include "core/regressions/influence_maps.h"

#include <utility>

#include "core/linalg/single_range.h"
#include "core/ridge/rounding_bound.h"

namespace brainalign {

void MomentFunction::Add(double sign, const RowMatrix<double>& of, const Vector& mean_x,
                         const Vector& mean_y) {
  const Vector along_y = of.transpose() * mean_x;
  product += sign * of;
  y -= sign * along_y;
  x -= sign * (of * mean_y);
  one += sign * along_y.dot(mean_y);
}

void QuadraticFunction::Add(double sign, const RowMatrix<double>& of, const Vector& mean) {
  const Vector right = of * mean;
  form += sign * of;
  x += sign * (right + of.transpose() * mean);
  one -= sign * mean.dot(right);
}

template <typename T>
FoldMaps MakeFoldMaps(const RegressionByTarget<T>& regression, const std::vector<double>& values,
                      const PerSet<CentredFeatures>& moments, const PerSet<CrossSums>& cross,
                      const FoldTargets& targets, std::vector<int> alphas) {
  const Ridge& ridge = regression.fit();
  const auto columns = static_cast<Eigen::Index>(alphas.size());
  const ChosenAlphas chosen = {std::move(alphas), Flags::Constant(columns, false)};
  typename RegressionByTarget<T>::Cross turned;
  RowMatrix<double> solved;
  const auto solve = [&](const RowMatrix<double>& right) -> RowMatrix<double> {
    turned.train = ridge.Rotate(right);
    regression.Solve(values, turned, chosen, solved);
    return ridge.rotation() * solved;
  };
  FoldMaps maps;
  maps.weights = solve(CentredCross(cross.train, moments.train.mean, targets.train));
  const RowMatrix<double> of_test = CentredCross(cross.test, moments.test.mean, targets.test);
  const RowMatrix<double> turned_test = moments.test.gram * maps.weights;
  const Eigen::ArrayXd ff =
      maps.weights.cwiseProduct(turned_test).colwise().sum().transpose().array();
  const Eigen::ArrayXd yf = maps.weights.cwiseProduct(of_test).colwise().sum().transpose().array();
  const Eigen::ArrayXd& yy = targets.test.squares;
  const Flags varies = yy > 0.0 && ff > 0.0;
  const Eigen::ArrayXd inverse = varies.select((yy * ff).sqrt().inverse(), 0.0);
  const Eigen::ArrayXd r = yf * inverse;
  maps.over_yy = varies.select(r / yy, 0.0);
  maps.over_ff = varies.select(r / ff, 0.0);
  maps.scaled = maps.weights * inverse.matrix().asDiagonal();
  RowMatrix<double> slope = of_test * inverse.matrix().asDiagonal();
  slope -= turned_test * maps.over_ff.matrix().asDiagonal();
  maps.gradient = solve(slope);
  maps.train_mean = targets.train.mean.matrix();
  maps.test_mean = targets.test.mean.matrix();
  return maps;
}

double ErrorOfRefit(const FoldMaps& maps, const CentredFeatures& train,
                    const TargetStatistics& targets) {
  const Eigen::ArrayXd along =
      (maps.gradient.array().square().colwise() * train.gram.diagonal().array())
          .colwise()
          .sum()
          .transpose();
  return kUnitRoundoff<float> * (along * targets.squares).sqrt().sum();
}

template FoldMaps MakeFoldMaps<float>(const RegressionByTarget<float>&, const std::vector<double>&,
                                      const PerSet<CentredFeatures>&, const PerSet<CrossSums>&,
                                      const FoldTargets&, std::vector<int>);
template FoldMaps MakeFoldMaps<double>(const RegressionByTarget<double>&,
                                       const std::vector<double>&, const PerSet<CentredFeatures>&,
                                       const PerSet<CrossSums>&, const FoldTargets&,
                                       std::vector<int>);

}  // namespace brainalign
