#include "core/align/many_words_judge.h"

#include <algorithm>
#include <cmath>

#include "core/align/coefficient_loops.h"

namespace brainalign {
namespace {

constexpr Eigen::Index kRowsAtOnce = 512;
// Contests whose predictions are formed at a time, from about as many directions.
constexpr std::size_t kContestsAtOnce = 512;
constexpr Eigen::Index kDirectionsApart = 64;
// What the directions that are left out may change: of the leverages' spread over the
// words, and of a target that they predict as they predict noise.
constexpr double kOfSpread = 1e-3;
constexpr double kOfTarget = 2e-3;
// Of |x| |y| over the square root of the words: what rounding moves a product x'y over them by,
// ten times what is seen with products in single precision.
constexpr double kProductRounding = 3e-6;

// Share of the leverages' spread that a sample of them may be off by; beyond, nothing that is added
// up from them is believed.
constexpr double kMostOff = 0.1;

// How many of the least eigenvalues (ascending) may be left out at `alpha`, of a fit on `words`.
Eigen::Index Negligible(const Vector& values, double alpha, double words) {
  const Eigen::ArrayXd shrinkage = values.array() / (values.array() + alpha);
  // A word's square in direction j is value / words, times a variate of mean 1 and variance 2.
  const double spread = 2.0 * shrinkage.square().sum();
  double length = 0;
  double leverage = 0;
  double cross = 0;
  double squares = 0;
  double predicted = 0;
  // Directions without variance hold nothing but rounding.
  auto most = static_cast<Eigen::Index>((SpannedDirections(values) == 0.0).count());
  for (Eigen::Index j = 0; j < values.size(); ++j) {
    length += values(j);
    leverage += shrinkage(j);
    cross += values(j) * shrinkage(j);
    squares += values(j) * values(j);
    predicted += shrinkage(j) * shrinkage(j);
    const double slope = length > 0 ? leverage / length : 0.0;
    const double off = 2.0 * (predicted - 2.0 * slope * cross + slope * slope * squares);
    if (off <= kOfSpread * kOfSpread * spread && predicted <= kOfTarget * kOfTarget * words) {
      most = j + 1;
    }
  }
  return most;
}

// The greatest length over the training words of a feature as the fit scales it.
double LongestFeature(const Ridge& ridge) {
  const Matrix basis = ridge.rotation().rowwise().normalized();
  return std::sqrt((basis.cwiseAbs2() * ridge.eigenvalues()).maxCoeff());
}

// Neighbouring contests, in as many leading directions.
struct Group {
  Heat heat;
  Eigen::Index directions = 0;
  ColMatrix<float> solutions;  // (directions, contests), leading first
  Eigen::ArrayXd lost;         // squares over all words of what predictions leave out
  Eigen::RowVectorXf mean;     // of the targets
  std::vector<int> weight;     // column of the words' weights
  Eigen::ArrayXd squares;      // of the residuals, summed over the words
  Eigen::ArrayXd weighted;     // the same, times the weights less 1
};

// The alphas that contests are about, and sums over the words for each.
struct Weights {
  std::vector<Eigen::Index> alpha;
  ColMatrix<float> inverse;  // (directions, alphas + 1) 1 / (eigenvalue + alpha); the last: ones
  Eigen::RowVectorXf rest;   // what a square in the directions left out counts
  Eigen::ArrayXd leverages;
  Eigen::ArrayXd excess;
  Eigen::ArrayXd squares;  // of the excess
  Eigen::ArrayXd off;      // squares of what a sampled word's excess was off by
};

Weights MakeWeights(const std::vector<Contest>& contests, const std::vector<double>& alphas,
                    const Vector& values, Eigen::Index left_out) {
  Weights weights;
  for (const Contest& contest : contests) {
    if (weights.alpha.empty() || weights.alpha.back() != contest.alpha) {
      weights.alpha.push_back(contest.alpha);
    }
  }
  const auto count = static_cast<Eigen::Index>(weights.alpha.size());
  const Eigen::Index directions = values.size() - left_out;
  weights.inverse.setOnes(directions, count + 1);
  weights.rest.setZero(count);
  const Eigen::ArrayXd leading = values.tail(directions).reverse();
  const Eigen::ArrayXd small =
      values.head(left_out).array() * SpannedDirections(values).head(left_out);
  for (Eigen::Index a = 0; a < count; ++a) {
    const double alpha = alphas[Size(weights.alpha[Size(a)])];
    weights.inverse.col(a) = (leading + alpha).inverse().matrix().cast<float>();
    // So that the mean over the words is right.
    if (small.sum() > 0) {
      weights.rest(a) = static_cast<float>((small / (small + alpha)).sum() / small.sum());
    }
  }
  for (Eigen::ArrayXd* sums :
       {&weights.leverages, &weights.excess, &weights.squares, &weights.off}) {
    sums->setZero(count);
  }
  return weights;
}

// One pass over the training words.
class Pass {
 public:
  Pass(const ContestInputs<float>& inputs, const LeverageSample& sample,
       const std::vector<Contest>& contests)
      : inputs_(inputs), sample_(sample) {
    const Ridge& ridge = inputs.ridge;
    const Vector& values = ridge.eigenvalues();
    const Eigen::Index p = values.size();
    MakeGroups(contests);
    directions_ = 0;
    for (const Group& group : groups_) directions_ = std::max(directions_, group.directions);
    weights_ = MakeWeights(contests, inputs.alphas, values, p - directions_);
    std::size_t column = 0;
    for (Group& group : groups_) {
      for (const int alpha : group.heat.alpha) {
        while (weights_.alpha[column] != alpha) ++column;
        group.weight.push_back(static_cast<int>(column));
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
    for (Group& group : groups_) AddGroup(row, size, group);
  }

  const std::vector<Group>& groups() const { return groups_; }
  const Weights& weights() const { return weights_; }

 private:
  void MakeGroups(const std::vector<Contest>& contests) {
    const Ridge& ridge = inputs_.ridge;
    const Vector& values = ridge.eigenvalues();
    const Eigen::Index p = values.size();
    std::vector<Eigen::Index> directions;  // by alpha
    for (const double alpha : inputs_.alphas) {
      directions.push_back(p - Negligible(values, alpha, ridge.train_count()));
    }
    const auto step = [&](const Contest& contest) {
      return directions[Size(contest.alpha)] / kDirectionsApart;
    };
    for (std::size_t first = 0; first < contests.size();) {
      std::size_t last = first;
      Group group;
      for (; last < contests.size() && last < first + kContestsAtOnce &&
             step(contests[last]) == step(contests[first]);
           ++last) {
        group.directions = std::max(group.directions, directions[Size(contests[last].alpha)]);
      }
      group.heat = MakeHeat(ridge, inputs_.b, inputs_.alphas, contests, first, last);
      const RowMatrix<double>& solutions = group.heat.solutions;
      group.solutions = solutions.bottomRows(group.directions).colwise().reverse().cast<float>();
      const Eigen::Index lost = p - group.directions;
      group.lost =
          (values.head(lost).transpose() * solutions.topRows(lost).cwiseAbs2()).transpose().array();
      group.mean = MeansOf(inputs_.train, group.heat).cast<float>();
      group.squares.setZero(group.heat.size());
      group.weighted.setZero(group.heat.size());
      groups_.push_back(std::move(group));
      first = last;
    }
  }

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
      weights_.squares(a) += column.square().sum();
    }
    for (; next_ < sample_.positions.size() && sample_.positions[next_] < row + size; ++next_) {
      for (Eigen::Index a = 0; a < count; ++a) {
        const float leverage =
            sample_.leverage(static_cast<Eigen::Index>(next_), weights_.alpha[Size(a)]);
        const double off = excess_(sample_.positions[next_] - row, a) - ExcessOf(leverage);
        weights_.off(a) += off * off;
      }
    }
  }

  void AddGroup(Eigen::Index row, Eigen::Index size, Group& group) {
    predicted_.resize(size, group.heat.size());
    predicted_.noalias() = turned_.leftCols(group.directions) * group.solutions;
    for (std::size_t first = 0; first < group.weight.size();) {
      std::size_t last = first;
      while (last < group.weight.size() && group.weight[last] == group.weight[first]) ++last;
      const float* const weight = excess_.col(group.weight[first]).data();
      AddWeightedSquares(Size(size), last - first, predicted_.data() + first,
                         Size(predicted_.cols()), group.mean.data() + first,
                         inputs_.targets.row(row).data(), Size(inputs_.targets.outerStride()),
                         group.heat.target.data() + first, weight, group.squares.data() + first,
                         group.weighted.data() + first);
      first = last;
    }
  }

  const ContestInputs<float>& inputs_;
  const LeverageSample& sample_;
  std::vector<Group> groups_;
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

ContestErrors ManyWordsJudge::Nearly(const std::vector<Contest>& contests) const {
  Pass pass(inputs_, sample_, contests);
  for (const auto& [begin, end] : TrainRanges(sets_)) {
    for (Eigen::Index row = begin; row < end; row += kRowsAtOnce) {
      pass.AddRows(row, std::min<Eigen::Index>(kRowsAtOnce, end - row));
    }
  }
  const Eigen::ArrayXd values = inputs_.ridge.eigenvalues().array();
  const TargetStatistics& train = inputs_.train;
  const double n = train.count;
  const double together = kDoubt / std::sqrt(n);
  const double product = kProductRounding / std::sqrt(n) * LongestFeature(inputs_.ridge);
  const Weights& weights = pass.weights();
  const auto sampled = static_cast<double>(sample_.positions.size());
  const auto count = static_cast<Eigen::Index>(contests.size());
  ContestErrors errors = {Eigen::RowVectorXd(count), Eigen::RowVectorXd(count)};
  Eigen::Index at = 0;
  for (const Group& group : pass.groups()) {
    for (Eigen::Index c = 0; c < group.heat.size(); ++c, ++at) {
      const Eigen::Index a = group.weight[Size(c)];
      const Eigen::Index target = group.heat.target[Size(c)];
      const double alpha = inputs_.alphas[Size(weights.alpha[Size(a)])];
      const double residual = residual_squares_(weights.alpha[Size(a)], target);
      // The mean weight, with the mean leverage as it must be.
      const double leverage = MeanLeverage(inputs_.ridge, alpha);
      const double mean = weights.excess(a) / n;
      const double slope = 2.0 / std::pow(1.0 - leverage, 3);
      const double factor = 1.0 + mean + slope * (leverage - weights.leverages(a) / n);
      errors.sum(at) = factor * residual + group.weighted(c) - mean * group.squares(c);

      const double value = train.squares(target) + n * train.mean(target) * train.mean(target);
      const auto z = group.heat.solutions.col(c).array();
      // Turned words are rounded in proportion to the words' lengths.
      const double rounding = kPredictionRounding * std::sqrt(values.sum() * z.square().sum()) +
                              kValueRounding * std::sqrt(value);
      const double lost = std::sqrt(group.lost(c)) + rounding;
      const double spread = std::sqrt(std::max(0.0, weights.squares(a) / n - mean * mean));
      const double off = std::sqrt(weights.off(a) / sampled);
      // dRSS/db_j is -2 b_j (v_j + 2 alpha) / (v_j + alpha)^2.
      const double of_products =
          2.0 * product * std::sqrt(value) *
          (inputs_.b.col(target).array() * (values + 2.0 * alpha) / (values + alpha).square())
              .matrix()
              .norm();
      const double share = off <= kMostOff * spread ? together : 1.0;
      errors.doubt(at) =
          share * (off * residual + spread * lost * (2.0 * std::sqrt(residual) + lost)) +
          factor * of_products;
    }
  }
  return errors;
}

Eigen::RowVectorXd ManyWordsJudge::Exactly(const std::vector<Contest>& contests) const {
  std::vector<double> alphas;  // those in question
  std::vector<Contest> renamed = contests;
  Eigen::Index last = -1;
  for (Contest& contest : renamed) {
    if (contest.alpha != last) {
      last = contest.alpha;
      alphas.push_back(inputs_.alphas[Size(last)]);
    }
    contest.alpha = static_cast<Eigen::Index>(alphas.size()) - 1;
  }
  const LeaveOneOutWeights<float> weights =
      MakeLeaveOneOutWeights(inputs_.ridge, inputs_.features, sets_, alphas);
  return ErrorsInDoublePrecision<float>(
      {inputs_.ridge, inputs_.features, inputs_.b, inputs_.train, inputs_.targets, alphas},
      weights.excess, renamed);
}

}  // namespace brainalign
