#include "core/align/leverage.h"

#include <algorithm>
#include <limits>
#include <type_traits>

namespace brainalign {
namespace {

constexpr Eigen::Index kRowsAtOnce = 1024;

// How many of the smallest directions need double precision: a word's component
// in direction j carries a rounding error of about `epsilon` times its length,
// which must not show beside the direction's spread sqrt(value / n).
Eigen::Index DelicateDirections(const Ridge& ridge, double longest, double words) {
  const double error = 4.0 * std::numeric_limits<float>::epsilon() * longest;
  constexpr double kVisible = 1e-4;
  const double threshold = words * (error / kVisible) * (error / kVisible);
  const Vector& values = ridge.eigenvalues();  // ascending
  Eigen::Index count = 0;
  while (count < values.size() && values(count) < threshold) ++count;
  return count;
}

}  // namespace

template <typename T>
Matrix Leverages(const Ridge& ridge, const ColMatrix<T>& features,
                 const std::vector<double>& alphas) {
  const auto count = static_cast<Eigen::Index>(alphas.size());
  const Eigen::Index p = features.cols();
  const Eigen::Index words = features.rows();
  Matrix inverse(p, count);  // 1 / (eigenvalue + alpha)
  for (Eigen::Index a = 0; a < count; ++a) {
    inverse.col(a) =
        (ridge.eigenvalues().array() + alphas[static_cast<std::size_t>(a)]).inverse().matrix();
  }
  Eigen::Index delicate = p;
  if constexpr (std::is_same_v<T, float>) {
    const double longest =
        std::sqrt(static_cast<double>(features.rowwise().squaredNorm().maxCoeff()));
    const double widest = ridge.rotation().colwise().norm().maxCoeff();
    delicate = DelicateDirections(ridge, longest * widest, ridge.train_count());
  }
  const Matrix exact = ridge.rotation().leftCols(delicate);
  const ColMatrix<T> fast = ridge.rotation().rightCols(p - delicate).template cast<T>();
  const Eigen::RowVectorXd origin = ridge.train_mean().transpose() * ridge.rotation();
  const Eigen::Matrix<T, 1, Eigen::Dynamic> fast_origin =
      origin.tail(p - delicate).template cast<T>();
  const ColMatrix<T> fast_inverse = inverse.bottomRows(p - delicate).template cast<T>();

  Matrix leverages(words, count);
  Matrix turned;
  ColMatrix<T> fast_turned;
  for (Eigen::Index row = 0; row < words; row += kRowsAtOnce) {
    const Eigen::Index size = std::min(kRowsAtOnce, words - row);
    auto of_rows = leverages.middleRows(row, size);
    of_rows.setConstant(1.0 / ridge.train_count());
    if (delicate > 0) {
      turned.noalias() = features.middleRows(row, size).template cast<double>() * exact;
      turned.rowwise() -= origin.head(delicate);
      turned = turned.array().square();
      of_rows.noalias() += turned * inverse.topRows(delicate);
    }
    if (delicate < p) {
      fast_turned.noalias() = features.middleRows(row, size) * fast;
      fast_turned.rowwise() -= fast_origin;
      fast_turned = fast_turned.array().square();
      of_rows += (fast_turned * fast_inverse).template cast<double>();
    }
  }
  return leverages;
}

template Matrix Leverages<float>(const Ridge&, const ColMatrix<float>&, const std::vector<double>&);
template Matrix Leverages<double>(const Ridge&, const ColMatrix<double>&,
                                  const std::vector<double>&);

}  // namespace brainalign
