#include "tests/core/align/textbook.h"

#include <Eigen/Core>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/problem/folds.h"

namespace brainalign {
namespace {

using Eigen::MatrixXd;
using Eigen::RowVectorXd;
using Eigen::VectorXd;

MatrixXd RowsOf(const MatrixXd& all, const Words& words) {
  MatrixXd rows(static_cast<Eigen::Index>(words.size()), all.cols());
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    rows.row(i) = all.row(words[static_cast<std::size_t>(i)]);
  }
  return rows;
}

bool IsConstant(const VectorXd& column) { return (column.array() == column(0)).all(); }

// Of the columns of all words, with the statistics of `fitted`.
MatrixXd ZScored(const MatrixXd& all, const MatrixXd& fitted) {
  MatrixXd scored = all.rowwise() - fitted.colwise().mean();
  for (Eigen::Index c = 0; c < all.cols(); ++c) {
    if (IsConstant(fitted.col(c))) continue;
    const VectorXd centred = fitted.col(c).array() - fitted.col(c).mean();
    scored.col(c) /= std::sqrt(centred.squaredNorm() / static_cast<double>(fitted.rows()));
  }
  return scored;
}

// All words on the leading components of `fitted`; zero beyond its rank.
MatrixXd Projected(const MatrixXd& all, const MatrixXd& fitted, int components) {
  const RowVectorXd mean = fitted.colwise().mean();
  const Eigen::BDCSVD<MatrixXd> svd(fitted.rowwise() - mean, Eigen::ComputeThinV);
  MatrixXd projected = (all.rowwise() - mean) * svd.matrixV().leftCols(components);
  const VectorXd variance = svd.singularValues().head(components).cwiseAbs2();
  for (int c = 0; c < components; ++c) {
    if (variance(c) <= 1e-13 * variance(0)) projected.col(c).setZero();
  }
  return projected;
}

// Ridge regressions with an intercept on the same words.
class Regressions {
 public:
  Regressions(const MatrixXd& x, const MatrixXd& y)
      : x_mean_(x.colwise().mean()),
        y_mean_(y.colwise().mean()),
        svd_(x.rowwise() - x_mean_, Eigen::ComputeThinU | Eigen::ComputeThinV),
        turned_(svd_.matrixU().transpose() * (y.rowwise() - y_mean_)) {}

  MatrixXd Predicted(const MatrixXd& test, double alpha) const {
    const VectorXd& s = svd_.singularValues();
    const VectorXd shrunk = s.array() / (s.array().square() + alpha);
    const MatrixXd weights = svd_.matrixV() * shrunk.asDiagonal() * turned_;
    return ((test.rowwise() - x_mean_) * weights).rowwise() + y_mean_;
  }

  // (n) Of the hat matrix, without the intercept's 1/n.
  VectorXd Leverages(double alpha) const {
    const VectorXd squares = svd_.singularValues().cwiseAbs2();
    const VectorXd share = squares.array() / (squares.array() + alpha);
    return svd_.matrixU().cwiseAbs2() * share;
  }

 private:
  const RowVectorXd x_mean_;
  const RowVectorXd y_mean_;
  const Eigen::BDCSVD<MatrixXd> svd_;
  const MatrixXd turned_;
};

Words Without(const Words& words, const InnerFold& inner) {
  Words kept;
  for (const std::int32_t word : words) {
    const auto is_in = [&](const Words& some) {
      return std::binary_search(some.begin(), some.end(), word);
    };
    if (!is_in(inner.held) && !is_in(inner.purged)) kept.push_back(word);
  }
  return kept;
}

// The criterion (A, columns) of each penalty; `x` and `y` are those of all words.
MatrixXd Criterion(const MatrixXd& x, const MatrixXd& y, const OuterFold& fold,
                   const AlignmentSpec& spec) {
  const auto count = static_cast<Eigen::Index>(spec.alphas.size());
  const Eigen::Map<const VectorXd> alphas(spec.alphas.data(), count);
  MatrixXd criterion = MatrixXd::Zero(count, y.cols());
  if (spec.selection == Selection::kBlocked) {
    for (const InnerFold& inner : fold.inner) {
      const Words kept = Without(fold.train, inner);
      const Regressions fits(RowsOf(x, kept), RowsOf(y, kept));
      const MatrixXd truth = RowsOf(y, inner.held);
      for (Eigen::Index a = 0; a < count; ++a) {
        const MatrixXd error = truth - fits.Predicted(RowsOf(x, inner.held), alphas(a));
        criterion.row(a) += error.colwise().squaredNorm();
      }
    }
    return criterion;
  }
  const MatrixXd train = RowsOf(x, fold.train);
  const MatrixXd truth = RowsOf(y, fold.train);
  const auto n = static_cast<double>(train.rows());
  const Regressions fits(train, truth);
  for (Eigen::Index a = 0; a < count; ++a) {
    const MatrixXd residual = truth - fits.Predicted(train, alphas(a));
    const VectorXd leverages = fits.Leverages(alphas(a));
    if (spec.selection == Selection::kGcv) {
      criterion.row(a) =
          residual.colwise().squaredNorm() / std::pow(1 - (1 + leverages.sum()) / n, 2);
    } else {
      const VectorXd scale = (1 - 1 / n - leverages.array()).inverse();
      criterion.row(a) = (scale.asDiagonal() * residual).colwise().squaredNorm();
    }
  }
  return criterion;
}

// The index of the penalty of each column.
std::vector<int> ChosenAlphas(const MatrixXd& x, const MatrixXd& y, const OuterFold& fold,
                              const AlignmentSpec& spec) {
  const auto count = static_cast<int>(spec.alphas.size());
  std::vector<int> chosen(static_cast<std::size_t>(y.cols()), 0);
  if (count == 1) return chosen;
  const MatrixXd criterion = Criterion(x, y, fold, spec);
  for (Eigen::Index c = 0; c < y.cols(); ++c) {
    VectorXd of_column = criterion.col(c);
    if (spec.shared_alpha) of_column = criterion.rowwise().sum();
    int& best = chosen[static_cast<std::size_t>(c)];
    for (int a = 1; a < count; ++a) {
      const bool is_tie = of_column(a) == of_column(best) && spec.selection != Selection::kLoo;
      if (of_column(a) < of_column(best) || is_tie) best = a;
    }
  }
  return chosen;
}

double ScoreOf(const VectorXd& truth, const VectorXd& guess, Metric metric) {
  if (IsConstant(truth)) return 0;
  const VectorXd centred = truth.array() - truth.mean();
  double score = 0;
  switch (metric) {
    case Metric::kR2:
      score = 1 - (truth - guess).squaredNorm() / centred.squaredNorm();
      break;
    case Metric::kCosine:
      score = truth.dot(guess) / (truth.norm() * guess.norm());
      break;
    case Metric::kPearson: {
      const VectorXd moved = guess.array() - guess.mean();
      score = centred.dot(moved) / (centred.norm() * moved.norm());
      break;
    }
  }
  return std::isfinite(score) ? score : 0;
}

double CellOfFold(const MatrixXd& x, const MatrixXd& y, const OuterFold& fold,
                  const AlignmentSpec& spec) {
  const std::vector<int> chosen = ChosenAlphas(x, y, fold, spec);
  const Regressions fits(RowsOf(x, fold.train), RowsOf(y, fold.train));
  const MatrixXd truth = RowsOf(y, fold.test);
  double sum = 0;
  for (int a = 0; a < static_cast<int>(spec.alphas.size()); ++a) {
    const MatrixXd guess =
        fits.Predicted(RowsOf(x, fold.test), spec.alphas[static_cast<std::size_t>(a)]);
    for (Eigen::Index c = 0; c < y.cols(); ++c) {
      if (chosen[static_cast<std::size_t>(c)] != a) continue;
      sum += ScoreOf(truth.col(c), guess.col(c), spec.metric);
    }
  }
  return sum / static_cast<double>(y.cols());
}

}  // namespace

std::vector<double> TextbookScores(const AlignmentInputs& inputs, const AlignmentSpec& spec) {
  const Tensor& epochs = inputs.brain.epochs;
  const std::int64_t words = epochs.dim(0);
  const std::int64_t sensors = epochs.dim(1);
  const std::int64_t times = epochs.dim(2);
  std::vector<FieldProblem> problems;
  const std::vector<OuterFold> folds = MakeFolds(
      {static_cast<std::int32_t>(words), inputs.brain.onsets_seconds, inputs.brain.groups}, spec,
      problems);
  std::vector<double> scores;
  for (const OuterFold& fold : folds) {
    for (const LayerInput& layer : inputs.layers) {
      MatrixXd model(words, layer.activations.dim(1));
      for (Eigen::Index i = 0; i < model.size(); ++i) {
        model(i / model.cols(), i % model.cols()) = layer.activations.At(i);
      }
      if (spec.pca > 0) {
        const bool all = spec.pca_words == FitWords::kAll;
        model = Projected(model, all ? model : RowsOf(model, fold.train), spec.pca);
      }
      for (std::int64_t t = 0; t < times; ++t) {
        MatrixXd brain(words, sensors);
        for (Eigen::Index i = 0; i < brain.size(); ++i) {
          brain(i / sensors, i % sensors) = epochs.At(i * times + t);
        }
        const bool all = spec.zscore_words == FitWords::kAll;
        brain = ZScored(brain, all ? brain : RowsOf(brain, fold.train));
        scores.push_back(spec.direction == Direction::kBrainToModel
                             ? CellOfFold(brain, model, fold, spec)
                             : CellOfFold(model, brain, fold, spec));
      }
    }
  }
  return scores;
}

}  // namespace brainalign
