// Products in float32 against the same in float64.
#include "core/linalg/float_product.h"

#include "gtest/gtest.h"

namespace brainalign {
namespace {

constexpr double kRounding = 1e-4;  // of sums of some hundred products below 1

TEST(FloatProductTest, EveryOrderOfBothFactors) {
  const RowMatrix<float> left = RowMatrix<float>::Random(37, 300);
  const RowMatrix<float> right = RowMatrix<float>::Random(300, 51);
  const ColMatrix<float> left_by_columns = left;
  const ColMatrix<float> right_by_columns = right;
  const Matrix expected = left.cast<double>() * right.cast<double>();
  for (const FloatMatrix& a : {ByRows(left), ByColumns(left_by_columns)}) {
    for (const FloatMatrix& b : {ByRows(right), ByColumns(right_by_columns)}) {
      RowMatrix<float> product;
      MultiplyFloat(a, b, product);
      EXPECT_LT((product.cast<double>() - expected).cwiseAbs().maxCoeff(), kRounding);
      MultiplyFloat(b.transposed(), a.transposed(), product);
      EXPECT_LT((product.cast<double>() - expected.transpose()).cwiseAbs().maxCoeff(), kRounding);
    }
  }
}

TEST(FloatProductTest, PartsOfMatricesAddToPartsOfAnother) {
  const ColMatrix<float> values = ColMatrix<float>::Random(90, 20);
  const RowMatrix<float> targets = RowMatrix<float>::Random(90, 40);
  const Matrix expected = values.middleRows(30, 50).transpose().cast<double>() *
                          targets.block(30, 10, 50, 25).cast<double>();
  RowMatrix<float> out = RowMatrix<float>::Constant(22, 30, 7);
  MultiplyFloat(RowsOf(values, 30, 50).transposed(), ByRows(targets.block(30, 10, 50, 25)),
                out.data(), 30, Sum::kAdd);
  EXPECT_LT(
      (out.topLeftCorner(20, 25).cast<double>().array() - 7 - expected.array()).abs().maxCoeff(),
      kRounding);
  EXPECT_TRUE((out.rightCols(5).array() == 7).all());
  EXPECT_TRUE((out.bottomRows(2).array() == 7).all());
}

TEST(FloatProductTest, ASumOfNothing) {
  const RowMatrix<float> left(3, 0);
  const RowMatrix<float> right(0, 4);
  RowMatrix<float> out = RowMatrix<float>::Ones(3, 4);
  MultiplyFloat(ByRows(left), ByRows(right), out.data(), 4, Sum::kAdd);
  EXPECT_TRUE((out.array() == 1).all());
  MultiplyFloat(ByRows(left), ByRows(right), out.data(), 4);
  EXPECT_TRUE((out.array() == 0).all());
}

TEST(FloatProductTest, TrianglesOfSizesAroundTheBlocks) {
  for (const int n : {1, 39, 40, 41, 95}) {
    const RowMatrix<float> square = RowMatrix<float>::Random(n, n);
    const RowMatrix<float> columns = RowMatrix<float>::Random(n, 13);
    const RowMatrix<float> lower = square.triangularView<Eigen::Lower>();
    const ColMatrix<float> upper = square.triangularView<Eigen::Upper>();
    RowMatrix<float> out(n, 13);
    MultiplyTriangle(ByRows(lower), Triangle::kLower, ByRows(columns), out.data(), 13);
    EXPECT_LT((out - lower * columns).cwiseAbs().maxCoeff(), kRounding) << n;
    MultiplyTriangle(ByColumns(upper), Triangle::kUpper, ByRows(columns), out.data(), 13);
    EXPECT_LT((out - upper * columns).cwiseAbs().maxCoeff(), kRounding) << n;
  }
}

}  // namespace
}  // namespace brainalign
