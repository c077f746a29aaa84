#include "core/leave_one_out/left_out_words.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/leave_one_out/leverage.h"
#include "core/linalg/held_bytes.h"
#include "core/linalg/triangular_factor.h"

namespace brainalign {
namespace {

// Count and mean of some words, and the factor of their Gram matrix about the mean.
struct Scatter {
  double count = 0;
  Eigen::RowVectorXd mean;
  TriangularFactor factor;

  // Adds the rows of `words` but for row `left_out`. With each the Gram matrix about the new mean
  // grows by count / (count + 1) times the square of the word's distance from the old mean.
  void AddAllBut(Eigen::Index left_out, const Matrix& words) {
    Matrix between(words.rows() - 1, words.cols());
    for (Eigen::Index i = 0, to = 0; i < words.rows(); ++i) {
      if (i == left_out) continue;
      const Eigen::RowVectorXd distance = words.row(i) - mean;
      between.row(to++) = std::sqrt(count / (count + 1)) * distance;
      count += 1;
      mean += distance / count;
    }
    factor.Add(between);
  }
};

// Of the training words but those at `positions`, rotated and about the training mean.
Scatter ScatterOfOthers(const Ridge& ridge, const Matrix& features, const FoldSets& sets,
                        const std::vector<std::int32_t>& positions) {
  const Eigen::Index p = features.cols();
  std::vector<std::int32_t> others;
  for (const auto& [begin, end] : TrainRanges(sets)) {
    for (std::int32_t position = begin; position < end; ++position) {
      if (std::find(positions.begin(), positions.end(), position) == positions.end()) {
        others.push_back(position);
      }
    }
  }
  Scatter scatter = {static_cast<double>(others.size()), Eigen::RowVectorXd::Zero(p),
                     TriangularFactor(p)};
  if (others.empty()) return scatter;
  // About their own mean before they are rotated: small directions lie beside large ones.
  Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(p);
  for (const std::int32_t position : others) mean += features.row(position);
  mean /= scatter.count;
  scatter.mean = (mean - ridge.train_mean().transpose()) * ridge.rotation();
  const auto at_once = static_cast<std::size_t>(p);
  for (std::size_t begin = 0; begin < others.size(); begin += at_once) {
    const auto first = others.begin() + static_cast<std::ptrdiff_t>(begin);
    const std::vector<std::int32_t> some(
        first, first + static_cast<std::ptrdiff_t>(std::min(at_once, others.size() - begin)));
    scatter.factor.Add((features(some, Eigen::all).rowwise() - mean) * ridge.rotation());
  }
  return scatter;
}

}  // namespace

absl::StatusOr<LeftOutWords> LeftOutWords::Make(const Ridge& ridge, const Matrix& features,
                                                const FoldSets& sets,
                                                const std::vector<double>& alphas,
                                                const std::vector<std::int32_t>& positions) {
  LeftOutWords left_out;
  left_out.alphas_ = static_cast<Eigen::Index>(alphas.size());
  const double n = ridge.train_count();
  left_out.factor_ = n / (n - 1);
  if (positions.empty()) return left_out;
  const Scatter others = ScatterOfOthers(ridge, features, sets, positions);
  const Matrix rotated =
      (features(positions, Eigen::all).rowwise() - ridge.train_mean().transpose()) *
      ridge.rotation();
  for (std::size_t w = 0; w < positions.size(); ++w) {
    const auto row = static_cast<Eigen::Index>(w);
    Word word = {positions[w], rotated.row(row).transpose(), Matrix()};
    Scatter scatter = others;
    scatter.AddAllBut(row, rotated);
    Vector values;
    Matrix vectors;
    absl::Status status = EigenOfFactor(scatter.factor.factor(), values, vectors);
    if (!status.ok()) return status;
    const Eigen::ArrayXd along = (vectors.transpose() * (left_out.factor_ * word.rotated)).array();
    Matrix solved(values.size(), left_out.alphas_);
    for (Eigen::Index a = 0; a < left_out.alphas_; ++a) {
      solved.col(a) = (along / (values.array() + alphas[Size(a)])).matrix();
    }
    word.q = vectors * solved;
    left_out.words_.push_back(std::move(word));
  }
  return left_out;
}

Criterion LeftOutWords::Errors(const RowMatrix<double>& b, const TargetStatistics& train,
                               const RowMatrixRef<double>& targets) const {
  Criterion errors = Criterion::Zero(alphas_, b.cols());
  for (const Word& word : words_) {
    Eigen::RowVectorXd about =
        factor_ * (targets.row(word.position) - train.mean.matrix().transpose());
    about = (train.squares > 0.0).select(about.transpose().array(), 0.0).matrix().transpose();
    const RowMatrix<double> others = b - word.rotated * about;
    errors.array() += (about.replicate(alphas_, 1) - word.q.transpose() * others).array().square();
  }
  return errors;
}

std::int64_t LeftOutWords::held_bytes() const {
  std::int64_t bytes = 0;
  for (const Word& word : words_) bytes += HeldBytes(word.rotated) + HeldBytes(word.q);
  return bytes;
}

double MakeLeftOutWordsBytes(double features) {
  // Two factors, a block of words and the same rotated; eigenvectors.
  return 8 * 5 * features * features + TriangularFactorBytes(features);
}

}  // namespace brainalign
