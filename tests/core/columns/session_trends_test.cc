#include "core/columns/session_trends.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/inference/detrend.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

// Nine words in two sessions, at positions in another order.
const std::vector<std::int32_t> kWord = {3, 0, 8, 1, 5, 2, 4, 7, 6};
const std::vector<Words> kSessions = {{0, 1, 2, 3, 4, 5}, {6, 7, 8}};
const std::vector<double> kOnsets = {0, 0.4, 0.7, 1.5, 1.6, 2.5, 0.1, 0.9, 1.1};

Matrix SomeColumns() {
  Matrix columns(9, 3);
  for (Eigen::Index w = 0; w < 9; ++w) {
    const auto x = static_cast<double>(w);
    columns(w, 0) = std::sin(7 * x) + x;
    columns(w, 1) = 4;
    columns(w, 2) = 1e6 + std::cos(3 * x * x);
  }
  return columns;
}

TEST(SessionTrendsTest, TakesOutWhatDetrendTakesOut) {
  const Matrix columns = SomeColumns();
  Matrix expected = columns;
  Detrend(kSessions, kOnsets, 1, expected);
  const SessionTrends trends(kWord, kSessions, kOnsets, 1);
  for (Eigen::Index c = 0; c < columns.cols(); ++c) {
    Vector values(9);
    for (Eigen::Index p = 0; p < 9; ++p) values(p) = columns(kWord[Size(p)], c);
    trends.TakeOut(values);
    for (Eigen::Index p = 0; p < 9; ++p) {
      EXPECT_NEAR(values(p), expected(kWord[Size(p)], c), 1e-8);
      if (c == 1) {
        EXPECT_EQ(values(p), 0);
      }
    }
  }
}

TEST(ColumnTrendsTest, DoesTheSameRowByRow) {
  const Matrix columns = SomeColumns();
  Matrix expected = columns;
  Detrend(kSessions, kOnsets, 1, expected);
  const SessionTrends trends(kWord, kSessions, kOnsets, 1);
  ColumnTrends of_columns(trends, columns.cols());
  const auto row_at = [&](Eigen::Index p) { return Vector(columns.row(kWord[Size(p)])); };
  for (Eigen::Index p = 0; p < 9; ++p) of_columns.Add(p, row_at(p));
  // The second column is constant.
  ASSERT_FALSE(of_columns.IsFound());
  for (Eigen::Index p = 0; p < 9; ++p) of_columns.AddRest(p, row_at(p));
  for (Eigen::Index p = 0; p < 9; ++p) {
    Eigen::RowVectorXd row = row_at(p).tail(2).transpose();
    of_columns.TakeOut(p, 1, row);
    EXPECT_EQ(row(0), 0);
    EXPECT_NEAR(row(1), expected(kWord[Size(p)], 2), 1e-8);
  }
}

}  // namespace
}  // namespace brainalign
