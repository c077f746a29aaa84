#include "core/columns/unmix.h"

#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "gtest/gtest.h"
#include "tests/core/linalg/decompositions.h"
#include "tests/core/reproducible_random.h"

namespace brainalign {
namespace {

constexpr int kWordsToUnmix = 400;
constexpr int kDimensions = 8;
constexpr int kComponents = 3;

// Words (n, d) about an origin that is not their mean. Their third and fourth components have
// variances next to each other, in directions that are no axes.
Matrix Words() {
  ReproducibleRandom random(5);
  Matrix words(kWordsToUnmix, kDimensions);
  const double deviation[kDimensions] = {9, 5, 2.001, 2, 1, 0.5, 0.3, 0.1};
  for (int word = 0; word < kWordsToUnmix; ++word) {
    for (int d = 0; d < kDimensions; ++d) words(word, d) = deviation[d] * random.Normal();
  }
  Matrix turn(kDimensions, kDimensions);
  for (int i = 0; i < kDimensions; ++i) {
    for (int j = 0; j < kDimensions; ++j) turn(i, j) = random.Normal();
  }
  words = words * OrthonormalColumns(turn);
  words.rowwise() += Vector::Constant(kDimensions, 0.7).transpose();
  return words;
}

struct Components {
  Projection leading;
  Matrix next_directions;
  Vector next_values;
  NextComponents next() const { return {next_directions, next_values}; }
};

// By the singular values of the words, which need no covariance.
Components Exact(const Matrix& words) {
  const Vector mean = words.colwise().mean().transpose();
  const Matrix centred = words.rowwise() - mean.transpose();
  const SingularValues svd = SingularValuesOf(centred);
  const Vector values = svd.values.cwiseAbs2();
  return {{mean, svd.right.leftCols(kComponents), values.head(kComponents)},
          svd.right.rightCols(kDimensions - kComponents),
          values.tail(kDimensions - kComponents)};
}

// Turns the component `i` by an angle towards a direction.
void Rotate(double angle, int i, Eigen::Index next, Components& components) {
  const Vector from = components.leading.components.col(i);
  const Vector to = components.next_directions.col(next);
  components.leading.components.col(i) = std::cos(angle) * from + std::sin(angle) * to;
  components.next_directions.col(next) = std::cos(angle) * to - std::sin(angle) * from;
}

// Unmix of the components from all words (n, d).
absl::Status UnmixAll(const Matrix& words, Components& components, bool is_cancelled = false) {
  std::vector<std::int32_t> positions(kWordsToUnmix);
  std::iota(positions.begin(), positions.end(), 0);
  const auto at = [&](const std::vector<std::int32_t>& some) {
    return Matrix(words(some, Eigen::all));
  };
  const CancelFlag cancel{is_cancelled};
  return Unmix(positions, at, components.next(), cancel, components.leading);
}

TEST(UnmixTest, FindsTheComponentsOfTheWordsAgain) {
  const Matrix words = Words();
  const Components exact = Exact(words);
  Components mixed = exact;
  Rotate(0.2, 2, 0, mixed);
  Rotate(0.05, 0, 3, mixed);
  mixed.leading.components.col(1).swap(mixed.leading.components.col(0));
  ASSERT_TRUE(UnmixAll(words, mixed).ok());
  for (int i = 0; i < kComponents; ++i) {
    const double cosine = mixed.leading.components.col(i).dot(exact.leading.components.col(i));
    EXPECT_NEAR(std::abs(cosine), 1, 1e-12) << i;
    EXPECT_NEAR(mixed.leading.values(i), exact.leading.values(i), 1e-9) << i;
  }
}

// The variances that the words have along directions, far below what float64 holds beside the
// largest.
TEST(UnmixTest, FindsComponentsBesideOneAHundredMillionTimesAsLarge) {
  Matrix words = Words();
  words.rowwise() -= words.colwise().mean();
  const SingularValues svd = SingularValuesOf(words);
  Vector deviation = svd.values;
  deviation(0) *= 1e8;
  words = svd.left * deviation.asDiagonal() * svd.right.transpose();
  Components exact = {{Vector::Zero(kDimensions), svd.right.leftCols(kComponents),
                       deviation.head(kComponents).cwiseAbs2()},
                      svd.right.rightCols(kDimensions - kComponents),
                      deviation.tail(kDimensions - kComponents).cwiseAbs2()};
  Components mixed = exact;
  Rotate(0.3, 1, 1, mixed);
  ASSERT_TRUE(UnmixAll(words, mixed).ok());
  for (int i = 0; i < kComponents; ++i) {
    const double cosine = mixed.leading.components.col(i).dot(exact.leading.components.col(i));
    EXPECT_NEAR(std::abs(cosine), 1, 1e-10) << i;
  }
}

// Fewer words than dimensions: singular values and components that the words were made of.
TEST(ProjectionFromWordsTest, FindsComponentsBesideOneAMillionTimesAsLarge) {
  ReproducibleRandom random(9);
  constexpr int kWords = 12;
  constexpr int kWide = 20;
  Matrix left(kWords, 6);
  for (double& value : left.reshaped()) value = random.Normal();
  left.rowwise() -= left.colwise().mean();
  Matrix right(kWide, 6);
  for (double& value : right.reshaped()) value = random.Normal();
  const Matrix u = OrthonormalColumns(left);
  const Matrix v = OrthonormalColumns(right);
  const Vector deviation = (Vector(6) << 1e6, 4, 3, 2, 1, 0.5).finished();
  const Matrix rows = u * deviation.asDiagonal() * v.transpose();
  const CancelFlag cancel{false};
  const auto found = ProjectionFromWords(rows, 4, cancel);
  ASSERT_TRUE(found.ok());
  for (int i = 0; i < 4; ++i) {
    EXPECT_NEAR(std::abs(found->components.col(i).dot(v.col(i))), 1, 1e-12) << i;
    EXPECT_NEAR(found->values(i) / (deviation(i) * deviation(i)), 1, 1e-7) << i;
  }
}

TEST(UnmixTest, StopsWhereItIsCancelled) {
  const Matrix words = Words();
  Components exact = Exact(words);
  EXPECT_TRUE(absl::IsCancelled(UnmixAll(words, exact, /*is_cancelled=*/true)));
}

TEST(MayBeMixedTest, WhereValuesAreNearerThanTheirErrors) {
  Components components = Exact(Words());
  const Vector rounding = Vector::Constant(kDimensions, 1e-4);
  components.leading.values << 1000, 500, 100;
  components.next_values << 99, 50, 20, 10, 5;
  // An angle of 1e-4 / (100 - 99) between the third component and the fourth.
  EXPECT_TRUE(MayBeMixed(components.leading, components.next(), rounding));
  components.next_values << 10, 8, 6, 4, 2;
  EXPECT_FALSE(MayBeMixed(components.leading, components.next(), rounding));
  components.leading.values << 1000, 999.5, 100;
  EXPECT_TRUE(MayBeMixed(components.leading, components.next(), rounding));
  EXPECT_FALSE(MayBeMixed(components.leading, components.next(), Vector::Zero(kDimensions)));
}

// Both directions contain half of the one dimension whose sums round.
TEST(MayBeMixedTest, SumsOfSquaresRoundMore) {
  const Matrix axes = Matrix::Identity(kDimensions, kDimensions);
  Components components;
  components.leading.components = axes.middleCols(1, kComponents);
  components.leading.components.col(2) = (axes.col(0) + axes.col(3)) / std::sqrt(2.0);
  components.next_directions = axes.rightCols(kDimensions - kComponents);
  components.next_directions.col(0) = (axes.col(0) - axes.col(3)) / std::sqrt(2.0);
  components.leading.values = Vector(kComponents);
  components.leading.values << 1e6, 1e4, 100;
  components.next_values = Vector(kDimensions - kComponents);
  components.next_values << 99, 5, 4, 3, 2;
  Vector rounding = Vector::Zero(kDimensions);
  // Noticed is an angle of 2e-5. Other sums make rounding / 2, and squares four times as much.
  rounding(0) = 0.8e-5;
  EXPECT_FALSE(MayBeMixed(components.leading, components.next(), rounding));
  rounding(0) = 1.2e-5;
  EXPECT_TRUE(MayBeMixed(components.leading, components.next(), rounding));
}

TEST(MayBeMixedTest, BesideOneSoLargeThatTheDecompositionHidesThem) {
  Components components = Exact(Words());
  const Vector none = Vector::Zero(kDimensions);
  components.leading.values << 1e13, 200, 3;
  components.next_values << 2, 1e-3, 0, 0, -1e-3;
  EXPECT_TRUE(MayBeMixed(components.leading, components.next(), none));
  components.leading.values << 1e5, 200, 3;
  EXPECT_FALSE(MayBeMixed(components.leading, components.next(), none));
}

}  // namespace
}  // namespace brainalign
