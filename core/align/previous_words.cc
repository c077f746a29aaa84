#include "core/align/previous_words.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/cancel.h"
#include "core/columns/projection.h"
#include "core/linalg/lapack.h"
#include "core/linalg/matrix_types.h"
#include "core/linalg/unit_exponent.h"
#include "core/problem/delays.h"

namespace brainalign {
namespace {

// A component is nothing but rounding if its variance is below this share of the first one's.
constexpr double kLeastShare = 1e-13;

// (d, k) The leading components of `rows` (n, d), whose mean is 0, as far as they vary.
absl::StatusOr<Matrix> ComponentsOf(const Matrix& rows, int components) {
  const Eigen::Index dims = rows.cols();
  Matrix vectors;
  Vector values;
  if (dims <= components) {
    vectors = Matrix::Identity(dims, dims);
    values = rows.colwise().squaredNorm();
  } else if (rows.rows() < dims) {
    const CancelFlag never{false};
    const int most = std::min(components, static_cast<int>(rows.rows()) - 1);
    absl::StatusOr<Projection> projection = ProjectionFromWords(rows, most, never);
    if (!projection.ok()) return projection.status();
    vectors = std::move(projection->components);
    values = std::move(projection->values);
  } else {
    Matrix all;
    Vector ascending;
    const Matrix covariance = rows.transpose() * rows;
    absl::Status status = SymmetricEigen(covariance, ascending, all);
    if (!status.ok()) return status;
    vectors = all.rightCols(components).rowwise().reverse();
    values = ascending.tail(components).reverse();
  }
  std::vector<Eigen::Index> varying;
  const double largest = values.size() > 0 ? values.maxCoeff() : 0;
  for (Eigen::Index k = 0; k < values.size(); ++k) {
    if (values(k) > kLeastShare * largest) varying.push_back(k);
  }
  return Matrix(vectors(Eigen::all, varying));
}

bool HasBrain(const BrainInput& brain) { return brain.is_continuous() || brain.epochs.rank() != 0; }

// A tensor (rows, columns) of `values`.
absl::StatusOr<Tensor> TensorOfRows(const RowMatrix<double>& values) {
  std::vector<std::byte> bytes(Size(values.size()) * sizeof(double));
  std::copy_n(reinterpret_cast<const std::byte*>(values.data()), bytes.size(), bytes.begin());
  return Tensor::FromBytes({DType::kF64, {values.rows(), values.cols()}, Order::kC},
                           std::move(bytes));
}

}  // namespace

absl::StatusOr<PreviousWords> VectorsOfPreviousWords(const AlignmentInputs& inputs, int count,
                                                     int components, const Tensor& beside) {
  const BrainInput& brain = inputs.brain;
  if (inputs.layers.empty() || !HasBrain(brain)) {
    return absl::InvalidArgumentError("needs the recording and the activations");
  }
  const Tensor& activations = inputs.layers.front().activations;
  const std::int64_t words = brain.words();
  if (activations.rank() != 2 || activations.dim(0) != words ||
      (beside.rank() != 0 && beside.dim(0) != words)) {
    return absl::InvalidArgumentError(
        absl::StrCat("has activations ", Describe(activations.spec()), " of ", words, " words"));
  }
  using RowsOfTensor = Eigen::Map<const RowMatrix<double>>;
  std::vector<double> given = activations.ToDoubles();
  BringToUnit(given.data(), given.size());  // components are standardised when they are used
  const RowsOfTensor all(given.data(), words, activations.dim(1));
  std::vector<Eigen::Index> used;
  ForEachSelected(brain, words, [&](std::int64_t word) { used.push_back(word); });
  if (used.size() < 2) return absl::InvalidArgumentError("has fewer than two words");
  Matrix rows = all(used, Eigen::all);
  const Eigen::RowVectorXd mean = rows.colwise().mean();
  rows.rowwise() -= mean;
  if (!rows.allFinite()) {
    return absl::InvalidArgumentError("finds activations of the first layer that are not finite");
  }
  const absl::StatusOr<Matrix> basis = ComponentsOf(rows, components);
  if (!basis.ok()) return basis.status();
  if (basis->cols() == 0) {
    return absl::InvalidArgumentError("finds no activations of the first layer that vary");
  }
  const RowMatrix<double> vectors = (all.rowwise() - mean) * *basis;
  const Eigen::Index first = beside.rank() == 2 ? beside.dim(1) : 0;
  RowMatrix<double> values = RowMatrix<double>::Zero(words, first + count * basis->cols());
  if (first > 0) {
    const std::vector<double> numbers = beside.ToDoubles();
    values.leftCols(first) = RowsOfTensor(numbers.data(), words, first);
  }
  PreviousWords previous;
  const SessionRows sessions(brain);
  for (int lag = 1; lag <= count; ++lag) {
    for (std::int64_t word = 0; word < words; ++word) {
      const std::int64_t before = sessions.Before(word, lag);
      if (before == kNoRow) continue;
      values.row(word).segment(first + (lag - 1) * basis->cols(), basis->cols()) =
          vectors.row(before);
    }
    for (Eigen::Index k = 0; k < basis->cols(); ++k) {
      previous.names.push_back(absl::StrCat("@previous:", lag, "[", k, "]"));
    }
  }
  absl::StatusOr<Tensor> tensor = TensorOfRows(values);
  if (!tensor.ok()) return tensor.status();
  previous.values = *std::move(tensor);
  return previous;
}

}  // namespace brainalign
