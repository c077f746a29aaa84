#ifndef BRAINALIGN_CORE_SIMILARITY_HELD_OUT_SIDE_H_
#define BRAINALIGN_CORE_SIMILARITY_HELD_OUT_SIDE_H_

#include <cstdint>
#include <functional>

#include "core/linalg/matrix_types.h"
#include "core/problem/spec.h"

namespace brainalign {

// Columns that are processed at a time.
constexpr Eigen::Index kSimilarityColumnsAtOnce = 1024;
// Words that are added to sums at a time.
constexpr Eigen::Index kSimilarityWordsAtOnce = 512;

// A matrix (words, columns) that is read in blocks of columns.
struct WordMatrix {
  Eigen::Index words = 0;
  Eigen::Index columns = 0;
  // (words, count) The columns [begin, begin + count).
  std::function<Matrix(Eigen::Index begin, Eigen::Index count)> read;
};

// The score of one cell: one layer, time and fold.
struct SimilarityScore {
  double score = 0;
  // Number of undefined values, which count 0. They are counted like constant targets.
  std::int64_t undefined = 0;
};

// One matrix (n words, p columns) on the held-out words of one fold, as far as the metrics cka,
// cka_debiased and rsa need it. They compare the kernels K = W W' of two matrices W (n, p):
//   cka, cka_debiased  W has centred columns
//   rsa                W has rows that are centred over columns and scaled to norm 1, and then
//                      centred columns
// The whole matrix W is scaled by one number, which no metric depends on. No matrix of words by
// words is formed: every metric follows from |W'V|_F^2 of two sides and from the squares of their
// rows.
class HeldOutSide {
 public:
  // Reads `matrix` two to five times. `metric`: kCka, kCkaDebiased or kRsa.
  static HeldOutSide Make(Metric metric, const WordMatrix& matrix);

  // (n, count) The columns of W from `begin` on, made of the same columns of the matrix.
  Matrix Prepare(Matrix columns, Eigen::Index begin) const;

 private:
  friend SimilarityScore ScoreHeldOut(Metric metric, const HeldOutSide& x, const HeldOutSide& y,
                                      double squared_product);

  void StandardiseRows(const WordMatrix& matrix);
  // Rows standardised and columns centred, but not scaled.
  Matrix Centred(Matrix columns, Eigen::Index begin) const;

  // The inner product of two sides, with the squares of the rows of each.
  static double Product(Metric metric, const HeldOutSide& x, const HeldOutSide& y,
                        double squared_product);

  Eigen::ArrayXd row_mean_;         // (n) only for rsa
  Eigen::ArrayXd row_scale_;        // (n) only for rsa; 0 for a row without variance
  Eigen::RowVectorXd column_mean_;  // (p) of the standardised rows
  double scale_ = 1;                // of W
  Eigen::ArrayXd row_squares_;      // (n) of W
  Eigen::ArrayXd diagonal_;         // (n) only for rsa: see Product
  double own_product_ = 0;          // Product of the side with itself
  bool is_undefined_ = false;       // the side does not vary, so that no score is defined
  std::int64_t rows_without_variance_ = 0;
};

// |x'y|_F^2 of x (n, p) and y (n, q).
double SquaredProduct(const Matrix& x, const Matrix& y);

// The score of two sides of the same fold. `squared_product`: |W'V|_F^2 of their prepared matrices.
//   cka           |W'V|^2 / (|W'W| |V'V|) (Kornblith et al. 2019, "Similarity of neural network
//                 representations revisited", with linear kernels)
//   cka_debiased  HSIC_1(x, y) / sqrt(HSIC_1(x, x) HSIC_1(y, y)), with the unbiased HSIC_1 of Song
//                 et al. 2012, "Feature selection via dependence maximization", equation 5. At
//                 least four words.
//   rsa           Pearson r of the two condensed matrices of 1 - r between rows (Kriegeskorte
//                 et al. 2008, "Representational similarity analysis")
// 0 if a side does not vary: if all columns are constant, or (rsa) all distances are equal. A row
// without variance has r = 0 with every other row.
SimilarityScore ScoreHeldOut(Metric metric, const HeldOutSide& x, const HeldOutSide& y,
                             double squared_product);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_SIMILARITY_HELD_OUT_SIDE_H_
