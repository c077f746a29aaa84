#include "core/linalg/spare_matrices.h"

#include <vector>

#include "gtest/gtest.h"

namespace brainalign {
namespace {

TEST(SpareMatricesTest, AMatrixIsUsedAgain) {
  SpareMatrices<float> spare;
  ColMatrix<float> matrix = spare.Take(20, 30);
  const float* const where = matrix.data();
  spare.Give(std::move(matrix));
  EXPECT_EQ(spare.Take(20, 30).data(), where);
}

TEST(SpareMatricesTest, ShapesThatDifferTakeNoMoreThanWhatWasInUseAtOnce) {
  SpareMatrices<double> spare;
  constexpr int kAtOnce = 3;
  std::int64_t most = 0;
  for (Eigen::Index size = 100; size > 80; --size) {  // layers of slightly different widths
    std::vector<ColMatrix<double>> in_use;
    for (int i = 0; i < kAtOnce; ++i) in_use.push_back(spare.Take(size, size));
    most = std::max<std::int64_t>(most, kAtOnce * size * size * 8);
    EXPECT_LE(spare.held_bytes(), most);
    for (ColMatrix<double>& matrix : in_use) spare.Give(std::move(matrix));
    EXPECT_LE(spare.held_bytes(), most);
  }
  spare.Clear();
  EXPECT_EQ(spare.held_bytes(), 0);
}

}  // namespace
}  // namespace brainalign
