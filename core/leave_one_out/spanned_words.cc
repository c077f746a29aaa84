#include "core/leave_one_out/spanned_words.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/linalg/held_bytes.h"

namespace brainalign {
namespace {

// If features leave less than this share of a word, it is rounding, or so many times the roundoff
// of what they span: the eigenvalues of a Gram matrix are off by shares of the largest one.
constexpr double kLeastUnspanned = 1e-10;
constexpr double kRoundoffs = 4;

// The least share of a word that is more than rounding.
double LeastUnspanned(const Ridge& ridge, const Vector& inverse) {
  const double condition = inverse.maxCoeff() * ridge.eigenvalues().maxCoeff();
  return std::max(kLeastUnspanned, kRoundoffs * std::numeric_limits<double>::epsilon() *
                                       (ridge.factorised() ? std::sqrt(condition) : condition));
}

// (p) a / (v + a), the share of each direction that the penalty holds back.
Eigen::ArrayXd HeldBack(const Ridge& ridge, double alpha) {
  return alpha / (ridge.eigenvalues().array() + alpha);
}

Matrix AboutTrainMean(const Ridge& ridge, const Matrix& features, Eigen::Index row,
                      Eigen::Index size) {
  return features.middleRows(row, size).rowwise() - ridge.train_mean().transpose();
}

// Calls `use(row, size)` for blocks of neighbouring rows in `ranges`.
template <typename Use>
void ForEachBlockOfRows(const std::vector<std::pair<std::int32_t, std::int32_t>>& ranges,
                        const Use& use) {
  for (const auto& [begin, end] : ranges) {
    for (Eigen::Index row = begin; row < end; row += kJudgedRowsAtOnce) {
      use(row, std::min<Eigen::Index>(kJudgedRowsAtOnce, end - row));
    }
  }
}

}  // namespace

Vector SpannedWords::InverseOf(const Ridge& ridge, const Matrix& features) const {
  // Entries of the basis are off by roundoff, which turns all that varies into other directions.
  constexpr double kRoundoff = 8 * std::numeric_limits<double>::epsilon();
  // An eigenvalue that is rounding is not what the words vary by.
  constexpr double kAgreement = 0.1;
  Eigen::ArrayXd squares = Eigen::ArrayXd::Zero(ridge.eigenvalues().size());
  ForEachBlockOfRows(ranges_, [&](Eigen::Index row, Eigen::Index size) {
    const Matrix rotated = AboutTrainMean(ridge, features, row, size) * ridge.rotation();
    squares += rotated.colwise().squaredNorm().transpose().array();
  });
  const auto values = ridge.eigenvalues().array();
  const double least = kRoundoff * kRoundoff * values.sum();
  return (values > least && (squares - values).abs() <= kAgreement * values)
      .select(values.inverse(), 0.0)
      .matrix();
}

SpannedWords::SpannedWords(const Ridge& ridge, const Matrix& features, const FoldSets& sets,
                           const std::vector<double>& alphas)
    : ranges_(TrainRanges(sets)) {
  const auto count = static_cast<Eigen::Index>(alphas.size());
  inverse_ = InverseOf(ridge, features);
  // Column 0: what the features span of a word; then what the penalties hold back of it.
  Matrix weights(inverse_.size(), count + 1);
  weights.col(0) = inverse_;
  for (Eigen::Index a = 0; a < count; ++a) {
    weights.col(a + 1) = inverse_.array() * HeldBack(ridge, alphas[Size(a)]);
  }
  const double n = ridge.train_count();
  // As many independent directions as words about their mean: they span every word.
  const bool spans_all = static_cast<double>((inverse_.array() > 0).count()) >= n - 1;
  const double least = LeastUnspanned(ridge, inverse_);
  rest_.setConstant(features.rows(), count, std::numeric_limits<double>::infinity());
  unspanned_.setZero(features.rows());
  ForEachBlockOfRows(ranges_, [&](Eigen::Index row, Eigen::Index size) {
    const RowMatrix<double> squares =
        (AboutTrainMean(ridge, features, row, size) * ridge.rotation()).cwiseAbs2();
    const RowMatrix<double> shares = squares * weights;
    rest_.middleRows(row, size) = shares.rightCols(count);
    if (spans_all) return;
    for (Eigen::Index i = 0; i < size; ++i) {
      const double left = 1.0 - 1.0 / n - shares(i, 0);
      if (left < least) continue;
      unspanned_(row + i) = 1;
      rest_.row(row + i).array() += left;
    }
  });
}

Eigen::RowVectorXd SpannedWords::Errors(const CandidateInputs<double>& inputs,
                                        const std::vector<AlphaCandidate>& candidates) const {
  Eigen::RowVectorXd errors(static_cast<Eigen::Index>(candidates.size()));
  for (std::size_t first = 0; first < candidates.size(); first += kCandidatesAtOnce) {
    const std::size_t last = std::min(first + kCandidatesAtOnce, candidates.size());
    const std::vector<AlphaCandidate> some(candidates.begin() + static_cast<std::ptrdiff_t>(first),
                                           candidates.begin() + static_cast<std::ptrdiff_t>(last));
    errors.segment(static_cast<Eigen::Index>(first), static_cast<Eigen::Index>(some.size())) =
        SumErrors(inputs, some);
  }
  return errors;
}

Eigen::RowVectorXd SpannedWords::SumErrors(const CandidateInputs<double>& inputs,
                                           const std::vector<AlphaCandidate>& candidates) const {
  const Ridge& ridge = inputs.ridge;
  const auto count = static_cast<Eigen::Index>(candidates.size());
  const bool some_unspanned = (unspanned_.array() > 0).any();
  // Coefficients of the residuals, and of what the features span of the targets.
  Matrix held_back(inverse_.size(), count);
  Matrix spanned(inverse_.size(), some_unspanned ? count : 0);
  for (Eigen::Index c = 0; c < count; ++c) {
    const auto [alpha, target] = candidates[Size(c)];
    const Vector all = inputs.b.col(target).cwiseProduct(inverse_);
    held_back.col(c) = all.array() * HeldBack(ridge, inputs.alphas[Size(alpha)]);
    if (some_unspanned) spanned.col(c) = all;
  }
  held_back = ridge.rotation() * held_back;
  if (some_unspanned) spanned = ridge.rotation() * spanned;
  Eigen::RowVectorXd sums = Eigen::RowVectorXd::Zero(count);
  ForEachBlockOfRows(ranges_, [&](Eigen::Index row, Eigen::Index size) {
    const Matrix words = AboutTrainMean(ridge, inputs.features, row, size);
    Matrix residuals = words * held_back;
    Matrix predicted;
    if (some_unspanned) predicted = words * spanned;
    for (Eigen::Index c = 0; c < count; ++c) {
      const auto [alpha, target] = candidates[Size(c)];
      if (inputs.train.squares(target) == 0) continue;  // constant: no fit has an error
      auto residual = residuals.col(c).array();
      if (some_unspanned) {
        residual += unspanned_.segment(row, size).array() *
                    (inputs.targets.col(target).segment(row, size).array() -
                     inputs.train.mean(target) - predicted.col(c).array());
      }
      sums(c) += (residual / rest_.col(alpha).segment(row, size).array()).square().sum();
    }
  });
  return sums;
}

std::int64_t SpannedWords::held_bytes() const {
  return HeldBytes(inverse_) + HeldBytes(rest_) + HeldBytes(unspanned_);
}

}  // namespace brainalign
