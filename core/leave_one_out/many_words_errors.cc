#include "core/leave_one_out/many_words_errors.h"

#include <algorithm>
#include <cmath>

#include "core/leave_one_out/candidate_groups.h"
#include "core/linalg/lapack.h"
#include "core/ridge/coefficient_loops.h"

namespace brainalign {
namespace {

// Of |x| |y| over the square root of the words: what rounding moves a product x'y over them by,
// ten times what is seen with products in single precision.
constexpr double kProductRounding = 3e-6;

// Share of the leverages' spread that a sample of them may be off by; beyond, nothing that is added
// up from them is believed.
constexpr double kMostOff = 0.1;

// The greatest length over the training words of a feature as the fit scales it.
double LongestFeature(const Ridge& ridge) {
  const Vector squares = ridge.rotation().rowwise().squaredNorm();
  const Vector lengths = ridge.rotation().cwiseAbs2() * ridge.eigenvalues();
  double longest = 0;  // a feature without weight has no row
  for (Eigen::Index i = 0; i < squares.size(); ++i) {
    if (squares(i) > 0) longest = std::max(longest, lengths(i) / squares(i));
  }
  return std::sqrt(longest);
}

// Candidates with the sums that a pass makes for each.
struct SummedGroup {
  CandidateGroup group;
  std::vector<std::size_t> weight;  // column of the words' weights, of each candidate
  Eigen::ArrayXd squares;           // of the residuals, summed over the words
  Eigen::ArrayXd weighted;          // the same, times the weights less 1
};

// The alphas that candidates are about, and sums over the words for each.
struct Weights {
  std::vector<Eigen::Index> alpha;
  ColMatrix<float> inverse;  // (directions, alphas + 1) 1 / (eigenvalue + alpha); the last: ones
  Eigen::RowVectorXf rest;   // what a square in the directions left out counts
  Eigen::ArrayXd leverages;
  Eigen::ArrayXd excess;
  Eigen::ArrayXf centre;   // mean excess of the sampled words
  Eigen::ArrayXd squares;  // of the excess about the centre
  Eigen::ArrayXd fourths;
  Eigen::ArrayXd off_squares;  // of what a sampled word's excess was off by
  Eigen::ArrayXd off_fourths;
};

Weights MakeWeights(const std::vector<AlphaCandidate>& candidates,
                    const std::vector<double>& alphas, const RidgeSolver& solver,
                    Eigen::Index left_out, const LeverageSample& sample) {
  const Vector& values = solver.diagonal();
  Weights weights;
  for (const AlphaCandidate& candidate : candidates) {
    if (weights.alpha.empty() || weights.alpha.back() != candidate.alpha) {
      weights.alpha.push_back(candidate.alpha);
    }
  }
  const auto count = static_cast<Eigen::Index>(weights.alpha.size());
  const Eigen::Index directions = values.size() - left_out;
  weights.inverse.setOnes(directions, count + 1);
  weights.rest.setZero(count);
  weights.centre.setZero(count);
  const Eigen::ArrayXd leading = values.tail(directions).reverse();
  const Eigen::ArrayXd small = values.head(left_out).array() * solver.Spanned().head(left_out);
  for (Eigen::Index a = 0; a < count; ++a) {
    const double alpha = alphas[Size(weights.alpha[Size(a)])];
    weights.inverse.col(a) = (leading + alpha).inverse().matrix().cast<float>();
    weights.centre(a) =
        sample.leverage.col(weights.alpha[Size(a)]).unaryExpr(&ExcessOf<float>).mean();
    // So that the mean over the words is right.
    if (small.sum() > 0) {
      weights.rest(a) = static_cast<float>((small / (small + alpha)).sum() / small.sum());
    }
  }
  for (Eigen::ArrayXd* sums : {&weights.leverages, &weights.excess, &weights.squares,
                               &weights.fourths, &weights.off_squares, &weights.off_fourths}) {
    sums->setZero(count);
  }
  return weights;
}

// One pass over the training words.
class Pass {
 public:
  Pass(const CandidateInputs<float>& inputs, const LeverageSample& sample,
       const std::vector<AlphaCandidate>& candidates)
      : inputs_(inputs), sample_(sample) {
    const Ridge& ridge = inputs.ridge;
    const Eigen::Index p = ridge.eigenvalues().size();
    for (CandidateGroup& group : GroupCandidates(inputs, candidates)) {
      directions_ = std::max(directions_, group.directions);
      const auto size = group.size();
      groups_.push_back(
          {std::move(group), {}, Eigen::ArrayXd::Zero(size), Eigen::ArrayXd::Zero(size)});
    }
    weights_ = MakeWeights(candidates, inputs.alphas, ridge.solver(), p - directions_, sample);
    for (SummedGroup& summed : groups_) {
      for (const int alpha : summed.group.alpha) {
        const auto found = std::find(weights_.alpha.begin(), weights_.alpha.end(), alpha);
        summed.weight.push_back(Size(found - weights_.alpha.begin()));
      }
    }
    const Matrix leading = ridge.rotation().rightCols(directions_).rowwise().reverse();
    rotation_ = leading.cast<float>();
    origin_ = (ridge.train_mean().transpose() * leading).cast<float>();
    mean_ = ridge.train_mean().cast<float>();
    // The rotation is orthogonal but for the features' scales.
    scale_ = ridge.rotation().rowwise().norm().cast<float>();
  }

  void AddRows(Eigen::Index row, Eigen::Index size) {
    const auto rows = inputs_.features.middleRows(row, size);
    turned_.resize(size, directions_);
    turned_.noalias() = rows * rotation_;
    squares_.resize(size, directions_);
    CentreAndSquare(Size(size), Size(directions_), origin_.data(), turned_.data(), squares_.data());
    AddWeights(row, size);
    for (SummedGroup& group : groups_) AddGroup(row, size, group);
  }

  const std::vector<SummedGroup>& groups() const { return groups_; }
  const Weights& weights() const { return weights_; }

 private:
  // The words' weights less 1, and their sums.
  void AddWeights(Eigen::Index row, Eigen::Index size) {
    const Eigen::Index count = weights_.rest.size();
    excess_.resize(size, count + 1);
    excess_.noalias() = squares_ * weights_.inverse;
    rest_.setZero(size);
    if (directions_ < inputs_.features.cols()) {
      AddSquaredDistances(Size(size), Size(inputs_.features.cols()), Size(inputs_.features.rows()),
                          inputs_.features.data() + row, mean_.data(), scale_.data(), rest_.data());
      rest_ = (rest_ - excess_.col(count).array()).max(0.0f);
    }
    const auto intercept = static_cast<float>(1.0 / inputs_.ridge.train_count());
    for (Eigen::Index a = 0; a < count; ++a) {
      auto column = excess_.col(a).array();
      column += weights_.rest(a) * rest_ + intercept;
      weights_.leverages(a) += column.sum();
      column = column.unaryExpr(&ExcessOf<float>);
      weights_.excess(a) += column.sum();
      const auto squares = (column - weights_.centre(a)).square();
      weights_.squares(a) += squares.sum();
      weights_.fourths(a) += squares.square().sum();
    }
    for (; next_ < sample_.positions.size() && sample_.positions[next_] < row + size; ++next_) {
      for (Eigen::Index a = 0; a < count; ++a) {
        const float leverage =
            sample_.leverage(static_cast<Eigen::Index>(next_), weights_.alpha[Size(a)]);
        const double off = excess_(sample_.positions[next_] - row, a) - ExcessOf(leverage);
        weights_.off_squares(a) += off * off;
        weights_.off_fourths(a) += off * off * off * off;
      }
    }
  }

  void AddGroup(Eigen::Index row, Eigen::Index size, SummedGroup& summed) {
    const CandidateGroup& group = summed.group;
    predicted_.resize(size, group.size());
    predicted_.noalias() = turned_.leftCols(group.directions) * group.solutions;
    ForEachAlpha(group, [&](int, std::size_t first, std::size_t width) {
      AddWeightedSquares(Size(size), width, predicted_.data() + first, Size(predicted_.cols()),
                         group.mean.data() + first, inputs_.targets.row(row).data(),
                         Size(inputs_.targets.outerStride()), group.target.data() + first,
                         excess_.col(static_cast<Eigen::Index>(summed.weight[first])).data(),
                         summed.squares.data() + first, summed.weighted.data() + first);
    });
  }

  const CandidateInputs<float>& inputs_;
  const LeverageSample& sample_;
  std::vector<SummedGroup> groups_;
  Weights weights_;
  Eigen::Index directions_ = 0;
  ColMatrix<float> rotation_;  // (p, directions), leading first
  Eigen::RowVectorXf origin_;
  Eigen::VectorXf mean_;
  Eigen::VectorXf scale_;
  RowMatrix<float> turned_;
  RowMatrix<float> squares_;
  ColMatrix<float> excess_;
  Eigen::ArrayXf rest_;
  RowMatrix<float> predicted_;
  std::size_t next_ = 0;  // in the sample
};

}  // namespace

ManyWordsErrors::ManyWordsErrors(const CandidateInputs<float>& inputs, const FoldSets& sets,
                                 const LeverageSample& sample, const Criterion& residual_squares,
                                 const Criterion& sum_bound)
    : inputs_(inputs),
      sets_(sets),
      sample_(sample),
      residual_squares_(residual_squares),
      sum_bound_(sum_bound),
      product_rounding_(kProductRounding / std::sqrt(inputs.train.count) *
                        LongestFeature(inputs.ridge)) {}

CandidateCriteria ManyWordsErrors::Approximately(
    const std::vector<AlphaCandidate>& candidates) const {
  Pass pass(inputs_, sample_, candidates);
  for (const auto& [begin, end] : TrainRanges(sets_)) {
    for (Eigen::Index row = begin; row < end; row += kJudgedRowsAtOnce) {
      pass.AddRows(row, std::min<Eigen::Index>(kJudgedRowsAtOnce, end - row));
    }
  }
  const Eigen::ArrayXd values = inputs_.ridge.eigenvalues().array();
  const TargetStatistics& train = inputs_.train;
  const double n = train.count;
  const double together = kBoundDeviations / std::sqrt(n);
  const Weights& weights = pass.weights();
  const auto sampled = static_cast<double>(sample_.positions.size());
  const auto count = static_cast<Eigen::Index>(candidates.size());
  CandidateCriteria errors = {Eigen::RowVectorXd(count), Eigen::RowVectorXd(count)};
  Eigen::Index at = 0;
  for (const SummedGroup& summed : pass.groups()) {
    const CandidateGroup& group = summed.group;
    for (Eigen::Index c = 0; c < group.size(); ++c, ++at) {
      const auto a = static_cast<Eigen::Index>(summed.weight[Size(c)]);
      const int target = group.target[Size(c)];
      const double alpha = inputs_.alphas[Size(weights.alpha[Size(a)])];
      const double residual = residual_squares_(weights.alpha[Size(a)], target);
      // The mean weight, with the mean leverage as it must be.
      const double leverage = MeanLeverage(inputs_.ridge, alpha);
      const double mean = weights.excess(a) / n;
      const double slope = 2.0 / std::pow(1.0 - leverage, 3);
      const double factor = 1.0 + mean + slope * (leverage - weights.leverages(a) / n);
      errors.sum(at) = factor * residual + summed.weighted(c) - mean * summed.squares(c);

      const double value = train.squares(target) + n * train.mean(target) * train.mean(target);
      // Rotated words are rounded in proportion to the words' lengths.
      const double rounding =
          kPredictionRounding * std::sqrt(values.sum() * group.coefficients(c)) +
          kValueRounding * std::sqrt(value);
      const double lost = std::sqrt(group.lost(c)) + rounding;
      const double spread = SpreadOfMany(weights.squares(a), weights.fourths(a), n);
      const double off = SpreadOfMany(weights.off_squares(a), weights.off_fourths(a), sampled);
      const double of_products = ProductRounding(target, group.slope(c));
      const double of_weights = sum_bound_(weights.alpha[Size(a)], target) * off * residual;
      const double of_residuals = spread * lost * (2.0 * std::sqrt(residual) + lost);
      errors.error_bound(at) =
          (off <= kMostOff * spread ? of_weights + together * of_residuals
                                    : std::max(of_weights, off * residual) + of_residuals) +
          factor * of_products;
    }
  }
  return errors;
}

CandidateCriteria ManyWordsErrors::Exactly(const std::vector<AlphaCandidate>& candidates) const {
  std::vector<double> alphas;  // those in question
  std::vector<AlphaCandidate> renamed = candidates;
  Eigen::Index last = -1;
  for (AlphaCandidate& candidate : renamed) {
    if (candidate.alpha != last) {
      last = candidate.alpha;
      alphas.push_back(inputs_.alphas[Size(last)]);
    }
    candidate.alpha = static_cast<Eigen::Index>(alphas.size()) - 1;
  }
  const LeaveOneOutWeights<float> weights =
      MakeLeaveOneOutWeights(inputs_.ridge, inputs_.features, sets_, alphas);
  CandidateCriteria errors = ErrorsInDoublePrecision<float>(
      {inputs_.ridge, inputs_.features, inputs_.b, inputs_.train, inputs_.targets, alphas},
      weights.excess, renamed);
  Eigen::Index at = 0;
  for (const CandidateGroup& group : GroupCandidates(inputs_, candidates)) {
    for (Eigen::Index c = 0; c < group.size(); ++c, ++at) {
      const double residual = residual_squares_(group.alpha[Size(c)], group.target[Size(c)]);
      const double factor = residual > 0 ? std::max(1.0, errors.sum(at) / residual) : 1.0;
      errors.error_bound(at) += factor * ProductRounding(group.target[Size(c)], group.slope(c));
    }
  }
  return errors;
}

CandidateCriteria ManyWordsErrors::At(int level,
                                      const std::vector<AlphaCandidate>& candidates) const {
  if (level == 0) return Approximately(candidates);
  return level == 1 ? Exactly(candidates) : ErrorsFromWords(inputs_, sets_, candidates);
}

double ManyWordsErrors::ProductRounding(int target, double slope) const {
  const TargetStatistics& train = inputs_.train;
  const double value =
      train.squares(target) + train.count * train.mean(target) * train.mean(target);
  return 2.0 * product_rounding_ * std::sqrt(value * slope);
}

}  // namespace brainalign
