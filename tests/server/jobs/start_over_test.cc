// An execution that single precision is too coarse for starts over, and the tiles of the first time
// are as if they had never been.
#include <thread>

#include "core/problem/needs_double.h"
#include "gmock/gmock.h"
#include "server/rows/codec.h"
#include "server/store/keys.h"
#include "tests/server/jobs/book_test.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::int64_t kExecution = 1;

// The numbers of events, and of the tiles among them.
struct Heard {
  std::vector<std::int64_t> sequences;
  std::vector<int> tiles;
  Job last;
};

class StartOverTest : public BookTest {
 protected:
  void SetUp() override {
    JobSettings settings;
    settings.threads = 1;
    Open({}, settings);
    ASSERT_TRUE(Upload(brain(), brain_).ok());
    ASSERT_TRUE(Upload(layer(), layer_).ok());
    workshop_.Hold();
  }

  Job Create(const std::string& id) {
    auto job = book_->Create(MakeRequest(id, 1));
    EXPECT_TRUE(job.ok()) << job.status();
    return *std::move(job);
  }

  Heard Watch(const std::string& job_id) {
    Heard heard;
    const absl::Status watched = book_->Watch(
        job_id, 0,
        [&](const WatchEvent& event) {
          if (std::holds_alternative<Heartbeat>(event.content)) return true;
          heard.sequences.push_back(event.sequence);
          if (const auto* tile = std::get_if<std::string>(&event.content)) {
            heard.tiles.push_back(DecodeTile(*tile)->index);
          } else {
            heard.last = std::get<Job>(event.content);
          }
          return true;
        },
        [] { return false; });
    EXPECT_TRUE(watched.ok()) << watched;
    return heard;
  }

  // The first tile is finished, the second finds that it needs double, and the first of the new
  // run has begun.
  void ComputeUntilItStartsOver() {
    workshop_.LetGo(1);
    ASSERT_TRUE(workshop_.AwaitBegun(2));
    workshop_.SetTileError(NeedsDouble("a score differs by 0.1 from float64"));
    workshop_.LetGo(1);
    ASSERT_TRUE(workshop_.AwaitBegun(3));
    workshop_.SetTileError(absl::OkStatus());
  }
};

TEST_F(StartOverTest, ForgetsEveryTileAndCountsNoCrash) {
  const Job job = Create("one");
  workshop_.SetPlan({5000, 100, 100});  // of all alignments after the first
  ComputeUntilItStartsOver();
  const auto execution = store_->FindExecution(kExecution);
  ASSERT_TRUE(execution.ok() && execution->has_value());
  EXPECT_EQ((*execution)->why_double, "a score differs by 0.1 from float64");
  EXPECT_EQ((*execution)->crashes, 0);
  EXPECT_EQ((*execution)->attempt, 2);
  EXPECT_EQ((*execution)->memory_bytes, 5000 + 100);
  EXPECT_THAT(*store_->ListTiles(kExecution), IsEmpty());
  EXPECT_EQ(book_->Get(job.job_id)->tiles_done, 0);
  EXPECT_EQ(book_->Get(job.job_id)->memory_bytes, 5000 + 100);

  workshop_.LetAllGo();
  const Heard heard = Watch(job.job_id);
  EXPECT_EQ(heard.last.state, JobState::kSucceeded);
  EXPECT_EQ(heard.last.tiles_done, 3);
  EXPECT_THAT(heard.tiles, UnorderedElementsAre(0, 1, 2));
  // Queued, running, what was the first tile, queued, running, three tiles, succeeded.
  EXPECT_THAT(heard.sequences, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_EQ(workshop_.begun(), 2 + 3);
}

TEST_F(StartOverTest, WatcherOfTheFirstTileHearsEveryTileAnew) {
  const Job job = Create("one");
  Heard heard;
  std::thread watcher([&] { heard = Watch(job.job_id); });
  // The watcher hears of the first tile, or finds it gone.
  ComputeUntilItStartsOver();
  workshop_.LetAllGo();
  watcher.join();
  EXPECT_EQ(heard.last.state, JobState::kSucceeded);
  for (std::size_t i = 0; i < heard.sequences.size(); ++i) {
    EXPECT_EQ(heard.sequences[i], static_cast<std::int64_t>(i) + 1);
  }
  ASSERT_GE(heard.tiles.size(), 3U);
  EXPECT_THAT(std::vector<int>(heard.tiles.end() - 3, heard.tiles.end()),
              UnorderedElementsAre(0, 1, 2));
}

TEST_F(StartOverTest, LogOfAJobThatWasCancelledBeforeStaysWhole) {
  const Job stays = Create("stays");
  const Job leaves = Create("leaves");
  workshop_.LetGo(1);
  ASSERT_TRUE(workshop_.AwaitBegun(2));
  ASSERT_TRUE(book_->Cancel(leaves.job_id).ok());
  workshop_.SetTileError(NeedsDouble("too coarse"));
  workshop_.LetGo(1);
  ASSERT_TRUE(workshop_.AwaitBegun(3));
  const Heard heard = Watch(leaves.job_id);
  EXPECT_EQ(heard.last.state, JobState::kCancelled);
  EXPECT_THAT(heard.tiles, IsEmpty());
  EXPECT_EQ(heard.sequences.size(), static_cast<std::size_t>(heard.last.sequence));
  workshop_.SetTileError(absl::OkStatus());
  workshop_.LetAllGo();
  EXPECT_EQ(Watch(stays.job_id).last.state, JobState::kSucceeded);
}

TEST_F(StartOverTest, SecondTimeFailsTheJob) {
  const Job job = Create("one");
  workshop_.SetTileError(NeedsDouble("a score differs by 0.1 from float64"));
  workshop_.LetAllGo();
  const Heard heard = Watch(job.job_id);
  EXPECT_EQ(heard.last.state, JobState::kFailed);
  EXPECT_EQ(heard.last.reason, JobReason::kComputationFailed);
  EXPECT_EQ(heard.last.attempt, 2);
}

TEST_F(StartOverTest, TileThatWasToldIsReplacedOnlyIfItIsDamaged) {
  const Job job = Create("one");
  workshop_.LetGo(1);
  ASSERT_TRUE(workshop_.AwaitBegun(2));
  const std::string told = *store_->ReadTile(kExecution, 0);
  TileScores other = *DecodeTile(told);
  other.score.front() += 1;
  EXPECT_TRUE(book_->host().OnTile(kExecution, 1, other).ok());
  EXPECT_EQ(*store_->ReadTile(kExecution, 0), told);
  EXPECT_EQ(book_->Get(job.job_id)->tiles_done, 1);

  Change damage;
  damage.Put(Family::kBulk, TileKey(kExecution, 0), "damaged");
  ASSERT_TRUE(store_->Commit(damage).ok());
  EXPECT_TRUE(book_->host().OnTile(kExecution, 1, other).ok());
  EXPECT_EQ(*store_->ReadTile(kExecution, 0), Encode(other));
  EXPECT_EQ(book_->Get(job.job_id)->tiles_done, 1);
}

}  // namespace
}  // namespace brainalign
