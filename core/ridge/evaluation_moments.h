#ifndef BRAINALIGN_CORE_RIDGE_EVALUATION_MOMENTS_H_
#define BRAINALIGN_CORE_RIDGE_EVALUATION_MOMENTS_H_

#include <cstdint>

#include "core/linalg/matrix_types.h"

namespace brainalign {

// Sums of the predictions of m targets over a set of evaluation words. Every metric follows from
// them and from the targets' statistics (docs/method.md, "The score of one cell").
struct HeldOutSums {
  Eigen::ArrayXd squares;   // (m) sums of squares of the predictions about their mean
  Eigen::ArrayXd products;  // (m) sums of products of these with the target
  Eigen::ArrayXd shift;     // (m) mean prediction less the training mean of the target
};

// The evaluation words of a fit in the fit's basis (p directions), as far as predictions of any
// target depend on them.
struct EvaluationMoments {
  enum class Form {
    kGram,    // `values` (p, p): Gram matrix of the words about their mean
    kFactor,  // `values` (p, p): a factor F of that Gram matrix F'F
    kWords,   // `values` (n_e, p): the words themselves, about their mean
  };

  Form form = Form::kGram;
  double count = 0;          // words
  Matrix values;             // empty if predictions are never asked for
  Eigen::RowVectorXd shift;  // (p) mean of these words less that of the training words

  // Whether `h` below are the targets of the words instead of cross-products.
  bool direct() const { return form == Form::kWords; }

  // `z` (p, m): coefficients in the basis. `h` (p, m): cross-products over these words, each about
  // its mean, in the basis; if direct(), the targets of these words (n_e, m) about their mean.
  HeldOutSums Predict(const RowMatrix<double>& z, const RowMatrix<double>& h) const;

  // (m) Only the squares of Predict.
  Eigen::ArrayXd Squares(const RowMatrix<double>& z) const;

  std::int64_t held_bytes() const;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_RIDGE_EVALUATION_MOMENTS_H_
