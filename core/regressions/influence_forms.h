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

// The parts of the words of one fold.
template <typename T>
struct FormsOfWords {
  int fold = 0;
  const InfluenceForms<T>* refit = nullptr;  // InfluenceForms::RefitOf; null: without refit part
  const InfluenceForms<T>* own = nullptr;    // of the fold itself, whose refit part is not theirs
};

// Adds the sums over the blocks of a fold to the layers of `refit` and `held_out` (B, L).
template <typename T>
void AddForms(const FormsOfWords<T>& of, const WordsOfBlocks<T>& words,
              const BlockPositions& blocks, RowMatrix<double>& refit, RowMatrix<double>& held_out) {
  const InfluenceForms<T>& any = of.own != nullptr ? *of.own : *of.refit;
  const Eigen::Index layers = any.layers;
  const auto [first, last] = words.BlocksOf(of.fold);
  const auto add = [&](int begin, Eigen::Index count, double sign, const auto& values_of) {
    auto of_refit = refit.block(begin, any.first_layer, count, layers);
    auto of_held_out = held_out.block(begin, any.first_layer, count, layers);
    if (of.refit != nullptr) of_refit += sign * values_of(*of.refit);
    if (of.own == nullptr) return;
    const RowMatrix<double> own = values_of(*of.own);
    if (of.refit != nullptr) of_refit -= sign * own.leftCols(layers);
    of_held_out += sign * own.rightCols(layers);
  };
  const RowMatrix<double> sums = words.sums().middleRows(first, last - first);
  Vector counts(last - first);
  for (int b = first; b < last; ++b) {
    counts(b - first) = blocks.begin[Size(b + 1)] - blocks.begin[Size(b)];
  }
  add(first, last - first, 1, [&](const InfluenceForms<T>& forms) -> RowMatrix<double> {
    return sums * forms.x + counts * forms.one.transpose();
  });
  words.ForGrams(of.fold, [&](int begin, const RowMatrix<T>& grams) {
    add(begin, grams.rows(), -1, [&](const InfluenceForms<T>& forms) -> RowMatrix<double> {
      if constexpr (std::is_same_v<T, float>) {
        RowMatrix<float> product;
        MultiplyFloat(ByRows(grams), ByRows(forms.forms).transposed(), product);
        return product.cast<double>();
      } else {
        return grams * forms.forms.transpose();
      }
    });
  });
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_INFLUENCE_FORMS_H_
