#include "server/jobs/cache_key.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace brainalign {
namespace {

std::string KeyOf(const JobSpecification& specification) {
  std::vector<FieldProblem> problems;
  return ComputeCacheKey(specification, ResolveOptions(specification.options, /*has_groups=*/false,
                                                       /*epoch_seconds=*/1, problems));
}

TensorRef WordList(DType dtype, char digit) {
  return {std::string(64, digit), {dtype, {3}, Order::kC}};
}

TEST(CacheKeyTest, SessionsCount) {
  JobSpecification specification;
  specification.brain.onsets_seconds = WordList(DType::kF64, 'a');
  const std::string without = KeyOf(specification);
  specification.brain.sessions = WordList(DType::kI64, 'b');
  const std::string with = KeyOf(specification);
  EXPECT_NE(with, without);
  specification.brain.sessions = WordList(DType::kI64, 'c');
  EXPECT_NE(KeyOf(specification), with);
  // Groups are something else.
  specification.brain.groups = WordList(DType::kI64, 'b');
  specification.brain.sessions.reset();
  EXPECT_NE(KeyOf(specification), with);
}

TEST(CacheKeyTest, StartsOfSessionsCountWhereTheyAreGiven) {
  JobSpecification specification;
  specification.brain.sessions = WordList(DType::kI64, 'b');
  const std::string without = KeyOf(specification);
  specification.brain.session_starts = WordList(DType::kI64, 'c');
  const std::string with = KeyOf(specification);
  EXPECT_NE(with, without);
  specification.brain.session_starts = WordList(DType::kI64, 'd');
  EXPECT_NE(KeyOf(specification), with);
}

TEST(CacheKeyTest, NamesAndDepthsOfLayersDoNotCount) {
  JobSpecification specification;
  specification.layers.push_back({WordList(DType::kF32, 'a'), 0, 0.5, "a layer"});
  const std::string key = KeyOf(specification);
  specification.layers[0].name = "another name";
  specification.layers[0].relative_depth = 1;
  EXPECT_EQ(KeyOf(specification), key);
  specification.layers[0].slice = 1;
  EXPECT_NE(KeyOf(specification), key);
}

TEST(CacheKeyTest, OnsetsCountByTheirNumbersAlone) {
  JobSpecification specification;
  specification.brain.onsets_seconds = WordList(DType::kF64, 'a');
  const std::string key = KeyOf(specification);
  specification.brain.onsets_seconds->spec.order = Order::kFortran;  // the same numbers
  EXPECT_EQ(KeyOf(specification), key);
  specification.brain.onsets_seconds = WordList(DType::kF64, 'b');
  EXPECT_NE(KeyOf(specification), key);
  specification.brain.onsets_seconds.reset();
  EXPECT_NE(KeyOf(specification), key);
}

TEST(CacheKeyTest, DrawsCountOnlyInThatThereAreAny) {
  JobSpecification specification;
  UncertaintyOptions& options = specification.options.uncertainty;
  const std::string without = KeyOf(specification);
  options.seed = 7;
  EXPECT_EQ(KeyOf(specification), without);
  options.draws = 100;
  const std::string with = KeyOf(specification);
  EXPECT_NE(with, without);
  options.draws = 2000;
  options.seed = 8;
  EXPECT_EQ(KeyOf(specification), with);
  options.block_words = 20;
  EXPECT_NE(KeyOf(specification), with);
}

TEST(CacheKeyTest, ArraysCountAsFarAsTheyAreComputed) {
  JobSpecification specification;
  const std::string without = KeyOf(specification);
  specification.options.arrays = {"per_fold"};
  EXPECT_EQ(KeyOf(specification), without);
  specification.options.arrays = {"per_target"};
  const std::string with = KeyOf(specification);
  EXPECT_NE(with, without);
  specification.options.arrays = {"per_target", "per_fold", "per_target"};
  EXPECT_EQ(KeyOf(specification), with);
}

TEST(CacheKeyTest, TimeGeneralisationCountsButNotForTheMatrix) {
  JobSpecification specification;
  const std::string without = KeyOf(specification);
  const auto matrix_key = [&] {
    std::vector<FieldProblem> problems;
    return ComputeMatrixKey(specification,
                            ResolveOptions(specification.options, /*has_groups=*/false,
                                           /*epoch_seconds=*/1, problems));
  };
  const std::string matrix = matrix_key();
  specification.options.time_generalisation = true;
  EXPECT_NE(KeyOf(specification), without);
  EXPECT_EQ(matrix_key(), matrix);
}

TEST(CacheKeyTest, DelaysCount) {
  JobSpecification specification;
  specification.options.direction = Direction::kModelToBrain;
  std::set<std::string> keys = {KeyOf(specification)};
  specification.options.delays = {1, 2};
  EXPECT_TRUE(keys.insert(KeyOf(specification)).second);
  specification.options.delays = {1, 2, 3};
  EXPECT_TRUE(keys.insert(KeyOf(specification)).second);
}

// Swaps cut sessions, so that the matrix is another one, too.
TEST(CacheKeyTest, SwapsCountForTheMatrixToo) {
  JobSpecification specification;
  UncertaintyOptions& options = specification.options.uncertainty;
  const auto matrix_key = [&] {
    std::vector<FieldProblem> problems;
    return ComputeMatrixKey(specification,
                            ResolveOptions(specification.options, /*has_groups=*/false,
                                           /*epoch_seconds=*/1, problems));
  };
  options.nulls = 199;
  const std::string shifts = KeyOf(specification);
  const std::string matrix = matrix_key();
  options.null_by = NullBy::kSwap;
  EXPECT_NE(KeyOf(specification), shifts);
  EXPECT_NE(matrix_key(), matrix);
  const std::string swaps = matrix_key();
  options.nulls = 99;
  EXPECT_EQ(matrix_key(), swaps);
}

TEST(CacheKeyTest, NullsCountWithTheirSeedAndShift) {
  JobSpecification specification;
  UncertaintyOptions& options = specification.options.uncertainty;
  options.nulls = 199;
  std::set<std::string> keys = {KeyOf(specification)};
  options.nulls = 999;
  EXPECT_TRUE(keys.insert(KeyOf(specification)).second);
  options.seed = 1;
  EXPECT_TRUE(keys.insert(KeyOf(specification)).second);
  options.min_shift_words = 1;
  EXPECT_TRUE(keys.insert(KeyOf(specification)).second);
  options.detrend = 0;
  EXPECT_TRUE(keys.insert(KeyOf(specification)).second);
  options = {.detrend = 0};
  EXPECT_TRUE(keys.insert(KeyOf(specification)).second);
}

}  // namespace
}  // namespace brainalign
