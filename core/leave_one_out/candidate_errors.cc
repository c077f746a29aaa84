#include "core/leave_one_out/candidate_errors.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "core/leave_one_out/leverage.h"
#include "core/moments/target_moments.h"
#include "core/ridge/coefficient_loops.h"

namespace brainalign {
namespace {

// Share that a leverage in single precision is off by: a sum of p squares of products over p terms.
constexpr double kLeverageRounding = 4e-6;

// Coefficients (p, candidates) in the basis of the fit, with alpha and target of each.
struct CandidateSolutions {
  std::vector<int> alpha;
  std::vector<int> target;
  RowMatrix<double> solutions;

  Eigen::Index size() const { return solutions.cols(); }
};

// Of the candidates [first, last).
CandidateSolutions SolveCandidates(const Ridge& ridge, const RowMatrix<double>& b,
                                   const std::vector<double>& alphas,
                                   const std::vector<AlphaCandidate>& candidates, std::size_t first,
                                   std::size_t last) {
  CandidateSolutions solved;
  solved.solutions.resize(b.rows(), static_cast<Eigen::Index>(last - first));
  RowMatrix<double> part;
  RowMatrix<double> z;
  while (first < last) {
    const Eigen::Index alpha = candidates[first].alpha;
    std::vector<int> targets;
    for (; first < last && candidates[first].alpha == alpha; ++first) {
      targets.push_back(static_cast<int>(candidates[first].target));
      solved.alpha.push_back(static_cast<int>(alpha));
    }
    part = b(Eigen::all, targets);
    ridge.Solve(alphas[static_cast<std::size_t>(alpha)], part, z);
    solved.solutions.middleCols(static_cast<Eigen::Index>(solved.target.size()), z.cols()) = z;
    solved.target.insert(solved.target.end(), targets.begin(), targets.end());
  }
  return solved;
}

// Whether none of these words is trained on.
template <typename T>
bool AreLeftOut(const RowMatrix<T>& excess, Eigen::Index begin, Eigen::Index size) {
  return (excess.col(0).segment(begin, size).array() == T(-1)).all();
}

// Adds to `squares` the squares of what rounding of single precision may do to each word's part of
// an error.
void AddRoundingOfWeights(const RowMatrix<double>& predicted, const Eigen::RowVectorXd& offset,
                          const CandidateSolutions& solved, const RowMatrixRef<float>& targets,
                          const RowMatrix<float>& excess, Eigen::Index row,
                          Eigen::RowVectorXd& squares) {
  for (Eigen::Index i = 0; i < predicted.rows(); ++i) {
    for (Eigen::Index c = 0; c < predicted.cols(); ++c) {
      const double weight = 1.0 + excess(row + i, solved.alpha[Size(c)]);
      const double residual =
          targets(row + i, solved.target[Size(c)]) - offset(c) - predicted(i, c);
      // The weight is 1 / (1 - h)^2, and h is off by a share of itself.
      const double off = 2.0 * kLeverageRounding * (std::sqrt(std::max(weight, 0.0)) - 1.0);
      const double part = off * weight * residual * residual;
      squares(c) += part * part;
    }
  }
}

// Sums over all words; predictions are features * solutions + offset.
template <typename T>
CandidateCriteria SumErrors(const ColMatrix<T>& features, const Matrix& solutions,
                            const Eigen::RowVectorXd& offset, const CandidateSolutions& solved,
                            const RowMatrixRef<T>& targets, const RowMatrix<T>& excess) {
  Eigen::RowVectorXd sums = Eigen::RowVectorXd::Zero(solved.size());
  Eigen::RowVectorXd squares = Eigen::RowVectorXd::Zero(solved.size());
  RowMatrix<double> predicted;
  for (Eigen::Index row = 0; row < features.rows(); row += kJudgedRowsAtOnce) {
    const Eigen::Index size = std::min(kJudgedRowsAtOnce, features.rows() - row);
    if (AreLeftOut(excess, row, size)) continue;
    predicted.resize(size, solved.size());
    predicted.noalias() = features.middleRows(row, size).template cast<double>() * solutions;
    AddCandidateErrors(Size(size), Size(solved.size()), predicted.data(), offset.data(),
                       targets.row(row).data(), Size(targets.outerStride()), solved.target.data(),
                       excess.row(row).data(), Size(excess.cols()), solved.alpha.data(),
                       sums.data());
    if constexpr (std::is_same_v<T, float>) {
      AddRoundingOfWeights(predicted, offset, solved, targets, excess, row, squares);
    }
  }
  return {sums, kBoundDeviations * squares.cwiseSqrt()};
}

// (words, alphas) The weights less 1 of the words from `row` on, in double precision.
RowMatrix<double> ExcessOfRows(const CandidateInputs<float>& inputs, Eigen::Index row,
                               Eigen::Index size, const Matrix& inverse) {
  const Ridge& ridge = inputs.ridge;
  const Matrix rotated = (inputs.features.middleRows(row, size).cast<double>().rowwise() -
                          ridge.train_mean().transpose()) *
                         ridge.rotation();
  const RowMatrix<double> leverage =
      (rotated.cwiseAbs2() * inverse).array() + 1.0 / ridge.train_count();
  return leverage.unaryExpr(&ExcessOf<double>);
}

// The distinct targets of the candidates, ascending.
std::vector<int> TargetsOf(const std::vector<AlphaCandidate>& candidates) {
  std::vector<int> targets;
  for (const AlphaCandidate& candidate : candidates) {
    targets.push_back(static_cast<int>(candidate.target));
  }
  std::sort(targets.begin(), targets.end());
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  return targets;
}

}  // namespace

template <typename T>
CandidateCriteria ErrorsInDoublePrecision(const CandidateInputs<T>& inputs,
                                          const RowMatrix<T>& excess,
                                          const std::vector<AlphaCandidate>& candidates) {
  const Ridge& ridge = inputs.ridge;
  const auto count = static_cast<Eigen::Index>(candidates.size());
  CandidateCriteria errors = {Eigen::RowVectorXd(count), Eigen::RowVectorXd(count)};
  for (std::size_t first = 0; first < candidates.size(); first += kCandidatesAtOnce) {
    const CandidateSolutions solved =
        SolveCandidates(ridge, inputs.b, inputs.alphas, candidates, first,
                        std::min(first + kCandidatesAtOnce, candidates.size()));
    const Matrix rotated = ridge.rotation() * solved.solutions;  // of features about any origin
    const Eigen::RowVectorXd mean = inputs.train.mean.matrix().transpose()(solved.target);
    const Eigen::RowVectorXd offset = mean - ridge.train_mean().transpose() * rotated;
    const CandidateCriteria some =
        SumErrors<T>(inputs.features, rotated, offset, solved, inputs.targets, excess);
    errors.sum.segment(static_cast<Eigen::Index>(first), solved.size()) = some.sum;
    errors.error_bound.segment(static_cast<Eigen::Index>(first), solved.size()) = some.error_bound;
  }
  return errors;
}

CandidateCriteria ErrorsFromWords(const CandidateInputs<float>& inputs, const FoldSets& sets,
                                  const std::vector<AlphaCandidate>& candidates) {
  const Ridge& ridge = inputs.ridge;
  const std::vector<int> targets = TargetsOf(candidates);
  const RowMatrix<float> values = inputs.targets(Eigen::all, targets);
  RowMatrix<double> cross =
      FoldCrossSumsInDouble<float>(inputs.features, values, sets).train.product;
  const Eigen::RowVectorXd mean = inputs.train.mean.matrix().transpose()(targets);
  cross.noalias() -= ridge.train_count() * ridge.train_mean() * mean;
  for (std::size_t c = 0; c < targets.size(); ++c) {
    if (inputs.train.squares(targets[c]) == 0) cross.col(static_cast<Eigen::Index>(c)).setZero();
  }
  const RowMatrix<double> b = ridge.Rotate(cross);
  Matrix inverse(b.rows(), static_cast<Eigen::Index>(inputs.alphas.size()));
  for (Eigen::Index a = 0; a < inverse.cols(); ++a) {
    inverse.col(a) = (ridge.eigenvalues().array() + inputs.alphas[Size(a)]).inverse().matrix();
  }
  const auto count = static_cast<Eigen::Index>(candidates.size());
  CandidateCriteria errors = {Eigen::RowVectorXd::Zero(count), Eigen::RowVectorXd::Zero(count)};
  std::vector<int> column;  // of `values`, by candidate
  Matrix solutions(b.rows(), count);
  for (Eigen::Index c = 0; c < count; ++c) {
    const AlphaCandidate& candidate = candidates[Size(c)];
    const auto found = std::lower_bound(targets.begin(), targets.end(), candidate.target);
    column.push_back(static_cast<int>(found - targets.begin()));
    solutions.col(c) = b.col(column.back()).cwiseProduct(inverse.col(candidate.alpha));
  }
  const Matrix weights = ridge.rotation() * solutions;
  for (const auto& [begin, end] : TrainRanges(sets)) {
    for (Eigen::Index row = begin; row < end; row += kJudgedRowsAtOnce) {
      const Eigen::Index size = std::min<Eigen::Index>(kJudgedRowsAtOnce, end - row);
      const RowMatrix<double> excess = ExcessOfRows(inputs, row, size, inverse);
      const Matrix predicted = (inputs.features.middleRows(row, size).cast<double>().rowwise() -
                                ridge.train_mean().transpose()) *
                               weights;
      for (Eigen::Index c = 0; c < count; ++c) {
        const int target = column[Size(c)];
        const Eigen::ArrayXd residual =
            values.col(target).segment(row, size).cast<double>().array() - mean(target) -
            predicted.col(c).array();
        errors.sum(c) +=
            ((1.0 + excess.col(candidates[Size(c)].alpha).array()) * residual.square()).sum();
      }
    }
  }
  return errors;
}

template CandidateCriteria ErrorsInDoublePrecision<float>(const CandidateInputs<float>&,
                                                          const RowMatrix<float>&,
                                                          const std::vector<AlphaCandidate>&);
template CandidateCriteria ErrorsInDoublePrecision<double>(const CandidateInputs<double>&,
                                                           const RowMatrix<double>&,
                                                           const std::vector<AlphaCandidate>&);

}  // namespace brainalign
