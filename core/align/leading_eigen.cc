#include "core/align/leading_eigen.h"

#include <Eigen/LU>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <utility>

#include "core/align/float_product.h"
#include "core/align/lapack.h"
#include "core/align/large_pages.h"

namespace brainalign {
namespace {

// Below this size a full decomposition is as quick.
constexpr Eigen::Index kSmall = 400;
constexpr double kResidual = 1e-5;
constexpr int kMostRounds = 60;
constexpr int kHighestDegree = 20;
// Where the first direction of the space searched has more than this many times the variance of
// its last, a filter in single precision would bring down residuals by little more than rounding
// puts back.
constexpr double kMostSpreadInSingle = 1e5;

// The same on every machine: the generator is specified to the bit.
Matrix RandomColumns(Eigen::Index rows, Eigen::Index columns) {
  std::mt19937_64 random(20251201);
  Matrix matrix(rows, columns);
  for (Eigen::Index i = 0; i < matrix.size(); ++i) {
    matrix.data()[i] = static_cast<double>(random() >> 11) * 0x1p-52 - 1.0;
  }
  return matrix;
}

Matrix Orthonormal(const Matrix& columns) {
  const Eigen::HouseholderQR<Matrix> qr(columns);
  return qr.householderQ() * Matrix::Identity(columns.rows(), columns.cols());
}

// Growth a degree of the Chebyshev polynomial on [0, bound] at `value` >= bound.
double GrowthPerDegree(double value, double bound) {
  const double x = 2.0 * value / bound - 1.0;
  return x + std::sqrt(std::max(0.0, x * x - 1.0));
}

// As high as it takes to bring the part of the last wanted direction, `value`, that lies
// beyond the space searched down by `reduction`.
int DegreeFor(double value, double bound, double reduction) {
  const double growth = std::max(1e-3, std::log(GrowthPerDegree(value, bound)));
  const double wanted = std::ceil(std::log(1.0 / reduction) / growth);
  return static_cast<int>(std::clamp(wanted, 1.0, static_cast<double>(kHighestDegree)));
}

// Both triangles of a symmetric matrix in single precision.
class InSinglePrecision {
 public:
  // `lower` is read from its lower triangle; the values lie in `memory`.
  InSinglePrecision(const Matrix& lower, RowMatrix<float>& memory) : values_(memory) {
    const Eigen::Index n = lower.rows();
    if (values_.rows() != n || values_.cols() != n + kPadding) {
      values_.resize(n, n + kPadding);
      UseLargePages(values_);
    }
    Matrix block;
    for (Eigen::Index column = 0; column < n; column += kBlock) {
      const Eigen::Index width = std::min(kBlock, n - column);
      for (Eigen::Index row = column; row < n; row += kBlock) {
        const Eigen::Index height = std::min(kBlock, n - row);
        const auto source = lower.block(row, column, height, width);
        if (row == column) {
          block = source.selfadjointView<Eigen::Lower>();
        } else {
          block = source;
        }
        values_.block(row, column, height, width) = block.cast<float>();
        values_.block(column, row, width, height) = block.transpose().cast<float>();
      }
    }
  }

  void Multiply(const RowMatrix<float>& columns, RowMatrix<float>& product) const {
    MultiplyFloat({values_.data(), values_.rows(), values_.rows(), values_.cols()}, ByRows(columns),
                  product);
  }

 private:
  static constexpr Eigen::Index kBlock = 64;
  static constexpr Eigen::Index kPadding = 16;  // see MultiplyFloat
  RowMatrix<float>& values_;                    // (n, n + kPadding)
};

// Spans what the Chebyshev polynomial of a matrix on [0, bound] makes of `basis`, V:
// orthonormal Ritz vectors of the matrix, G, with their `values` and `product` = G V.
// `multiply(columns, out)` is a product with the matrix.
//
// Each step of the recursion, T_s+1 = (4 / bound G - 2) T_s - T_s-1, is written as V M + E with
// V'E = 0; then both of its terms are multiplied by the inverse of M, which leaves the space
// as it is. So all that is kept beside V is E, which is as small as the residuals G V - V
// values are, and so are the rounding errors of products with it: single precision does, and
// what grows fastest, along the first directions, cannot drown the rest.
template <typename T, typename MultiplyWithMatrix>
Matrix Filtered(const MultiplyWithMatrix& multiply, const Matrix& basis, const Matrix& product,
                const Vector& values, double bound, int degree, const CancelFlag& cancel) {
  const RowMatrix<T> space = basis.cast<T>();
  const RowMatrix<T> residual =
      ((4.0 / bound) * (product - basis * values.asDiagonal())).template cast<T>();
  const Vector twice = ((4.0 / bound) * values.array() - 2.0).matrix();  // 2 (2 values/bound - 1)
  Matrix inverse = (2.0 / twice.array()).matrix().asDiagonal();
  RowMatrix<T> before = RowMatrix<T>::Zero(basis.rows(), basis.cols());
  RowMatrix<T> now = T{0.5} * residual * inverse.cast<T>();
  RowMatrix<T> next;
  RowMatrix<T> along;
  const auto factor = static_cast<T>(4.0 / bound);
  for (int step = 1; step < degree && !cancel; ++step) {
    multiply(now, next);
    next = factor * next + residual - T{2} * now - before;
    along.noalias() = space.transpose() * next;
    next.noalias() -= space * along;
    along.noalias() = residual.transpose() * now;  // of V: bound / 4 V'G E
    Matrix of_space = along.template cast<double>() - inverse;
    of_space += twice.asDiagonal();
    inverse = of_space.inverse();
    const RowMatrix<T> rounded = inverse.cast<T>();
    before.noalias() = now * rounded;
    now.noalias() = next * rounded;
  }
  return basis + now.template cast<double>();
}

absl::Status InFull(const Matrix& symmetric, int count, Vector& values, Matrix& vectors) {
  Vector all_values;
  Matrix all_vectors;
  absl::Status status = SymmetricEigen(symmetric, all_values, all_vectors);
  if (!status.ok()) return status;
  values = all_values.tail(count).reverse();
  vectors = all_vectors.rightCols(count).rowwise().reverse();
  return absl::OkStatus();
}

}  // namespace

absl::Status LeadingEigen(const Matrix& symmetric, int count, EigenSearch* search,
                          const CancelFlag& cancel, Vector& values, Matrix& vectors) {
  const Eigen::Index n = symmetric.rows();
  const Eigen::Index width = std::min<Eigen::Index>(n, SearchWidth(count));
  if (n <= kSmall || 3 * width > n) return InFull(symmetric, count, values, vectors);

  Matrix basis = RandomColumns(n, width);
  EigenSearch own;
  if (search == nullptr) search = &own;
  if (search->space.rows() == n) {
    const Eigen::Index given = std::min(width, search->space.cols());
    basis.leftCols(given) = search->space.leftCols(given);
  }
  std::optional<InSinglePrecision> single;
  for (int round = 0; round < kMostRounds; ++round) {
    if (cancel) return CancelledByFlag();
    basis = Orthonormal(basis);
    Matrix product(n, width);
    product.noalias() = symmetric.selfadjointView<Eigen::Lower>() * basis;
    Vector ritz;
    Matrix turn;
    absl::Status status = SymmetricEigen(basis.transpose() * product, ritz, turn);
    if (!status.ok()) return status;
    const Vector descending = ritz.reverse();
    const Matrix order = turn.rowwise().reverse();
    basis = basis * order;
    product = product * order;
    const double last = descending(count - 1);
    const double worst =
        (product.leftCols(count) - basis.leftCols(count) * descending.head(count).asDiagonal())
            .colwise()
            .norm()
            .maxCoeff();
    if (worst <= kResidual * std::abs(last)) {
      values = descending.head(count);
      vectors = basis.leftCols(count);
      search->space = std::move(basis);
      return absl::OkStatus();
    }
    const double bound = std::max(descending(width - 1), 1e-12 * descending(0));
    if (!(bound > 0)) break;  // the rank is below the width: do it in full
    const int degree = DegreeFor(last, bound, kResidual * last / worst);
    if (descending(0) < kMostSpreadInSingle * bound) {
      if (!single) single.emplace(symmetric, search->memory);
      const auto multiply = [&](const RowMatrix<float>& columns, RowMatrix<float>& out) {
        single->Multiply(columns, out);
      };
      basis = Filtered<float>(multiply, basis, product, descending, bound, degree, cancel);
    } else {
      const auto multiply = [&](const RowMatrix<double>& columns, RowMatrix<double>& out) {
        out = symmetric.selfadjointView<Eigen::Lower>() * Matrix(columns);
      };
      basis = Filtered<double>(multiply, basis, product, descending, bound, degree, cancel);
    }
  }
  return InFull(symmetric, count, values, vectors);
}

}  // namespace brainalign
