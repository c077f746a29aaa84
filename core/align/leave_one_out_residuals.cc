#include "core/align/leave_one_out_residuals.h"

#include <algorithm>
#include <cmath>

#include "core/align/coefficient_loops.h"
#include "core/align/solution_expansion.h"

namespace brainalign {
namespace {

constexpr Eigen::Index kRowsAtOnce = 512;
constexpr Eigen::Index kTargetsAtOnce = 128;

// Of a prediction: what rounding may move it by. A product over p features in single
// precision is off by sqrt(p) 3e-8 or so, 1e-6 for a thousand.
constexpr double kRounding = 1e-6;
// Of a sum of squares: what is rounded in adding it up.
constexpr double kSumRounding = 3e-7;

// The training words in the eigenbasis.
template <typename T>
struct TurnedWords {
  RowMatrix<float> features;  // (train words, p)
  Matrix weight;              // (train words, A): 1 / (1 - leverage)^2
  RowMatrix<T> excess;        // (n, A): weight - 1, by position
};

template <typename T>
TurnedWords<T> Turn(const Ridge& ridge, const ColMatrix<T>& features,
                    const std::vector<std::int32_t>& positions, const std::vector<double>& alphas) {
  const auto count = static_cast<Eigen::Index>(alphas.size());
  const auto words = static_cast<Eigen::Index>(positions.size());
  const Eigen::Index p = features.cols();
  Matrix inverse(p, count);  // 1 / (eigenvalue + alpha)
  for (Eigen::Index a = 0; a < count; ++a) {
    inverse.col(a) =
        (ridge.eigenvalues().array() + alphas[static_cast<std::size_t>(a)]).inverse().matrix();
  }
  TurnedWords<T> turned;
  turned.features.resize(words, p);
  turned.weight.resize(words, count);
  turned.excess.resize(features.rows(), count);
  Matrix rows;
  Matrix block;
  for (Eigen::Index first = 0; first < words; first += kRowsAtOnce) {
    const Eigen::Index size = std::min(kRowsAtOnce, words - first);
    rows.resize(size, p);
    for (Eigen::Index i = 0; i < size; ++i) {
      rows.row(i) =
          features.row(positions[static_cast<std::size_t>(first + i)]).template cast<double>() -
          ridge.train_mean().transpose();
    }
    block.noalias() = rows * ridge.rotation();
    turned.features.middleRows(first, size) = block.cast<float>();
    auto weight = turned.weight.middleRows(first, size);
    weight.noalias() = block.array().square().matrix() * inverse;
    weight = (1.0 - 1.0 / ridge.train_count() - weight.array()).square().inverse();
  }
  for (Eigen::Index i = 0; i < words; ++i) {
    turned.excess.row(positions[static_cast<std::size_t>(i)]) =
        (turned.weight.row(i).array() - 1.0).matrix().template cast<T>();
  }
  return turned;
}

// Errors of the targets [begin, begin + width) of every alpha.
template <typename T>
Criterion InSinglePrecision(const TurnedWords<T>& turned, const SolutionExpansion& expansion,
                            const RowMatrix<double>& b, const TargetStatistics& train,
                            const RowMatrixRef<T>& targets,
                            const std::vector<std::int32_t>& positions, Eigen::Index begin,
                            Eigen::Index width) {
  const Eigen::Index terms = expansion.basis.cols();
  const Eigen::Index count = expansion.coefficients.cols();
  const Eigen::Index words = turned.features.rows();
  RowMatrix<float> solutions(b.rows(), terms * width);
  for (Eigen::Index j = 0; j < b.rows(); ++j) {
    for (Eigen::Index q = 0; q < terms; ++q) {
      solutions.row(j).segment(q * width, width) =
          (expansion.basis(j, q) * b.row(j).segment(begin, width)).template cast<float>();
    }
  }
  const RowMatrix<float> coefficients = expansion.coefficients.transpose().cast<float>();
  const auto mean = train.mean.segment(begin, width).matrix().transpose();
  Criterion errors = Criterion::Zero(count, width);
  RowMatrix<float> predicted;
  RowMatrix<float> observed;
  RowMatrix<float> weight;
  for (Eigen::Index first = 0; first < words; first += kRowsAtOnce) {
    const Eigen::Index size = std::min(kRowsAtOnce, words - first);
    predicted.resize(size, terms * width);
    predicted.noalias() = turned.features.middleRows(first, size) * solutions;
    observed.resize(size, width);
    for (Eigen::Index i = 0; i < size; ++i) {
      const auto row = targets.row(positions[static_cast<std::size_t>(first + i)]);
      observed.row(i) =
          (row.segment(begin, width).template cast<double>() - mean).template cast<float>();
    }
    weight = turned.weight.middleRows(first, size).template cast<float>();
    AddWeightedErrors(static_cast<std::size_t>(size), static_cast<std::size_t>(width),
                      static_cast<std::size_t>(terms), static_cast<std::size_t>(count),
                      observed.data(), predicted.data(), coefficients.data(), weight.data(),
                      errors.data());
  }
  return errors;
}

// How far each entry of `criterion` may be off.
Criterion Doubt(const Ridge& ridge, const SolutionExpansion& expansion, const Matrix& weight,
                const RowMatrix<double>& b, const TargetStatistics& train,
                const Criterion& criterion) {
  // Squares of the predictions of each term: sum_j v_j (basis_jq b_j)^2.
  const Matrix of_terms = (expansion.basis.array().square().colwise() * ridge.eigenvalues().array())
                              .matrix()
                              .transpose() *
                          b.array().square().matrix();
  const Matrix rounded =
      kRounding *
      (expansion.coefficients.array().square().matrix().transpose() * of_terms).cwiseSqrt();
  const Eigen::RowVectorXd length = train.squares.sqrt().matrix().transpose();
  Criterion doubt(criterion.rows(), criterion.cols());
  for (Eigen::Index a = 0; a < criterion.rows(); ++a) {
    // sum w (r + d)^2 - sum w r^2 is at most 2 |w^1/2 r| |w^1/2 d| + |w^1/2 d|^2.
    const Eigen::ArrayXd off = std::sqrt(weight.col(a).maxCoeff()) *
                               (rounded.row(a) + expansion.omitted(a) * length).transpose().array();
    const Eigen::ArrayXd errors = criterion.row(a).transpose().array();
    doubt.row(a) =
        (2.0 * errors.sqrt() * off + off.square() + kSumRounding * errors).matrix().transpose();
  }
  return doubt;
}

}  // namespace

template <typename T>
Criterion LeaveOneOutCriterion(const Ridge& ridge, const RowMatrix<double>& b,
                               const TargetStatistics& train, const ColMatrix<T>& features,
                               const RowMatrixRef<T>& targets,
                               const std::vector<std::int32_t>& positions,
                               const std::vector<double>& alphas, const SharedChoice* shared) {
  const auto count = static_cast<Eigen::Index>(alphas.size());
  const TurnedWords<T> turned = Turn(ridge, features, positions, alphas);
  const SolutionExpansion expansion =
      ExpandSolutions(ridge.eigenvalues(), alphas, kExpansionTolerance);
  Criterion criterion(count, targets.cols());
  for (Eigen::Index begin = 0; begin < targets.cols(); begin += kTargetsAtOnce) {
    const Eigen::Index width = std::min(kTargetsAtOnce, targets.cols() - begin);
    criterion.middleCols(begin, width) =
        InSinglePrecision(turned, expansion, b, train, targets, positions, begin, width);
  }
  const Criterion doubt = Doubt(ridge, expansion, turned.weight, b, train, criterion);
  SettleNearTies<T>(ridge, b, train, {features, targets, positions, turned.excess}, alphas, doubt,
                    shared, criterion);
  return criterion;
}

template Criterion LeaveOneOutCriterion<float>(const Ridge&, const RowMatrix<double>&,
                                               const TargetStatistics&, const ColMatrix<float>&,
                                               const RowMatrixRef<float>&,
                                               const std::vector<std::int32_t>&,
                                               const std::vector<double>&, const SharedChoice*);
template Criterion LeaveOneOutCriterion<double>(const Ridge&, const RowMatrix<double>&,
                                                const TargetStatistics&, const ColMatrix<double>&,
                                                const RowMatrixRef<double>&,
                                                const std::vector<std::int32_t>&,
                                                const std::vector<double>&, const SharedChoice*);

}  // namespace brainalign
