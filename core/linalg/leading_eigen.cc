#include "core/linalg/leading_eigen.h"

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <utility>

#include "core/linalg/float_product.h"
#include "core/linalg/lapack.h"
#include "core/linalg/large_pages.h"

namespace brainalign {
namespace {

constexpr double kResidual = 1e-5;
constexpr int kMostRounds = 60;
constexpr int kHighestDegree = 20;
// Where the first direction of the space searched has more than this many times the variance of
// its last, a filter in single precision would bring down residuals by little more than rounding
// puts back.
constexpr double kMostSpreadInSingle = 1e5;
// Of a product of the matrix with columns of unit norm in single precision, the error's norm as
// a share of the largest eigenvalue: what is seen is a fifth to a half of it.
constexpr double kSingleError = 0x1p-24;
// Errors of such products may make up this share of the residual allowed.
constexpr double kErrorShare = 0.5;

// Eigenvalues that are no more than this share of the largest are rounding.
constexpr double kNegligible = 1e-13;
// Rounds in a row that must find the same number of eigenvalues that are more than rounding.
constexpr int kRoundsToTrustARank = 3;

// The same on every machine: the generator is specified to the bit.
Matrix RandomColumns(Eigen::Index rows, Eigen::Index columns) {
  std::mt19937_64 random(20251201);
  Matrix matrix(rows, columns);
  for (Eigen::Index i = 0; i < matrix.size(); ++i) {
    matrix.data()[i] = static_cast<double>(random() >> 11) * 0x1p-52 - 1.0;
  }
  return matrix;
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

// Calls `of_block(row, column, block)` for blocks of at most `size` rows and columns that make up
// the lower triangle; those on the diagonal are whole.
template <typename OfBlock>
void ForEachBlock(const SymmetricBlocks& symmetric, Eigen::Index size, const OfBlock& of_block) {
  const Eigen::Index n = symmetric.size();
  Matrix block;
  for (Eigen::Index column = 0; column < n; column += size) {
    const Eigen::Index width = std::min(size, n - column);
    for (Eigen::Index row = column; row < n; row += size) {
      block.resize(std::min(size, n - row), width);
      symmetric.Get(row, column, block);
      if (row == column) block.triangularView<Eigen::StrictlyUpper>() = block.transpose();
      of_block(row, column, block);
    }
  }
}

// Of a matrix in memory, its lower triangle.
class LowerInMemory final : public SymmetricBlocks {
 public:
  explicit LowerInMemory(const Matrix& lower) : SymmetricBlocks(lower.rows()), lower_(lower) {}
  void Get(Eigen::Index row, Eigen::Index column, Eigen::Ref<Matrix> block) const override {
    block = lower_.block(row, column, block.rows(), block.cols());
  }

 private:
  const Matrix& lower_;
};

// Large enough to be multiplied well, small enough to stay in a core's cache.
constexpr Eigen::Index kBlockToMultiply = 192;
constexpr Eigen::Index kBlockToCopy = 64;

// The matrix times `columns`. It is never held as a whole: the few such products of a search
// would not repay it.
Matrix MultiplyInDouble(const SymmetricBlocks& symmetric, const Matrix& columns) {
  Matrix product = Matrix::Zero(columns.rows(), columns.cols());
  ForEachBlock(symmetric, kBlockToMultiply,
               [&](Eigen::Index row, Eigen::Index column, const Matrix& block) {
                 product.middleRows(row, block.rows()).noalias() +=
                     block * columns.middleRows(column, block.cols());
                 if (row == column) return;
                 product.middleRows(column, block.cols()).noalias() +=
                     block.transpose() * columns.middleRows(row, block.rows());
               });
  return product;
}

// Both triangles of a symmetric matrix in single precision.
class InSinglePrecision {
 public:
  // The values lie in `memory`.
  InSinglePrecision(const SymmetricBlocks& symmetric, ColMatrix<float>& memory) : values_(memory) {
    const Eigen::Index n = symmetric.size();
    if (values_.rows() != EigenSearch::SingleRows(n) || values_.cols() != n) {
      values_.resize(EigenSearch::SingleRows(n), n);
      UseLargePages(values_);
    }
    ForEachBlock(
        symmetric, kBlockToCopy, [&](Eigen::Index row, Eigen::Index column, const Matrix& block) {
          values_.block(row, column, block.rows(), block.cols()) = block.cast<float>();
          values_.block(column, row, block.cols(), block.rows()) = block.transpose().cast<float>();
        });
  }

  void Multiply(const RowMatrix<float>& columns, RowMatrix<float>& product) const {
    const Eigen::Index n = values_.cols();
    MultiplyFloat({values_.data(), n, n, values_.rows()}, ByRows(columns), product);
  }

 private:
  ColMatrix<float>& values_;  // (at least n, n)
};

// What is to be added to `basis`, V, so that it spans what the Chebyshev polynomial of a matrix
// on [0, bound] makes of it. V is to hold orthonormal Ritz vectors of the matrix, G, with their
// `values` and `product` = G V. `multiply(columns, out)` is a product with the matrix.
//
// Each step of the recursion, T_s+1 = (4 / bound G - 2) T_s - T_s-1, is written as V M + E with
// V'E = 0; then both of its terms are multiplied by the inverse of M, which leaves the space
// as it is. So all that is kept beside V is E, which is as small as the residuals G V - V
// values are, and so are the rounding errors of products with it: single precision does, and
// what grows fastest, along the first directions, cannot drown the rest.
template <typename T, typename MultiplyWithMatrix>
RowMatrix<T> Filtered(const MultiplyWithMatrix& multiply, const Matrix& basis,
                      const Matrix& product, const Vector& values, double bound, int degree,
                      const CancelFlag& cancel) {
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
  return now;
}

// How many of the `count` leading ones of `values`, descending, with these `vectors`, are more than
// rounding.
int CountAboveRounding(const Vector& rounding, const Vector& values, const Matrix& vectors,
                       int count) {
  int above = 0;
  for (; above < count; ++above) {
    const double along = vectors.col(above).cwiseAbs2().dot(rounding);
    if (!(values(above) > std::max(along, kNegligible * values(0)))) break;
  }
  return above;
}

// Leaves the first `rank` of the eigenvalues and their vectors, and zeros in place of the others.
void KeepLeading(Eigen::Index rank, Vector& values, Matrix& vectors) {
  values.tail(values.size() - rank).setZero();
  vectors.rightCols(vectors.cols() - rank).setZero();
}

// A space that nears that of the `count` leading eigenvectors.
class Search {
 public:
  Search(const SymmetricBlocks& symmetric, int count, Matrix basis, EigenSearch& memory)
      : symmetric_(symmetric),
        count_(count),
        rank_(count),
        memory_(memory),
        basis_(std::move(basis)) {}

  // Turns the basis, any independent columns, into orthonormal Ritz vectors.
  absl::Status Orthonormalise() {
    MakeOrthonormal();
    if (product_is_known_) return TurnByProduct();
    if (single_serves_) {
      RowMatrix<float> product;
      Single().Multiply(basis_.cast<float>(), product);
      product_ = product.cast<double>();
      absl::Status status = TurnByProduct();
      single_serves_ = SingleServes(1.0);
      if (!status.ok() || single_serves_) return status;
    }
    product_ = MultiplyInDouble(symmetric_, basis_);
    return TurnByProduct();
  }

  // Of the Ritz vectors that are asked for and whose values are more than rounding.
  double WorstResidual() const {
    if (rank_ == 0) return 0;
    return (product_.leftCols(rank_) - basis_.leftCols(rank_) * values_.head(rank_).asDiagonal())
        .colwise()
        .norm()
        .maxCoeff();
  }

  // The last of those values; 0 if there is none.
  double LastValue() const { return rank_ == 0 ? 0 : values_(rank_ - 1); }

  // Whether so many are asked for, or have been found several times in a row: at first a space
  // may have little of a direction.
  bool TrustsRank() const { return rank_ == count_ || rounds_of_rank_ >= kRoundsToTrustARank; }
  int rank() const { return rank_; }

  void Filter(double bound, int degree, const CancelFlag& cancel) {
    product_is_known_ = false;
    if (values_(0) >= kMostSpreadInSingle * bound) {
      const auto multiply = [this](const RowMatrix<double>& columns, RowMatrix<double>& out) {
        out = MultiplyInDouble(symmetric_, columns);
      };
      basis_ += Filtered<double>(multiply, basis_, product_, values_, bound, degree, cancel);
      return;
    }
    const auto multiply = [this](const RowMatrix<float>& columns, RowMatrix<float>& out) {
      Single().Multiply(columns, out);
    };
    const RowMatrix<float> added =
        Filtered<float>(multiply, basis_, product_, values_, bound, degree, cancel);
    basis_ += added.cast<double>();
    if (!SingleServes(added.colwise().norm().maxCoeff())) return;
    RowMatrix<float> product;
    multiply(added, product);
    product_ += product.cast<double>();
    product_is_known_ = true;
  }

  const Vector& values() const { return values_; }  // (width) descending
  Matrix& basis() { return basis_; }                // (n, width)

 private:
  // Whether columns of this norm may be multiplied in single precision.
  bool SingleServes(double norm) const {
    return kSingleError * values_(0) * norm <= kErrorShare * kResidual * LastValue();
  }

  const InSinglePrecision& Single() {
    if (!in_single_) in_single_.emplace(symmetric_, memory_.single);
    return *in_single_;
  }

  // The basis and, where it is known, its product.
  void MakeOrthonormal() {
    // R from B'B = R'R loses digits where B is far from orthonormal.
    constexpr double kNearEnough = 1e-3;
    const Eigen::LLT<Matrix> factor(basis_.transpose() * basis_);
    const auto diagonal = factor.matrixLLT().diagonal();
    if (factor.info() == Eigen::Success &&
        diagonal.minCoeff() > kNearEnough * diagonal.maxCoeff()) {
      factor.matrixU().solveInPlace<Eigen::OnTheRight>(basis_);
      if (product_is_known_) factor.matrixU().solveInPlace<Eigen::OnTheRight>(product_);
      return;
    }
    const Eigen::HouseholderQR<Matrix> qr(basis_);
    basis_ = qr.householderQ() * Matrix::Identity(basis_.rows(), basis_.cols());
    product_is_known_ = false;
  }

  // The Ritz vectors in the span of an orthonormal basis whose product is known.
  absl::Status TurnByProduct() {
    Vector ascending;
    Matrix rotation;
    absl::Status status = SymmetricEigen(basis_.transpose() * product_, ascending, rotation);
    if (!status.ok()) return status;
    values_ = ascending.reverse();
    const Matrix order = rotation.rowwise().reverse();
    basis_ = basis_ * order;
    product_ = product_ * order;
    const int rank = CountAboveRounding(symmetric_.rounding(), values_, basis_, count_);
    rounds_of_rank_ = rank == rank_ ? rounds_of_rank_ + 1 : 1;
    rank_ = rank;
    return absl::OkStatus();
  }

  const SymmetricBlocks& symmetric_;
  const int count_;
  int rank_;  // of the values asked for, those that are more than rounding
  int rounds_of_rank_ = 0;
  EigenSearch& memory_;
  std::optional<InSinglePrecision> in_single_;
  bool single_serves_ = true;  // for products with columns of norm 1, as far as is known
  bool product_is_known_ = false;
  Matrix basis_;
  Matrix product_;  // of the matrix with the basis
  Vector values_;
};

absl::Status InFull(const SymmetricBlocks& symmetric, int count, EigenSearch& kept, Vector& values,
                    Matrix& vectors) {
  const Eigen::Index n = symmetric.size();
  Matrix lower(n, n);
  ForEachBlock(symmetric, kBlockToCopy,
               [&](Eigen::Index row, Eigen::Index column, const Matrix& block) {
                 lower.block(row, column, block.rows(), block.cols()) = block;
               });
  Vector all_values;
  Matrix all_vectors;
  absl::Status status = SymmetricEigen(lower, all_values, all_vectors);
  if (!status.ok()) return status;
  values = all_values.tail(count).reverse();
  vectors = all_vectors.rightCols(count).rowwise().reverse();
  kept.next_values = all_values.head(n - count).reverse();
  kept.next_vectors = all_vectors.leftCols(n - count).rowwise().reverse();
  KeepLeading(CountAboveRounding(symmetric.rounding(), values, vectors, count), values, vectors);
  return absl::OkStatus();
}

}  // namespace

absl::Status LeadingEigen(const SymmetricBlocks& symmetric, int count, EigenSearch* kept,
                          const CancelFlag& cancel, Vector& values, Matrix& vectors) {
  EigenSearch own;
  if (kept == nullptr) kept = &own;
  const auto in_full = [&] { return InFull(symmetric, count, *kept, values, vectors); };
  const Eigen::Index n = symmetric.size();
  const Eigen::Index width = std::min<Eigen::Index>(n, SearchWidth(count));
  if (DecomposesInFull(n, count)) return in_full();

  Matrix basis = RandomColumns(n, width);
  if (kept->space.rows() == n) {
    const Eigen::Index given = std::min(width, kept->space.cols());
    basis.leftCols(given) = kept->space.leftCols(given);
  }
  Search search(symmetric, count, std::move(basis), *kept);
  for (int round = 0; round < kMostRounds; ++round) {
    if (cancel) return CancelledByFlag();
    absl::Status status = search.Orthonormalise();
    if (!status.ok()) return status;
    const Vector& ritz = search.values();
    const double last = search.LastValue();
    const double worst = search.WorstResidual();
    if (search.TrustsRank() && worst <= (1 - kErrorShare) * kResidual * last) {
      values = ritz.head(count);
      vectors = search.basis().leftCols(count);
      KeepLeading(search.rank(), values, vectors);
      kept->next_values = ritz.tail(width - count);
      kept->next_vectors = search.basis().rightCols(width - count);
      kept->space = std::move(search.basis());
      return absl::OkStatus();
    }
    const double bound = std::max(ritz(width - 1), 1e-12 * ritz(0));
    if (!(bound > 0)) break;  // nothing varies: any vectors will do
    const int degree = last > 0 ? DegreeFor(last, bound, kResidual * last / worst) : 1;
    search.Filter(bound, degree, cancel);
  }
  return in_full();
}

absl::Status LeadingEigen(const Matrix& lower, int count, EigenSearch* kept,
                          const CancelFlag& cancel, Vector& values, Matrix& vectors) {
  return LeadingEigen(LowerInMemory(lower), count, kept, cancel, values, vectors);
}

}  // namespace brainalign
