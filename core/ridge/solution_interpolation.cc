#include "core/ridge/solution_interpolation.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>

namespace brainalign {
namespace {

// (p, A): v / (v + alpha). As parts of the prediction: a target's share along
// eigenvector j is b_j / sqrt(v_j), and the sum of their squares is at most |y|^2.
Matrix Shrinkage(const Vector& eigenvalues, const std::vector<double>& alphas) {
  Matrix shrinkage(eigenvalues.size(), static_cast<Eigen::Index>(alphas.size()));
  const Eigen::ArrayXd values = eigenvalues.array().max(0.0);
  for (Eigen::Index a = 0; a < shrinkage.cols(); ++a) {
    shrinkage.col(a) = (values / (values + alphas[static_cast<std::size_t>(a)])).matrix();
  }
  return shrinkage;
}

}  // namespace

SolutionInterpolation InterpolateSolutions(const Vector& eigenvalues,
                                           const std::vector<double>& alphas, double tolerance) {
  const Matrix shrinkage = Shrinkage(eigenvalues, alphas);
  // Pivoting picks alphas whose functions depend least on each other.
  const Eigen::ColPivHouseholderQR<Matrix> qr(shrinkage);
  const Matrix r = qr.matrixR()
                       .topRows(std::min(shrinkage.rows(), shrinkage.cols()))
                       .triangularView<Eigen::Upper>();
  Eigen::Index terms = 1;
  while (terms < r.rows() &&
         r.bottomRightCorner(r.rows() - terms, r.cols() - terms).norm() > tolerance) {
    ++terms;
  }
  Matrix rest(terms, r.cols() - terms);
  if (rest.size() > 0) {
    rest = r.topLeftCorner(terms, terms)
               .triangularView<Eigen::Upper>()
               .solve(r.topRightCorner(terms, r.cols() - terms));
  }
  SolutionInterpolation interpolation;
  interpolation.coefficients = Matrix::Zero(terms, shrinkage.cols());
  for (Eigen::Index c = 0; c < shrinkage.cols(); ++c) {
    const int alpha = qr.colsPermutation().indices()(c);
    if (c < terms) {
      interpolation.chosen.push_back(alpha);
      interpolation.coefficients(c, alpha) = 1;
    } else {
      interpolation.coefficients.col(alpha) = rest.col(c - terms);
    }
  }
  interpolation.error = Vector::Zero(shrinkage.cols());
  const Matrix chosen = shrinkage(Eigen::all, interpolation.chosen);
  for (Eigen::Index a = 0; a < shrinkage.cols(); ++a) {
    interpolation.error(a) =
        (chosen * interpolation.coefficients.col(a) - shrinkage.col(a)).cwiseAbs().maxCoeff();
  }
  return interpolation;
}

SolutionInterpolation InterpolateSolutionsBetween(double least, double most,
                                                  const std::vector<double>& alphas,
                                                  double tolerance) {
  // v / (v + alpha) bends over about a decade of v.
  constexpr double kPerDecade = 8;
  const auto steps =
      static_cast<Eigen::Index>(std::ceil(kPerDecade * std::log10(most / least))) + 1;
  Vector eigenvalues = Vector::Zero(1 + std::max<Eigen::Index>(steps, 2));
  eigenvalues.tail(eigenvalues.size() - 1) =
      Eigen::ArrayXd::LinSpaced(eigenvalues.size() - 1, std::log(least), std::log(most))
          .exp()
          .matrix();
  return InterpolateSolutions(eigenvalues, alphas, tolerance);
}

}  // namespace brainalign
