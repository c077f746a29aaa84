#include "core/align/previous_words.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/cancel.h"
#include "core/columns/projection.h"
#include "core/linalg/lapack.h"
#include "core/linalg/matrix_types.h"
#include "core/linalg/unit_exponent.h"
#include "core/problem/sessions.h"

namespace brainalign {
namespace {

// A component is nothing but rounding if its variance is below this share of the first one's.
constexpr double kLeastShare = 1e-13;
constexpr std::int64_t kNoWord = -1;

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

// (w) For each word given, the word before it in its session; or kNoWord.
std::vector<std::int64_t> WordsBefore(const BrainInput& brain) {
  const std::vector<std::int64_t> session = SessionsOf(brain).of_word;
  std::vector<std::int64_t> before(static_cast<std::size_t>(brain.words()), kNoWord);
  std::map<std::int64_t, std::int64_t> last;  // of each session
  for (std::size_t word = 0; word < before.size(); ++word) {
    const std::int64_t of = session.empty() ? 0 : session[word];
    if (const auto found = last.find(of); found != last.end()) before[word] = found->second;
    last[of] = static_cast<std::int64_t>(word);
  }
  return before;
}

bool HasBrain(const BrainInput& brain) { return brain.is_continuous() || brain.epochs.rank() != 0; }

// A tensor (rows, columns) of `values`, which are of type `dtype`.
template <typename Real>
absl::StatusOr<Tensor> TensorOfRows(const RowMatrix<Real>& values, DType dtype) {
  std::vector<std::byte> bytes(Size(values.size()) * sizeof(Real));
  std::copy_n(reinterpret_cast<const std::byte*>(values.data()), bytes.size(), bytes.begin());
  return Tensor::FromBytes({dtype, {values.rows(), values.cols()}, Order::kC}, std::move(bytes));
}

absl::Status CheckDelays(const std::vector<int>& delays) {
  bool fits = !delays.empty() && delays.size() <= Size(kMostDelays) && delays.front() >= 0;
  for (std::size_t i = 1; i < delays.size(); ++i) fits = fits && delays[i] > delays[i - 1];
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("must be 1 to ", kMostDelays,
                   " whole numbers of rows from 0 up, ascending, each "
                   "once, such as 1,2,3,4"));
}

// (delays) of (w): the row so many rows before each word in its session; or kNoWord.
absl::StatusOr<std::vector<std::vector<std::int64_t>>> RowsAtDelays(
    const BrainInput& brain, const std::vector<std::int64_t>& used,
    const std::vector<int>& delays) {
  std::vector<std::int64_t> at(static_cast<std::size_t>(brain.words()));
  for (std::size_t word = 0; word < at.size(); ++word) at[word] = static_cast<std::int64_t>(word);
  const std::vector<std::int64_t> before = WordsBefore(brain);
  std::vector<std::vector<std::int64_t>> rows;
  int reached = 0;
  for (const int delay : delays) {
    bool found = true;
    for (; found; ++reached) {
      found = std::any_of(used.begin(), used.end(), [&](std::int64_t word) {
        return at[static_cast<std::size_t>(word)] != kNoWord;
      });
      if (!found || reached == delay) break;
      for (std::int64_t& row : at) {
        if (row != kNoWord) row = before[static_cast<std::size_t>(row)];
      }
    }
    if (!found) {
      return absl::InvalidArgumentError(
          absl::StrCat("names ", delay,
                       " rows, but no row that is used has so many rows before it "
                       "in its session"));
    }
    rows.push_back(at);
  }
  return rows;
}

// DelayedLayers of one layer.
template <typename Real>
absl::StatusOr<Tensor> DelayedRows(const LayerInput& layer, const std::vector<std::int64_t>& used,
                                   const std::vector<std::vector<std::int64_t>>& rows,
                                   DType dtype) {
  const Tensor& activations = layer.activations;
  const Eigen::Index dims = activations.dim(1);
  const std::vector<double> given = activations.ToDoubles();
  const Eigen::Map<const RowMatrix<double>> all(given.data(), activations.dim(0), dims);
  const auto finite = [&](std::int64_t row) { return all.row(row).allFinite(); };
  const auto refuse = [&](std::int64_t row) {
    return absl::InvalidArgumentError(
        absl::StrCat("finds a value that is not finite in layer ", layer.name, ", row ", row));
  };
  Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(dims);
  for (const std::int64_t word : used) {
    if (!finite(word)) return refuse(word);
    mean += all.row(word);
  }
  mean /= static_cast<double>(used.size());
  RowMatrix<Real> values(all.rows(), static_cast<Eigen::Index>(rows.size()) * dims);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    for (Eigen::Index word = 0; word < values.rows(); ++word) {
      const std::int64_t row = rows[k][Size(word)];
      auto target = values.row(word).segment(static_cast<Eigen::Index>(k) * dims, dims);
      if (row == kNoWord) {
        target = mean.template cast<Real>();
      } else {
        target = all.row(row).template cast<Real>();
      }
    }
    for (const std::int64_t word : used) {
      const std::int64_t row = rows[k][static_cast<std::size_t>(word)];
      if (row != kNoWord && !finite(row)) return refuse(row);
    }
  }
  return TensorOfRows<Real>(values, dtype);
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
  std::vector<std::int64_t> at(static_cast<std::size_t>(words));
  for (std::size_t word = 0; word < at.size(); ++word) at[word] = static_cast<std::int64_t>(word);
  const std::vector<std::int64_t> before = WordsBefore(brain);
  for (int lag = 1; lag <= count; ++lag) {
    for (std::size_t word = 0; word < at.size(); ++word) {
      if (at[word] != kNoWord) at[word] = before[static_cast<std::size_t>(at[word])];
      if (at[word] == kNoWord) continue;
      values.row(static_cast<Eigen::Index>(word))
          .segment(first + (lag - 1) * basis->cols(), basis->cols()) = vectors.row(at[word]);
    }
    for (Eigen::Index k = 0; k < basis->cols(); ++k) {
      previous.names.push_back(absl::StrCat("@previous:", lag, "[", k, "]"));
    }
  }
  absl::StatusOr<Tensor> tensor = TensorOfRows<double>(values, DType::kF64);
  if (!tensor.ok()) return tensor.status();
  previous.values = *std::move(tensor);
  return previous;
}

absl::StatusOr<std::vector<LayerInput>> DelayedLayers(const AlignmentInputs& inputs,
                                                      const std::vector<int>& delays) {
  const BrainInput& brain = inputs.brain;
  absl::Status status = CheckDelays(delays);
  if (!status.ok()) return status;
  if (inputs.layers.empty() || !HasBrain(brain)) {
    return absl::InvalidArgumentError("needs the recording and the activations");
  }
  const std::int64_t words = brain.words();
  std::vector<std::int64_t> used;
  ForEachSelected(brain, words, [&](std::int64_t word) { used.push_back(word); });
  if (used.empty()) return absl::InvalidArgumentError("finds no row that is used");
  const auto rows = RowsAtDelays(brain, used, delays);
  if (!rows.ok()) return rows.status();
  std::vector<LayerInput> delayed;
  for (const LayerInput& layer : inputs.layers) {
    const Tensor& activations = layer.activations;
    if (activations.rank() != 2 || activations.dim(0) != words) {
      return absl::InvalidArgumentError(
          absl::StrCat("has activations ", Describe(activations.spec()), " of ", words, " words"));
    }
    absl::StatusOr<Tensor> tensor = activations.dtype() == DType::kF64
                                        ? DelayedRows<double>(layer, used, *rows, DType::kF64)
                                        : DelayedRows<float>(layer, used, *rows, DType::kF32);
    if (!tensor.ok()) return tensor.status();
    delayed.push_back({*std::move(tensor), layer.relative_depth,
                       absl::StrCat(layer.name, "@delays:", absl::StrJoin(delays, ","))});
  }
  return delayed;
}

}  // namespace brainalign
