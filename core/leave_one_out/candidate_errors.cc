#include "core/leave_one_out/candidate_errors.h"

#include <algorithm>
#include <cmath>

#include "core/ridge/coefficient_loops.h"

namespace brainalign {
namespace {

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

// Sums over all words; predictions are features * solutions + offset.
template <typename T>
Eigen::RowVectorXd SumErrors(const ColMatrix<T>& features, const Matrix& solutions,
                             const Eigen::RowVectorXd& offset, const CandidateSolutions& solved,
                             const RowMatrixRef<T>& targets, const RowMatrix<T>& excess) {
  Eigen::RowVectorXd sums = Eigen::RowVectorXd::Zero(solved.size());
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
  }
  return sums;
}

}  // namespace

template <typename T>
Eigen::RowVectorXd ErrorsInDoublePrecision(const CandidateInputs<T>& inputs,
                                           const RowMatrix<T>& excess,
                                           const std::vector<AlphaCandidate>& candidates) {
  const Ridge& ridge = inputs.ridge;
  Eigen::RowVectorXd sums(static_cast<Eigen::Index>(candidates.size()));
  for (std::size_t first = 0; first < candidates.size(); first += kCandidatesAtOnce) {
    const CandidateSolutions solved =
        SolveCandidates(ridge, inputs.b, inputs.alphas, candidates, first,
                        std::min(first + kCandidatesAtOnce, candidates.size()));
    const Matrix turned = ridge.rotation() * solved.solutions;  // of features about any origin
    const Eigen::RowVectorXd mean = inputs.train.mean.matrix().transpose()(solved.target);
    const Eigen::RowVectorXd offset = mean - ridge.train_mean().transpose() * turned;
    sums.segment(static_cast<Eigen::Index>(first), solved.size()) =
        SumErrors<T>(inputs.features, turned, offset, solved, inputs.targets, excess);
  }
  return sums;
}

template Eigen::RowVectorXd ErrorsInDoublePrecision<float>(const CandidateInputs<float>&,
                                                           const RowMatrix<float>&,
                                                           const std::vector<AlphaCandidate>&);
template Eigen::RowVectorXd ErrorsInDoublePrecision<double>(const CandidateInputs<double>&,
                                                            const RowMatrix<double>&,
                                                            const std::vector<AlphaCandidate>&);

}  // namespace brainalign
