#include "core/regressions/influence_maps.h"

#include <type_traits>
#include <utility>

#include "core/linalg/float_product.h"
#include "core/linalg/single_range.h"
#include "core/ridge/coefficient_loops.h"
#include "core/ridge/rounding_bound.h"

namespace brainalign {
namespace {

// (m) Sums over the rows of left * right.
Eigen::ArrayXd ColumnProducts(const RowMatrix<double>& left, const RowMatrix<double>& right) {
  Eigen::ArrayXd sums = Eigen::ArrayXd::Zero(left.cols());
  AddColumnProducts(Size(left.rows()), Size(left.cols()), left.data(), right.data(), sums.data());
  return sums;
}

// (m) The Gram matrix of the test words, in the basis of the fit, times `z` (p, m).
RowMatrix<double> TimesTestGram(const Ridge& ridge, const CentredFeatures& test,
                                const RowMatrix<double>& z) {
  RowMatrix<double> product(z.rows(), z.cols());
  const EvaluationMoments& evaluation = ridge.evaluation();
  if (evaluation.form == EvaluationMoments::Form::kGram) {
    product.noalias() = evaluation.values * z;
    return product;
  }
  product.noalias() = ridge.rotation() * z;
  return ridge.Rotate(test.gram * product);
}

// Maps of the features (p, m) whose coefficients in the basis are `z`.
template <typename T>
RowMatrix<T> TurnBack(const Matrix& rotation, const RowMatrix<double>& z) {
  RowMatrix<T> maps(rotation.rows(), z.cols());
  if constexpr (std::is_same_v<T, float>) {
    const RowMatrix<float> in_single = rotation.cast<float>();
    const RowMatrix<float> coefficients = z.cast<float>();
    MultiplyFloat(ByRows(in_single), ByRows(coefficients), maps);
  } else {
    maps.noalias() = rotation * z;
  }
  return maps;
}

// (m) Sums over the rows of `map` of weight(row) times their squares.
Eigen::ArrayXd WeightedSquares(const RowMatrix<float>& map, const Vector& weight) {
  Eigen::ArrayXd sums = Eigen::ArrayXd::Zero(map.cols());
  AddWeightedColumnSquares(Size(map.rows()), Size(map.cols()), weight.data(), map.data(),
                           sums.data());
  return sums;
}

// What rounding of the weights of a map may move its predictions by.
class MapRounding {
 public:
  // The coefficients `z` in the basis `rotation` make up `map`. Both must outlive the object.
  MapRounding(const RowMatrix<float>& map, const Matrix& rotation, const RowMatrix<double>& z)
      : map_(map), rotation_(rotation), coefficients_(ColumnProducts(z, z)) {}

  // (m) Squares of it, summed over the words of `set`, in units of the roundoff. A weight has the
  // rounding of its own, and that of the rotation from the coefficients, whose terms may cancel.
  Eigen::ArrayXd SquaresAlong(const CentredFeatures& set) const {
    const Vector spread = set.gram.diagonal();
    const double rotated = (spread.transpose() * rotation_.cwiseAbs2()).sum();
    return WeightedSquares(map_, spread) + rotated * coefficients_;
  }

 private:
  const RowMatrix<float>& map_;
  const Matrix& rotation_;
  const Eigen::ArrayXd coefficients_;
};

}  // namespace

template <typename T>
FoldMaps<T> MakeFoldMaps(const RegressionByTarget<T>& regression, const std::vector<double>& values,
                         const PerSet<CentredFeatures>& moments, const PerSet<CrossSums>& cross,
                         const FoldTargets& targets, std::vector<int> alphas) {
  const Ridge& ridge = regression.fit();
  const auto columns = static_cast<Eigen::Index>(alphas.size());
  const ChosenAlphas chosen = {std::move(alphas), Flags::Constant(columns, false)};
  typename RegressionByTarget<T>::Cross rotated;
  RowMatrix<double> z;  // w in the basis of the fit
  rotated.train = ridge.Rotate(CentredCross(cross.train, moments.train.mean, targets.train));
  regression.Solve(values, rotated, chosen, z);
  RowMatrix<double> slope = ridge.Rotate(CentredCross(cross.test, moments.test.mean, targets.test));
  const RowMatrix<double> of_gram = TimesTestGram(ridge, moments.test, z);
  const Eigen::ArrayXd ff = ColumnProducts(z, of_gram);
  const Eigen::ArrayXd yf = ColumnProducts(z, slope);
  const Eigen::ArrayXd& yy = targets.test.squares;
  const Flags varies = yy > 0.0 && ff > 0.0;
  FoldMaps<T> maps;
  maps.inverse = varies.select((yy * ff).sqrt().inverse(), 0.0);
  const Eigen::ArrayXd r = yf * maps.inverse;
  maps.over_yy = varies.select(r / yy, 0.0);
  maps.over_ff = varies.select(r / ff, 0.0);
  slope.array().rowwise() *= maps.inverse.transpose();
  slope.array() -= of_gram.array().rowwise() * maps.over_ff.transpose();
  rotated.train.swap(slope);
  RowMatrix<double> g;  // h in the basis of the fit
  regression.Solve(values, rotated, chosen, g);
  maps.weights = TurnBack<T>(ridge.rotation(), z);
  maps.gradient = TurnBack<T>(ridge.rotation(), g);
  maps.train_mean = targets.train.mean.matrix();
  maps.test_mean = targets.test.mean.matrix();
  maps.error = Eigen::ArrayXd::Zero(columns);
  if constexpr (std::is_same_v<T, float>) {
    const MapRounding of_weights(maps.weights, ridge.rotation(), z);
    const MapRounding of_gradient(maps.gradient, ridge.rotation(), g);
    const Eigen::ArrayXd refit =
        of_gradient.SquaresAlong(moments.train).sqrt() *
        (targets.train.squares.sqrt() + of_weights.SquaresAlong(moments.train).sqrt());
    const Eigen::ArrayXd share = varies.select(of_weights.SquaresAlong(moments.test) / ff, 0.0);
    maps.error = kUnitRoundoff<float> * (refit + share.sqrt() + r.abs() * share);
  }
  return maps;
}

FoldMapsBytes BytesOfFoldMaps(double value_bytes, double features, double columns) {
  const double matrix = features * columns;
  // Cross-products of both sets, in the basis and as a part of them; solutions; products with the
  // Gram matrix; a rotation in single precision.
  return {8 * 8 * matrix + 4 * matrix + 4 * features * features, 2 * value_bytes * matrix};
}

template FoldMaps<float> MakeFoldMaps<float>(const RegressionByTarget<float>&,
                                             const std::vector<double>&,
                                             const PerSet<CentredFeatures>&,
                                             const PerSet<CrossSums>&, const FoldTargets&,
                                             std::vector<int>);
template FoldMaps<double> MakeFoldMaps<double>(const RegressionByTarget<double>&,
                                               const std::vector<double>&,
                                               const PerSet<CentredFeatures>&,
                                               const PerSet<CrossSums>&, const FoldTargets&,
                                               std::vector<int>);

}  // namespace brainalign
