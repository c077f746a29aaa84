#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/core/draws/drawn_inputs.h"

namespace brainalign {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

int AnyDimension(Chances& chances, const MatrixXd& activations) {
  return chances.random.Below(static_cast<int>(activations.cols()));
}

// Two dimensions of thousands at a few percent of the words.
void AddMassive(Chances& chances, MatrixXd& activations) {
  const int percent = 1 + chances.random.Below(4);
  const int first = AnyDimension(chances, activations);
  const int second = AnyDimension(chances, activations);
  const double height = chances.PowerOfTwo(9, 13) * (1 + chances.random.Uniform());
  for (Index word = 0; word < activations.rows(); ++word) {
    if (!chances.random.Chance(percent)) continue;
    activations(word, first) += height;
    activations(word, second) += 0.8 * height;
  }
}

// As the embedding layer of a model: a row for each distinct word.
void UseFewDistinctWords(Chances& chances, MatrixXd& activations) {
  const int distinct = 10 + chances.random.Below(40);
  for (Index word = distinct; word < activations.rows(); ++word) {
    activations.row(word) = activations.row(chances.random.Below(distinct));
  }
}

void MakeSparse(Chances& chances, MatrixXd& activations) {
  const int dimension = AnyDimension(chances, activations);
  activations.col(dimension).setZero();
  for (int words = 1 + chances.random.Below(8); words > 0; --words) {
    activations(chances.random.Below(static_cast<int>(activations.rows())), dimension) = 1;
  }
}

}  // namespace

void SpoilActivations(Chances& chances, const std::vector<int>& session, MatrixXd& activations) {
  const Index count = activations.cols();
  if (chances.Has(10, "heavy-tailed activations")) {
    for (double& value : activations.reshaped()) value /= 0.02 + chances.random.Uniform();
  }
  if (chances.Has(15, "few distinct words")) UseFewDistinctWords(chances, activations);
  if (count >= 2 && chances.Has(10, "repeated dimension")) {
    activations.col(AnyDimension(chances, activations)) =
        activations.col(AnyDimension(chances, activations));
  }
  if (chances.Has(15, "dimensions far from 0")) {
    for (Index d = 0; d < count; d += 1 + chances.random.Below(6)) {
      activations.col(d).array() += chances.PowerOfTwo(0, 12);
    }
  }
  if (chances.Has(25, "massive dimensions")) AddMassive(chances, activations);
  if (chances.Has(10, "sparse dimension")) MakeSparse(chances, activations);
  if (chances.Has(10, "constant dimension")) {
    activations.col(AnyDimension(chances, activations))
        .setConstant(chances.random.From<double>({0, 1, 0.1, -5e3}));
  }
  if (chances.Has(10, "dimension constant in some sessions")) {
    const int dimension = AnyDimension(chances, activations);
    const int alive = chances.random.Below(3);
    for (Index word = 0; word < activations.rows(); ++word) {
      if (session[static_cast<std::size_t>(word)] != alive) activations(word, dimension) = 0.3;
    }
  }
  if (chances.Has(15, "dimensions of different spread")) {
    for (Index d = 0; d < count; ++d) activations.col(d) *= chances.PowerOfTwo(-12, 12);
  }
  if (chances.Has(10, "one large dimension")) {
    activations.col(AnyDimension(chances, activations)) *= chances.PowerOfTwo(8, 24);
  }
}

}  // namespace brainalign
