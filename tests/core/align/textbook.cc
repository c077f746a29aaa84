#include "tests/core/align/textbook.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

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
  const RowVectorXd& x_mean() const { return x_mean_; }

  // (n) x'(G + alpha)^-1 v of words `x`, with G the sums of the words of the fit.
  VectorXd AlongGradient(const MatrixXd& x, const VectorXd& v, double alpha) const {
    const VectorXd inverse = (svd_.values.array().square() + alpha).inverse();
    return (x.rowwise() - x_mean_) *
           (svd_.right * (inverse.asDiagonal() * (svd_.right.transpose() * v)));
  }

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

// The power of two in which numbers are about 1: formulas square them.
int UnitOf(const MatrixXd& values) {
  const double largest = values.cwiseAbs().maxCoeff();
  return largest > 0 ? std::ilogb(largest) : 0;
}

// `values` * 2^exponent, also where 2^exponent is no number of float64.
MatrixXd TimesPower(const MatrixXd& values, int exponent) {
  return values.unaryExpr([exponent](double value) { return std::ldexp(value, exponent); });
}

// Penalties of features in that unit. Beyond these ends they are as good as 0, or infinite.
AlignmentSpec SpecInUnit(AlignmentSpec spec, int unit) {
  for (double& alpha : spec.alphas) {
    alpha = std::clamp(std::ldexp(alpha, -2 * unit), 1e-100, 1e100);
  }
  return spec;
}

// Calls `visit(fold, cell, brain, model, spec)` with the columns of all words for each fold, layer
// and time, `cell` counting layers and times. What they are depends on their units only where
// activations are features: `spec` has the penalties of features in the unit of `model`.
template <typename Visit>
void ForEachCell(const AlignmentInputs& inputs, const AlignmentSpec& spec, const Visit& visit) {
  const Tensor& epochs = inputs.brain.epochs;
  const std::int64_t words = epochs.dim(0);
  const std::int64_t sensors = epochs.dim(1);
  const std::int64_t times = epochs.dim(2);
  for (const OuterFold& fold : TextbookFolds(inputs, spec)) {
    std::int64_t cell = 0;
    for (const LayerInput& layer : inputs.layers) {
      MatrixXd model(words, layer.activations.dim(1));
      for (Eigen::Index i = 0; i < model.size(); ++i) {
        model(i / model.cols(), i % model.cols()) = layer.activations.At(i);
      }
      const int unit = UnitOf(model);
      model = TimesPower(model, -unit);
      const AlignmentSpec in_unit =
          spec.direction == Direction::kModelToBrain ? SpecInUnit(spec, unit) : spec;
      if (spec.pca > 0) {
        const bool all = spec.pca_words == FitWords::kAll;
        model = Projected(model, all ? model : RowsOf(model, fold.train), spec.pca);
      }
      model = Flattened(std::move(model), fold.train);
      for (std::int64_t t = 0; t < times; ++t, ++cell) {
        MatrixXd brain(words, sensors);
        for (Eigen::Index i = 0; i < brain.size(); ++i) {
          brain(i / sensors, i % sensors) = epochs.At(i * times + t);
        }
        // Each by itself, as it is standardised.
        for (Eigen::Index c = 0; c < brain.cols(); ++c) {
          brain.col(c) = TimesPower(brain.col(c), -UnitOf(brain.col(c)));
        }
        brain = Flattened(std::move(brain), fold.train);
        const bool all = spec.zscore_words == FitWords::kAll;
        brain = ZScored(brain, all ? brain : RowsOf(brain, fold.train));
        visit(fold, cell, brain, model, in_unit);
      }
    }
  }
}

}  // namespace

std::vector<OuterFold> TextbookFolds(const AlignmentInputs& inputs, const AlignmentSpec& spec) {
  std::vector<FieldProblem> problems;
  FoldInputs fold_inputs;
  fold_inputs.words = static_cast<std::int32_t>(inputs.brain.epochs.dim(0));
  fold_inputs.onsets_seconds = inputs.brain.onsets_seconds;
  fold_inputs.groups = inputs.brain.groups;
  fold_inputs.sessions = inputs.brain.sessions;
  return MakeFolds(fold_inputs, spec, problems);
}

std::vector<std::vector<double>> TextbookColumnScores(const AlignmentInputs& inputs,
                                                      const AlignmentSpec& spec) {
  std::vector<std::vector<double>> scores;
  ForEachCell(inputs, spec,
              [&](const OuterFold& fold, std::int64_t /*cell*/, const MatrixXd& brain,
                  const MatrixXd& model, const AlignmentSpec& in_unit) {
                scores.push_back(spec.direction == Direction::kBrainToModel
                                     ? CellOfFold(brain, model, fold, in_unit)
                                     : CellOfFold(model, brain, fold, in_unit));
              });
  return scores;
}

WordInfluence TextbookInfluence(const AlignmentInputs& inputs, const AlignmentSpec& spec) {
  const auto cells = static_cast<Eigen::Index>(inputs.layers.size()) * inputs.brain.epochs.dim(2);
  const Eigen::Index words = inputs.brain.epochs.dim(0);
  WordInfluence influence;
  influence.held_out.assign(static_cast<std::size_t>(words * cells), 0.0);
  influence.refit = influence.held_out;
  ForEachCell(
      inputs, spec,
      [&](const OuterFold& fold, std::int64_t cell, const MatrixXd& brain, const MatrixXd& model,
          const AlignmentSpec& /*in_unit*/) {
        const double share = 1.0 / (static_cast<double>(model.cols()) * spec.folds);
        const auto add = [&](const Words& some, const VectorXd& values, std::vector<double>& out) {
          for (std::size_t i = 0; i < some.size(); ++i) {
            out[static_cast<std::size_t>(some[i] * cells + cell)] +=
                share * values(static_cast<Eigen::Index>(i));
          }
        };
        const std::vector<int> chosen = ChosenAlphas(brain, model, fold, spec);
        const MatrixXd x_train = RowsOf(brain, fold.train);
        const MatrixXd x_test = Centred(RowsOf(brain, fold.test));
        const Regressions fits(x_train, RowsOf(model, fold.train));
        for (Eigen::Index c = 0; c < model.cols(); ++c) {
          const double alpha =
              spec.alphas[static_cast<std::size_t>(chosen[static_cast<std::size_t>(c)])];
          const VectorXd y = Centred(RowsOf(model.col(c), fold.test));
          const VectorXd f = Centred(fits.Predicted(RowsOf(brain, fold.test), alpha).col(c));
          const double yy = y.squaredNorm();
          const double ff = f.squaredNorm();
          if (yy == 0 || ff == 0) continue;
          const double root = std::sqrt(yy * ff);
          const double r = y.dot(f) / root;
          add(fold.test,
              y.cwiseProduct(f) / root - r / 2 * (y.cwiseAbs2() / yy + f.cwiseAbs2() / ff),
              influence.held_out);
          const VectorXd v = x_test.transpose() * (y / root - f * (r / ff));
          const VectorXd residual =
              (fits.About(RowsOf(model, fold.train)) - fits.Predicted(x_train, alpha)).col(c);
          add(fold.train, fits.AlongGradient(x_train, v, alpha).cwiseProduct(residual),
              influence.refit);
        }
      });
  return influence;
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
