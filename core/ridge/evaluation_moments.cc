#include "core/ridge/evaluation_moments.h"

#include "core/linalg/held_bytes.h"
#include "core/ridge/coefficient_loops.h"

namespace brainalign {

HeldOutSums EvaluationMoments::Predict(const RowMatrix<double>& z,
                                       const RowMatrix<double>& h) const {
  RowMatrix<double> predicted(values.rows(), z.cols());
  predicted.noalias() = values * z;
  HeldOutSums sums;
  sums.squares = Eigen::ArrayXd::Zero(z.cols());
  sums.products = Eigen::ArrayXd::Zero(z.cols());
  const auto add = [&](const RowMatrix<double>& left, const RowMatrix<double>& right,
                       Eigen::ArrayXd& sum) {
    AddColumnProducts(Size(left.rows()), Size(left.cols()), left.data(), right.data(), sum.data());
  };
  add(form == Form::kGram ? z : predicted, predicted, sums.squares);
  add(direct() ? predicted : z, h, sums.products);
  sums.shift = (shift * z).transpose().array();
  return sums;
}

Eigen::ArrayXd EvaluationMoments::Squares(const RowMatrix<double>& z) const {
  const Matrix predicted = values * z;
  if (form != Form::kGram) return predicted.colwise().squaredNorm().transpose().array();
  return z.cwiseProduct(predicted).colwise().sum().transpose().array();
}

std::int64_t EvaluationMoments::held_bytes() const { return HeldBytes(values) + HeldBytes(shift); }

}  // namespace brainalign
