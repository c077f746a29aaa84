#include "tests/core/regressions/criterion_as_defined.h"

#include <Eigen/Dense>

#include "core/regressions/fold_words.h"

namespace brainalign {

Matrix ResidualsOfFit(const Matrix& x, const Matrix& y, const std::vector<std::int32_t>& kept,
                      const std::vector<std::int32_t>& held, double alpha) {
  Matrix kept_x = x(kept, Eigen::all);
  Matrix kept_y = y(kept, Eigen::all);
  const Eigen::RowVectorXd mean_x = kept_x.colwise().mean();
  const Eigen::RowVectorXd mean_y = kept_y.colwise().mean();
  kept_x.rowwise() -= mean_x;
  kept_y.rowwise() -= mean_y;
  Matrix gram = kept_x.transpose() * kept_x;
  gram.diagonal().array() += alpha;
  const Matrix weights = gram.ldlt().solve(kept_x.transpose() * kept_y);
  const Matrix held_x = x(held, Eigen::all).rowwise() - mean_x;
  return (y(held, Eigen::all).rowwise() - mean_y) - held_x * weights;
}

Criterion CriterionAsDefined(const Matrix& x, const Matrix& y, const Segments& segments,
                             const AlignmentSpec& spec) {
  const FoldSets& sets = segments.folds.front();
  const std::vector<std::int32_t> train = TrainPositions(segments, sets);
  Matrix about = x(train, Eigen::all);
  about.rowwise() -= Eigen::RowVectorXd(about.colwise().mean());
  const double n = static_cast<double>(train.size());
  Criterion criterion = Criterion::Zero(static_cast<Eigen::Index>(spec.alphas.size()), y.cols());
  for (Eigen::Index a = 0; a < criterion.rows(); ++a) {
    const double alpha = spec.alphas[Size(a)];
    if (spec.selection == Selection::kBlocked) {
      for (std::size_t j = 0; j < sets.parts.size(); ++j) {
        const Matrix residuals = ResidualsOfFit(x, y, InnerTrainPositions(segments, sets, j),
                                                Positions(segments, sets.parts[j]), alpha);
        criterion.row(a) += residuals.colwise().squaredNorm();
      }
      continue;
    }
    Matrix gram = about.transpose() * about;
    gram.diagonal().array() += alpha;
    const Eigen::ArrayXd leverage =
        (about * gram.inverse()).cwiseProduct(about).rowwise().sum().array() + 1.0 / n;
    const Matrix residuals = ResidualsOfFit(x, y, train, train, alpha);
    const bool gcv = spec.selection == Selection::kGcv;
    Eigen::ArrayXd left = 1.0 - leverage;
    if (gcv) left.setConstant(1.0 - leverage.mean());
    criterion.row(a) = (left.inverse().matrix().asDiagonal() * residuals).colwise().squaredNorm();
  }
  return criterion;
}

}  // namespace brainalign
