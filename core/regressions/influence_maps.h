#ifndef BRAINALIGN_CORE_REGRESSIONS_INFLUENCE_MAPS_H_
#define BRAINALIGN_CORE_REGRESSIONS_INFLUENCE_MAPS_H_

#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/moments/feature_moments.h"
#include "core/moments/target_moments.h"
#include "core/regressions/regression_by_target.h"

namespace brainalign {

// Parts of InfluenceOfBlocks (core/regressions/block_influence.h), which has the formulas.

// A function of the moments of a block of n words about any origin:
//   <product, C> + y'sum_y + x'sum_x + one n.
struct MomentFunction {
  RowMatrix<double> product;  // (p, m)
  Vector y;                   // (m)
  Vector x;                   // (p)
  double one = 0;

  MomentFunction(Eigen::Index features, Eigen::Index columns)
      : product(RowMatrix<double>::Zero(features, columns)),
        y(Vector::Zero(columns)),
        x(Vector::Zero(features)) {}

  // Adds `sign` <of, C about (mean_x, mean_y)>.
  void Add(double sign, const RowMatrix<double>& of, const Vector& mean_x, const Vector& mean_y);
};

// The same of -<form, G about `mean`>, of which this is -<form, G> + x'sum_x + one n. A form (p, p)
// need not be symmetric.
struct QuadraticFunction {
  RowMatrix<double> form;  // (p, p)
  Vector x;                // (p)
  double one = 0;

  explicit QuadraticFunction(Eigen::Index features)
      : form(RowMatrix<double>::Zero(features, features)), x(Vector::Zero(features)) {}

  // Adds `sign` times the same of another form.
  void Add(double sign, const RowMatrix<double>& of, const Vector& mean);
};

// One fold's weights of some columns of a layer, and what follows from them. All are 0 for a column
// without influence, except `weights` and the means.
struct FoldMaps {
  RowMatrix<double> weights;   // (p, m) w
  RowMatrix<double> gradient;  // (p, m) h
  RowMatrix<double> scaled;    // (p, m) w / sqrt(S_yy S_ff)
  Eigen::ArrayXd over_yy;      // (m) r / S_yy
  Eigen::ArrayXd over_ff;      // (m) r / S_ff
  Vector train_mean;           // (m) of the targets
  Vector test_mean;            // (m)
};

// The maps of the m columns with these sums and statistics of the fold, at `alphas` (m), indices
// into `values`. `moments`: of the features over the fold's sets.
template <typename T>
FoldMaps MakeFoldMaps(const RegressionByTarget<T>& regression, const std::vector<double>& values,
                      const PerSet<CentredFeatures>& moments, const PerSet<CrossSums>& cross,
                      const FoldTargets& targets, std::vector<int> alphas);

// About the error of the refit parts, summed over the columns, by rounding of sums over blocks in
// single precision. `train`, `targets`: of the training words.
double ErrorOfRefit(const FoldMaps& maps, const CentredFeatures& train,
                    const TargetStatistics& targets);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_INFLUENCE_MAPS_H_
