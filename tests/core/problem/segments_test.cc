#include "core/problem/segments.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "core/problem/folds.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

std::set<std::int32_t> AsSet(const std::vector<std::int32_t>& positions) {
  return {positions.begin(), positions.end()};
}

TEST(WithoutInnerFoldsTest, KeepsPositionsAndTheSetsOfEveryOuterFold) {
  FoldInputs inputs;
  inputs.words = 60;
  for (int w = 0; w < 60; ++w) inputs.onsets_seconds.push_back(0.3 * w);
  AlignmentSpec spec;
  spec.folds = 4;
  spec.inner_folds = 3;
  spec.purge_seconds = 1;
  std::vector<FieldProblem> problems;
  const std::vector<OuterFold> folds = MakeFolds(inputs, spec, problems);
  ASSERT_EQ(folds.size(), 4U);
  const Segments all = MakeSegments(folds, 60);
  const Segments outer = WithoutInnerFolds(all);
  EXPECT_EQ(outer.word, all.word);
  EXPECT_LT(outer.count(), all.count());
  for (std::size_t k = 0; k < folds.size(); ++k) {
    const FoldSets& sets = outer.folds[k];
    EXPECT_TRUE(sets.purged.empty());
    ASSERT_EQ(sets.parts.size(), 1U);
    EXPECT_FALSE(sets.parts.front().removed.empty());
    EXPECT_EQ(AsSet(Positions(outer, sets.test)), AsSet(Positions(all, all.folds[k].test)));
    EXPECT_EQ(AsSet(TrainPositions(outer, sets)), AsSet(TrainPositions(all, all.folds[k])));
    EXPECT_EQ(sets.train_count, all.folds[k].train_count);
    EXPECT_EQ(sets.train_count, static_cast<std::int64_t>(folds[k].train.size()));
  }
}

}  // namespace
}  // namespace brainalign
