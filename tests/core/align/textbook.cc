#include "tests/core/align/textbook.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

#include "core/problem/folds.h"
#include "tests/core/linalg/decompositions.h"

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
  const SingularValues svd = SingularValuesOf(fitted.rowwise() - mean);
  MatrixXd projected = (all.rowwise() - mean) * svd.right.leftCols(components);
  const VectorXd variance = svd.values.head(components).cwiseAbs2();
  for (int c = 0; c < components; ++c) {
    if (variance(c) <= 1e-13 * variance(0)) projected.col(c).setZero();
  }
  return projected;
}

// About the mean; 0 for a column that does not vary.
MatrixXd Centred(const MatrixXd& columns) {
  MatrixXd centred = columns.rowwise() - columns.colwise().mean();
  for (Eigen::Index c = 0; c < columns.cols(); ++c) {
    if (IsConstant(columns.col(c))) centred.col(c).setZero();
  }
  return centred;
}

// Ridge regressions with an intercept on the same words.
class Regressions {
 public:
  Regressions(const MatrixXd& x, const MatrixXd& y)
      : x_mean_(x.colwise().mean()),
        y_mean_(y.colwise().mean()),
        svd_(SingularValuesOf(Centred(x))),
        turned_(svd_.left.transpose() * Centred(y)) {}

  // What is predicted, less y_mean(): beside a large mean a small prediction would be lost.
  MatrixXd Predicted(const MatrixXd& test, double alpha) const {
    const VectorXd& s = svd_.values;
    const VectorXd shrunk = s.array() / (s.array().square() + alpha);
    const MatrixXd weights = svd_.right * shrunk.asDiagonal() * turned_;
    return (test.rowwise() - x_mean_) * weights;
  }
  const RowVectorXd& y_mean() const { return y_mean_; }

  // (n, m) of the words at hand, about y_mean().
  MatrixXd About(const MatrixXd& truth) const { return truth.rowwise() - y_mean_; }

  // (n) Of the hat matrix, without the intercept's 1/n.
  VectorXd Leverages(double alpha) const {
    const VectorXd squares = svd_.values.cwiseAbs2();
    const VectorXd share = squares.array() / (squares.array() + alpha);
    return svd_.left.cwiseAbs2() * share;
  }

 private:
  const RowVectorXd x_mean_;
  const RowVectorXd y_mean_;
  const SingularValues svd_;
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

// What a leverage leaves of 1, below which rounding shows in it: the word is then left out.
constexpr double kLittleLeft = 1e-5;

// The errors of the i-th word when the fit is made without it.
RowVectorXd ErrorWithout(const MatrixXd& x, const MatrixXd& y, const Words& train, Eigen::Index i,
                         double alpha) {
  const Words word = {train[static_cast<std::size_t>(i)]};
  Words others = train;
  others.erase(others.begin() + i);
  const Regressions fits(RowsOf(x, others), RowsOf(y, others));
  return fits.About(RowsOf(y, word)) - fits.Predicted(RowsOf(x, word), alpha);
}

// Columns that vary on `words` by no more than the rounding of their squares about the mean over
// all words, as constant there.
MatrixXd Flattened(MatrixXd columns, const Words& words) {
  const RowVectorXd mean = columns.colwise().mean();
  for (Eigen::Index c = 0; c < columns.cols(); ++c) {
    const VectorXd about = RowsOf(columns, words).col(c).array() - mean(c);
    const double squares = (about.array() - about.mean()).square().sum();
    if (squares > 1e-12 * about.squaredNorm()) continue;
    for (const std::int32_t word : words) columns(word, c) = columns(words.front(), c);
  }
  return columns;
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
      const Regressions fits(RowsOf(Flattened(x, kept), kept), RowsOf(Flattened(y, kept), kept));
      const MatrixXd truth = fits.About(RowsOf(y, inner.held));
      for (Eigen::Index a = 0; a < count; ++a) {
        const MatrixXd error = truth - fits.Predicted(RowsOf(x, inner.held), alphas(a));
        criterion.row(a) += error.colwise().squaredNorm();
      }
    }
    return criterion;
  }
  const MatrixXd train = RowsOf(x, fold.train);
  const auto n = static_cast<double>(train.rows());
  const Regressions fits(train, RowsOf(y, fold.train));
  const MatrixXd truth = fits.About(RowsOf(y, fold.train));
  for (Eigen::Index a = 0; a < count; ++a) {
    const MatrixXd residual = truth - fits.Predicted(train, alphas(a));
    const VectorXd leverages = fits.Leverages(alphas(a));
    if (spec.selection == Selection::kGcv) {
      criterion.row(a) =
          residual.colwise().squaredNorm() / std::pow(1 - (1 + leverages.sum()) / n, 2);
    } else {
      const VectorXd left = 1 - 1 / n - leverages.array();
      MatrixXd errors = left.cwiseInverse().asDiagonal() * residual;
      for (Eigen::Index i = 0; i < left.size(); ++i) {
        if (left(i) < kLittleLeft) errors.row(i) = ErrorWithout(x, y, fold.train, i, alphas(a));
      }
      criterion.row(a) = errors.colwise().squaredNorm();
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

// Of predictions about `mean`.
double ScoreOf(const VectorXd& truth, const VectorXd& guess, double mean, Metric metric) {
  const VectorXd centred = truth.array() - truth.mean();
  const double about_mean = (truth.array() - mean).matrix().squaredNorm();
  // Beside its distance from the mean, what is left may be rounding.
  if (IsConstant(truth) || centred.squaredNorm() <= 1e-12 * about_mean) return 0;
  double score = 0;
  switch (metric) {
    case Metric::kR2:
      score = 1 - (truth.array() - mean - guess.array()).square().sum() / centred.squaredNorm();
      break;
    case Metric::kCosine: {
      const VectorXd whole = guess.array() + mean;
      score = truth.dot(whole) / (truth.norm() * whole.norm());
      break;
    }
    case Metric::kPearson: {
      const VectorXd moved = guess.array() - guess.mean();
      const bool is_rounding = moved.norm() <= 1e-14 * guess.norm();
      score = is_rounding ? 0 : centred.dot(moved) / (centred.norm() * moved.norm());
      break;
    }
    case Metric::kCca:
    case Metric::kCka:
    case Metric::kCkaDebiased:
    case Metric::kRsa:
      return NAN;  // of two matrices; they have formulas of their own
  }
  return std::isfinite(score) ? score : 0;
}

// The score of each column.
std::vector<double> CellOfFold(const MatrixXd& x, const MatrixXd& y, const OuterFold& fold,
                               const AlignmentSpec& spec) {
  const std::vector<int> chosen = ChosenAlphas(x, y, fold, spec);
  const Regressions fits(RowsOf(x, fold.train), RowsOf(y, fold.train));
  const MatrixXd truth = RowsOf(y, fold.test);
  std::vector<double> scores(static_cast<std::size_t>(y.cols()));
  for (int a = 0; a < static_cast<int>(spec.alphas.size()); ++a) {
    const MatrixXd guess =
        fits.Predicted(RowsOf(x, fold.test), spec.alphas[static_cast<std::size_t>(a)]);
    // Of targets that are taken about that mean it is 0, but for rounding.
    const bool is_centred = spec.direction == Direction::kModelToBrain
                                ? spec.zscore_words == FitWords::kTraining
                                : spec.pca > 0 && spec.pca_words == FitWords::kTraining;
    for (Eigen::Index c = 0; c < y.cols(); ++c) {
      if (chosen[static_cast<std::size_t>(c)] != a) continue;
      scores[static_cast<std::size_t>(c)] =
          ScoreOf(truth.col(c), guess.col(c), is_centred ? 0 : fits.y_mean()(c), spec.metric);
    }
  }
  return scores;
}

}  // namespace

std::vector<std::vector<double>> TextbookColumnScores(const AlignmentInputs& inputs,
                                                      const AlignmentSpec& spec) {
  const Tensor& epochs = inputs.brain.epochs;
  const std::int64_t words = epochs.dim(0);
  const std::int64_t sensors = epochs.dim(1);
  const std::int64_t times = epochs.dim(2);
  std::vector<FieldProblem> problems;
  FoldInputs fold_inputs;
  fold_inputs.words = static_cast<std::int32_t>(words);
  fold_inputs.onsets_seconds = inputs.brain.onsets_seconds;
  fold_inputs.groups = inputs.brain.groups;
  fold_inputs.sessions = inputs.brain.groups;
  const std::vector<OuterFold> folds = MakeFolds(fold_inputs, spec, problems);
  std::vector<std::vector<double>> scores;
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
      model = Flattened(std::move(model), fold.train);
      for (std::int64_t t = 0; t < times; ++t) {
        MatrixXd brain(words, sensors);
        for (Eigen::Index i = 0; i < brain.size(); ++i) {
          brain(i / sensors, i % sensors) = epochs.At(i * times + t);
        }
        brain = Flattened(std::move(brain), fold.train);
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

std::vector<double> TextbookScores(const AlignmentInputs& inputs, const AlignmentSpec& spec) {
  std::vector<double> means;
  for (const std::vector<double>& scores : TextbookColumnScores(inputs, spec)) {
    means.push_back(std::accumulate(scores.begin(), scores.end(), 0.0) /
                    static_cast<double>(scores.size()));
  }
  return means;
}

}  // namespace brainalign
