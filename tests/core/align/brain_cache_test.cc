// What is kept, what is given up, and that neither changes a bit of any result.
#include "core/align/brain_cache.h"

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/align/alignment.h"
#include "gtest/gtest.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

struct Weight final : CachedBrain {
  explicit Weight(std::int64_t held) : bytes(held) {}
  std::int64_t held_bytes() const override { return bytes; }
  const std::int64_t bytes;
};

std::shared_ptr<const CachedBrain> Of(std::int64_t bytes) {
  return std::make_shared<Weight>(bytes);
}

std::vector<int> TimesOn(const BrainCache::View& view, int times) {
  std::vector<int> there;
  for (int t = 0; t < times; ++t) {
    if (view.Find(t)) there.push_back(t);
  }
  return there;
}

using Times = std::vector<int>;

// Keys have one byte, which counts as well.
TEST(BrainCacheTest, ScanOverMoreThanFitsKeepsThePartThatFits) {
  const auto cache = std::make_shared<BrainCache>(31);
  for (int scan = 0; scan < 3; ++scan) {
    const auto view = cache->Open("a");
    EXPECT_EQ(TimesOn(*view, 10), scan == 0 ? Times() : Times({0, 1, 2}));
    for (int t = 0; t < 10; ++t) view->Keep(t, Of(10));
  }
  EXPECT_EQ(cache->counts().held_bytes, 31);
  EXPECT_EQ(cache->counts().entries, 3);
  EXPECT_EQ(cache->counts().found, 6);
  EXPECT_EQ(cache->counts().missed, 24);
}

TEST(BrainCacheTest, RecordingsOfRunningAlignmentsAreNotGivenUp) {
  const auto cache = std::make_shared<BrainCache>(32);
  auto a = cache->Open("a");
  for (int t = 0; t < 3; ++t) a->Keep(t, Of(10));
  const auto b = cache->Open("b");
  b->Keep(0, Of(10));
  EXPECT_EQ(TimesOn(*b, 1), Times());
  EXPECT_EQ(TimesOn(*a, 3), Times({0, 1, 2}));
  a.reset();
  b->Keep(0, Of(10));  // one of the other's is enough
  EXPECT_EQ(TimesOn(*b, 1), Times({0}));
  EXPECT_EQ(TimesOn(*cache->Open("a"), 3), Times({0, 1}));
}

TEST(BrainCacheTest, LeastRecentlyUsedRecordingIsGivenUpFirst) {
  const auto cache = std::make_shared<BrainCache>(33);
  for (const char* key : {"a", "b", "c"}) cache->Open(key)->Keep(0, Of(10));
  cache->Open("a");  // a second model
  cache->Open("d")->Keep(0, Of(10));
  EXPECT_EQ(TimesOn(*cache->Open("a"), 1), Times({0}));
  EXPECT_EQ(TimesOn(*cache->Open("b"), 1), Times());
  EXPECT_EQ(TimesOn(*cache->Open("c"), 1), Times({0}));
  EXPECT_EQ(cache->counts().held_bytes, 33);
}

TEST(BrainCacheTest, NothingIsGivenUpForWhatWouldNotFitAllTheSame) {
  const auto cache = std::make_shared<BrainCache>(20);
  cache->Open("a")->Keep(0, Of(10));
  cache->Open("b")->Keep(0, Of(20));
  EXPECT_EQ(TimesOn(*cache->Open("a"), 1), Times({0}));
  EXPECT_EQ(cache->counts().entries, 1);
}

TEST(BrainCacheTest, EntryThatIsGivenUpLivesOnWhereItIsInUse) {
  const auto cache = std::make_shared<BrainCache>(12);
  cache->Open("a")->Keep(0, Of(10));
  const auto in_use = cache->Open("a")->Find(0);
  cache->Open("b")->Keep(0, Of(11));
  EXPECT_EQ(cache->Open("a")->Find(0), nullptr);
  EXPECT_EQ(in_use->held_bytes(), 10);
}

TEST(BrainCacheTest, TwoAlignmentsOfOneRecordingShareIt) {
  const auto cache = std::make_shared<BrainCache>(100);
  auto one = cache->Open("a");
  const auto other = cache->Open("a");
  const auto entry = Of(10);
  one->Keep(0, entry);
  other->Keep(0, Of(10));
  EXPECT_EQ(other->Find(0), entry);
  EXPECT_EQ(cache->counts().held_bytes, 11);
  one.reset();  // the other one still holds it
  cache->Open("b")->Keep(0, Of(99));
  EXPECT_EQ(other->Find(0), entry);
}

// A recording with two models.
struct Study {
  AlignmentInputs first;
  AlignmentInputs second;
};

Study Simulate(int words) {
  SimulatedShape shape;
  shape.words = words;
  shape.times = 12;
  Study study{SimulateRecording(shape), {}};
  study.first.brain.digest = "a recording";
  study.second = study.first;
  shape.seed = 2;
  shape.layers = 2;
  study.second.layers = SimulateRecording(shape).layers;
  return study;
}

std::vector<AlignmentOptions> SeveralOptions() {
  AlignmentOptions strict;
  strict.pca = 3;
  AlignmentOptions paper;
  paper.preset = Preset::kPaper;
  AlignmentOptions gcv;
  gcv.selection = Selection::kGcv;
  AlignmentOptions shared;
  shared.selection = Selection::kGcv;
  shared.shared_alpha = true;
  AlignmentOptions fast;
  fast.precision = Precision::kFast;
  AlignmentOptions fast_gcv = gcv;
  fast_gcv.precision = Precision::kFast;
  return {strict, paper, gcv, shared, fast, fast_gcv};
}

struct Aligned {
  AlignmentResult result;
  BrainReuse reuse;
};

Aligned Align(const AlignmentInputs& inputs, const AlignmentOptions& options,
              std::shared_ptr<BrainCache> cache) {
  AlignmentResources resources;
  resources.brain_cache = std::move(cache);
  auto alignment = Alignment::Create(inputs, options, nullptr, resources);
  EXPECT_TRUE(alignment.ok()) << alignment.status();
  const CancelFlag cancel{false};
  auto result = RunAlignment(**alignment, 2, cancel, nullptr);
  EXPECT_TRUE(result.ok()) << result.status();
  return {*std::move(result), (*alignment)->brain_reuse()};
}

void ExpectSameBits(const AlignmentResult& a, const AlignmentResult& b) {
  EXPECT_EQ(a.score_per_fold, b.score_per_fold);
  EXPECT_EQ(a.alpha_counts, b.alpha_counts);
  EXPECT_EQ(a.constant_targets, b.constant_targets);
}

TEST(BrainReuseTest, SecondModelGetsTheSameBitsWithAndWithoutCache) {
  for (const int words : {300, 2500}) {  // in double and in single precision
    const Study study = Simulate(words);
    for (const AlignmentOptions& options : SeveralOptions()) {
      const auto cache = std::make_shared<BrainCache>(std::int64_t{1} << 30);
      const Aligned first = Align(study.first, options, cache);
      EXPECT_TRUE(first.reuse.has_cache);
      EXPECT_EQ(first.reuse.times, 0);
      const Aligned second = Align(study.second, options, cache);
      EXPECT_EQ(second.reuse.times, 12);
      ExpectSameBits(first.result, Align(study.first, options, nullptr).result);
      ExpectSameBits(second.result, Align(study.second, options, nullptr).result);
    }
  }
}

TEST(BrainReuseTest, SameBitsWhateverIsGivenUp) {
  const Study study = Simulate(300);
  for (const AlignmentOptions& options : SeveralOptions()) {
    const AlignmentResult expected = Align(study.second, options, nullptr).result;
    const auto whole = std::make_shared<BrainCache>(std::int64_t{1} << 30);
    Align(study.first, options, whole);
    // Room for some of the times only, after another recording filled it.
    const auto cache = std::make_shared<BrainCache>(whole->counts().held_bytes / 2);
    AlignmentInputs other = study.first;
    other.brain.digest = "another recording";
    Align(other, options, cache);
    Align(study.first, options, cache);
    const Aligned second = Align(study.second, options, cache);
    EXPECT_GT(second.reuse.times, 2);
    EXPECT_LT(second.reuse.times, 10);
    ExpectSameBits(second.result, expected);
    EXPECT_LE(cache->counts().held_bytes, cache->limit_bytes());
  }
}

TEST(BrainReuseTest, AlignmentsAtTheSameTimeShareACacheThatIsTooSmall) {
  const Study study = Simulate(300);
  AlignmentInputs other = study.second;
  other.brain.digest = "another recording";
  const AlignmentResult expected = Align(study.second, {}, nullptr).result;
  const auto whole = std::make_shared<BrainCache>(std::int64_t{1} << 30);
  Align(study.first, {}, whole);
  const auto cache = std::make_shared<BrainCache>(whole->counts().held_bytes / 3);
  const auto run = [&](const AlignmentInputs& inputs) {
    for (int i = 0; i < 4; ++i) {
      ExpectSameBits(Align(inputs, {}, cache).result, expected);
      EXPECT_LE(cache->counts().held_bytes, cache->limit_bytes());
    }
  };
  std::thread one([&] { run(study.second); });
  std::thread two([&] { run(study.second); });
  run(other);
  one.join();
  two.join();
}

// Whether an alignment finds what another one has left.
bool Finds(const AlignmentInputs& inputs, const AlignmentOptions& options,
           const std::shared_ptr<BrainCache>& cache) {
  return Align(inputs, options, cache).reuse.times > 0;
}

TEST(BrainReuseTest, WhateverTheBrainSideDependsOnTellsItApart) {
  const Study study = Simulate(300);
  AlignmentOptions options;
  options.alphas = {1, 10, 100};
  const auto cache = std::make_shared<BrainCache>(std::int64_t{1} << 30);
  EXPECT_FALSE(Finds(study.first, options, cache));
  EXPECT_TRUE(Finds(study.first, options, cache));

  std::vector<AlignmentInputs> recordings(4, study.first);
  recordings[0].brain.digest = "another recording";
  recordings[1].brain.onsets_seconds.back() += 0.1;
  recordings[2].brain.times_seconds.back() += 0.1;
  recordings[3].brain.groups.assign(300, 0);
  for (std::size_t w = 0; w < 300; ++w) {
    recordings[3].brain.groups[w] = static_cast<std::int64_t>(w / 50);
  }
  for (const AlignmentInputs& inputs : recordings) EXPECT_FALSE(Finds(inputs, options, cache));
  AlignmentInputs epochs = AsEpochs(study.first);
  epochs.brain.digest = study.first.brain.digest;
  EXPECT_FALSE(Finds(epochs, options, cache));

  std::vector<AlignmentOptions> changed(7, options);
  changed[0].folds = 4;
  changed[1].fold_by = FoldBy::kContiguous;
  changed[2].purge_seconds = 0;
  changed[3].alphas = {1, 10, 1000};
  changed[4].selection = Selection::kGcv;
  changed[5].inner_folds = 3;
  changed[6].zscore_words = FitWords::kAll;
  for (const AlignmentOptions& other : changed) {
    EXPECT_FALSE(Finds(study.first, other, cache));
    EXPECT_TRUE(Finds(study.second, other, cache));
  }
}

TEST(BrainReuseTest, WhatConcernsTargetsAloneDoesNot) {
  const Study study = Simulate(300);
  const auto cache = std::make_shared<BrainCache>(std::int64_t{1} << 30);
  Align(study.first, {}, cache);
  AlignmentOptions options;
  options.metric = Metric::kR2;
  options.pca = 2;
  options.shared_alpha = true;
  options.window_bounds_seconds = {0, 1};
  const Aligned second = Align(study.second, options, cache);
  EXPECT_EQ(second.reuse.times, 12);
  ExpectSameBits(second.result, Align(study.second, options, nullptr).result);
}

TEST(BrainReuseTest, NothingIsKeptWhereNothingIsWon) {
  const auto cache = std::make_shared<BrainCache>(std::int64_t{1} << 30);
  Study study = Simulate(300);
  AlignmentOptions to_brain;
  to_brain.direction = Direction::kModelToBrain;
  EXPECT_FALSE(Align(study.first, to_brain, cache).reuse.has_cache);
  study.first.brain.digest.clear();  // nobody knows which recording it is
  EXPECT_FALSE(Align(study.first, {}, cache).reuse.has_cache);
  SimulatedShape few;
  few.words = 40;
  few.sensors = 50;
  AlignmentInputs dual = SimulateRecording(few);
  dual.brain.digest = "few words";
  EXPECT_FALSE(Align(dual, {}, cache).reuse.has_cache);
  EXPECT_EQ(cache->counts().entries, 0);
}

TEST(BrainReuseTest, WorkThatWasSparedIsNotReportedAsDone) {
  const Study study = Simulate(300);
  AlignmentResources resources;
  resources.brain_cache = std::make_shared<BrainCache>(std::int64_t{1} << 30);
  const CancelFlag cancel{false};
  const auto work_of = [&](const AlignmentInputs& inputs) {
    auto alignment = Alignment::Create(inputs, {}, nullptr, resources);
    EXPECT_TRUE(RunAlignment(**alignment, 1, cancel, nullptr).ok());
    Work done;
    for (std::size_t i = 0; i < (*alignment)->tiles().size(); ++i) {
      done += (*alignment)->WorkDone(static_cast<int>(i));
    }
    Work planned;
    for (const Work& tile : (*alignment)->plan().tiles) planned += tile;
    return std::pair(done, planned);
  };
  const auto [all, planned] = work_of(study.first);
  EXPECT_EQ(all.operations(), planned.operations());
  const auto [rest, planned_second] = work_of(study.second);
  EXPECT_LT(rest.operations(), 0.9 * planned_second.operations());
  EXPECT_GT(rest.single_operations + rest.double_operations, 0);
  EXPECT_EQ(rest.bytes, planned_second.bytes);  // the features are gathered again
}

}  // namespace
}  // namespace brainalign
