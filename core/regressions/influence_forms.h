#ifndef BRAINALIGN_CORE_REGRESSIONS_INFLUENCE_FORMS_H_
#define BRAINALIGN_CORE_REGRESSIONS_INFLUENCE_FORMS_H_

#include <cstddef>
#include <type_traits>
#include <vector>

#include "core/linalg/float_product.h"
#include "core/linalg/matrix_types.h"
#include "core/regressions/influence_maps.h"
#include "core/regressions/words_of_blocks.h"

namespace brainalign {

// What of the influence of words on some layers depends on their features alone, in one fold. A
// part of InfluenceOfBlocks (core/regressions/block_influence.h). With x the features of a word, it
// is x'(column of `x`) + (entry of `one`) - x'(row of `forms`)x, for the refit parts of the layers
// and then for their held-out parts. The rows are sum of h w' over the columns of a layer, and of
// r / (2 S_ff) w w'.
template <typename T>
struct InfluenceForms {
  int first_layer = 0;
  Eigen::Index layers = 0;
  RowMatrix<T> forms;  // (2 layers, p * p)
  Matrix x;            // (p, 2 layers)
  Vector one;          // (2 layers)

  InfluenceForms(int first, int last, Eigen::Index features)
      : first_layer(first),
        layers(last - first),
        forms(RowMatrix<T>::Zero(2 * layers, features * features)),
        x(Matrix::Zero(features, 2 * layers)),
        one(Vector::Zero(2 * layers)) {}

  // The sum of the refit parts of all folds, without held-out parts.
  static InfluenceForms RefitOf(const std::vector<InfluenceForms>& folds) {
    InfluenceForms sum = {folds.front().first_layer, folds.front().first_layer, 0};
    sum.layers = folds.front().layers;
    sum.forms = folds.front().forms.topRows(sum.layers);
    sum.x = folds.front().x.leftCols(sum.layers);
    sum.one = folds.front().one.head(sum.layers);
    for (std::size_t k = 1; k < folds.size(); ++k) {
      sum.forms += folds[k].forms.topRows(sum.layers);
      sum.x += folds[k].x.leftCols(sum.layers);
      sum.one += folds[k].one.head(sum.layers);
    }
    return sum;
  }

  // With the refit parts of the words that this fold tests: those of all folds but its own. `sum`:
  // from RefitOf.
  void UseRefitOfOthers(const InfluenceForms& sum) {
    forms.topRows(layers) = sum.forms - forms.topRows(layers);
    x.leftCols(layers) = sum.x - x.leftCols(layers);
    one.head(layers) = sum.one - one.head(layers);
  }

  // Adds some columns. Returns ProductFunction::shift of their refit part.
  Eigen::ArrayXd Add(const FoldMaps<T>& maps, const PerSet<CentredFeatures>& moments,
                     const std::vector<LayerPart>& parts) {
    const auto along = [](const RowMatrix<T>& of, const Vector& mean) -> Vector {
      return of.template cast<double>().transpose() * mean;
    };
    const Vector gradient = along(maps.gradient, moments.train.mean);
    const Vector beside = along(maps.weights, moments.train.mean) - maps.train_mean;
    const Vector predicted = along(maps.weights, moments.test.mean);
    const Vector over_ff = maps.over_ff.matrix().cwiseProduct(predicted);
    const Vector scaled = maps.inverse.matrix().cwiseProduct(maps.test_mean);
    const RowMatrix<T> weighted =
        maps.weights * (0.5 * maps.over_ff).template cast<T>().matrix().asDiagonal();
    for (const LayerPart& part : parts) {
      const auto of = [&](const Vector& all) { return all.segment(part.begin, part.count); };
      const auto times = [&](const RowMatrix<T>& map, const Vector& all) -> Vector {
        return map.middleCols(part.begin, part.count).template cast<double>() * of(all);
      };
      const Eigen::Index refit = part.layer - first_layer;
      const Eigen::Index held_out = layers + refit;
      AddForm(maps.gradient, maps.weights, part, forms.row(refit).data());
      AddForm(weighted, maps.weights, part, forms.row(held_out).data());
      x.col(refit) += times(maps.gradient, beside) + times(maps.weights, gradient);
      one(refit) -= of(gradient).dot(of(beside));
      x.col(held_out) += times(maps.weights, over_ff - scaled);
      one(held_out) += of(scaled).dot(of(predicted)) - 0.5 * of(over_ff).dot(of(predicted));
    }
    return -gradient.array();
  }

 private:
  // form (p, p) += left right' of the columns of a part.
  static void AddForm(const RowMatrix<T>& left, const RowMatrix<T>& right, const LayerPart& part,
                      T* form) {
    const auto left_part = left.middleCols(part.begin, part.count);
    const auto right_part = right.middleCols(part.begin, part.count);
    if constexpr (std::is_same_v<T, float>) {
      MultiplyFloat(ByRows(left_part), ByRows(right_part).transposed(), form, left.rows(),
                    Sum::kAdd);
    } else {
      Eigen::Map<RowMatrix<double>>(form, left.rows(), left.rows()).noalias() +=
          left_part * right_part.transpose();
    }
  }
};

// Adds the sums over the blocks of words that a fold tests to the layers of `refit` and `held_out`
// (B, L). `forms`: from InfluenceForms::RefitOf, without held-out parts, or those of the fold
// itself after UseRefitOfOthers.
template <typename T>
void AddForms(int fold, const InfluenceForms<T>& forms, const WordsOfBlocks<T>& words,
              const BlockPositions& blocks, RowMatrix<double>& refit, RowMatrix<double>& held_out) {
  const Eigen::Index layers = forms.layers;
  const auto [first, last] = words.BlocksOf(fold);
  const auto add = [&](int begin, double sign, const RowMatrix<double>& values) {
    refit.block(begin, forms.first_layer, values.rows(), layers) += sign * values.leftCols(layers);
    if (values.cols() == layers) return;
    held_out.block(begin, forms.first_layer, values.rows(), layers) +=
        sign * values.rightCols(layers);
  };
  Vector counts(last - first);
  for (int b = first; b < last; ++b) {
    counts(b - first) = blocks.begin[Size(b + 1)] - blocks.begin[Size(b)];
  }
  add(first, 1,
      words.sums().middleRows(first, last - first) * forms.x + counts * forms.one.transpose());
  words.ForGrams(fold, [&](int begin, const RowMatrix<T>& grams) {
    if constexpr (std::is_same_v<T, float>) {
      RowMatrix<float> product;
      MultiplyFloat(ByRows(grams), ByRows(forms.forms).transposed(), product);
      add(begin, -1, product.cast<double>());
    } else {
      add(begin, -1, grams * forms.forms.transpose());
    }
  });
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_INFLUENCE_FORMS_H_
