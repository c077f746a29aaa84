// Tensors that nobody uses, and damage that nobody asked about.
#include "server/blobs/tensors.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/blobs/scrubber.h"
#include "server/rows/digest.h"
#include "server/store/changes.h"
#include "server/store/keys.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr absl::Duration kGrace = absl::Hours(48);

class TensorsTest : public testing::Test {
 protected:
  TensorsTest() {
    std::string pattern = testing::TempDir() + "/brainalign_tensors_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    Open();
  }
  ~TensorsTest() override {
    tensors_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  // What a server does that starts on the folder.
  void Open() {
    tensors_.reset();
    store_.reset();
    auto database = Database::Open(folder_ + "/db");
    ASSERT_TRUE(database.ok()) << database.status();
    store_ = std::make_unique<Store>(*std::move(database));
    auto blobs = BlobFolder::Open(folder_);
    ASSERT_TRUE(blobs.ok()) << blobs.status();
    blobs_ = *std::move(blobs);
    const Clock clock = [this] { return now_; };
    tensors_ = std::make_unique<Tensors>(kGrace, clock, store_.get(), blobs_.get());
  }

  // Stores a tensor; returns its digest.
  std::string Put(const std::string& bytes) {
    Upload upload;
    upload.tensor = {HexSha256Of(bytes), {DType::kI16, {1}}};
    upload.upload_id = upload.tensor.digest;
    upload.size_bytes = static_cast<std::int64_t>(bytes.size());
    upload.complete = true;
    std::ofstream(blobs_->PartPath(upload.upload_id), std::ios::binary) << bytes;
    EXPECT_TRUE(tensors_->Publish(upload).ok());
    return upload.tensor.digest;
  }
  bool HasFile(const std::string& digest) {
    return std::filesystem::exists(blobs_->BlobPath(digest));
  }
  void Rot(const std::string& digest) {
    std::fstream(blobs_->BlobPath(digest), std::ios::in | std::ios::out | std::ios::binary)
        .seekp(1)
        .put('~');
  }
  Tensors::Removed Remove() {
    auto removed = tensors_->RemoveUnused([] { return true; });
    EXPECT_TRUE(removed.ok()) << removed.status();
    return *removed;
  }
  Execution Queue(const std::string& digest) {
    Execution execution;
    execution.execution_id = 1;
    execution.state = JobState::kQueued;
    execution.inputs = {digest};
    Job job;
    job.job_id = "job";
    job.execution_id = 1;
    EXPECT_TRUE(store_->Commit(QueueExecution(execution, {}, {job, {}})).ok());
    return execution;
  }

  std::string folder_;
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  std::unique_ptr<Store> store_;
  std::unique_ptr<BlobFolder> blobs_;
  std::unique_ptr<Tensors> tensors_;
};

TEST_F(TensorsTest, UnusedTensorIsMarkedAndLaterRemoved) {
  const std::string digest = Put("bytes");
  now_ += kGrace - absl::Seconds(1);
  EXPECT_EQ(Remove().marked, 0);
  now_ += absl::Seconds(1);
  EXPECT_EQ(Remove().marked, 1);
  EXPECT_TRUE(*tensors_->Has(kDefaultProject, digest));
  now_ += tensors_->settle_time() - absl::Seconds(1);
  EXPECT_EQ(Remove().tensors, 0);
  now_ += absl::Seconds(1);
  const Tensors::Removed removed = Remove();
  EXPECT_EQ(removed.tensors, 1);
  EXPECT_EQ(removed.bytes, 5);
  EXPECT_FALSE(*tensors_->Has(kDefaultProject, digest));
  EXPECT_FALSE(HasFile(digest));
}

TEST_F(TensorsTest, WhoAsksMeanwhileTakesTheMarkAway) {
  const std::string digest = Put("bytes");
  now_ += kGrace;
  EXPECT_EQ(Remove().marked, 1);
  now_ += tensors_->settle_time();
  EXPECT_TRUE(*tensors_->Use(kDefaultProject, digest));
  EXPECT_EQ(Remove().tensors, 0);
  EXPECT_FALSE((*store_->FindBlob(digest))->is_marked());
  now_ += kGrace - absl::Seconds(1);
  EXPECT_EQ(Remove().marked, 0);
  EXPECT_TRUE(HasFile(digest));
}

TEST_F(TensorsTest, JobUnderWayKeepsItsTensors) {
  const std::string digest = Put("bytes");
  now_ += kGrace;
  EXPECT_EQ(Remove().marked, 1);
  Execution execution = Queue(digest);
  for (int day = 0; day < 5; ++day) {
    now_ += kGrace;
    EXPECT_EQ(Remove().tensors, 0);
  }
  execution.state = JobState::kSucceeded;
  ASSERT_TRUE(store_->Commit(SaveExecution(execution, {})).ok());
  now_ += kGrace - absl::Seconds(1);
  EXPECT_EQ(Remove().marked, 0);
  now_ += absl::Seconds(1);
  EXPECT_EQ(Remove().marked, 1);
}

TEST_F(TensorsTest, MarkOutlivesACrash) {
  const std::string digest = Put("bytes");
  now_ += kGrace;
  EXPECT_EQ(Remove().marked, 1);
  Open();
  now_ += tensors_->settle_time();
  EXPECT_EQ(Remove().tensors, 1);
  EXPECT_FALSE(HasFile(digest));
}

TEST_F(TensorsTest, FileThatACrashLeftWithoutARecordIsRemoved) {
  const std::string kept = Put("kept");
  const std::string digest = Put("bytes");
  ASSERT_TRUE(store_->Commit(DropBlob(digest, {kDefaultProject})).ok());
  Open();
  EXPECT_FALSE(*tensors_->Has(kDefaultProject, digest));
  EXPECT_EQ(Remove().stray_files, 1);
  EXPECT_FALSE(HasFile(digest));
  EXPECT_TRUE(HasFile(kept));
}

class ScrubberTest : public TensorsTest {
 protected:
  Scrubber Make() {
    return Scrubber(
        absl::Hours(24), [this] { return now_; }, store_.get(), blobs_.get(), tensors_.get());
  }
};

TEST_F(ScrubberTest, DamagedTensorIsPutAsideAndMissing) {
  const std::string sound = Put("sound");
  const std::string rotten = Put("rotten");
  Rot(rotten);
  Scrubber scrubber = Make();
  EXPECT_EQ(scrubber.Step(1000), 11);
  EXPECT_EQ(scrubber.state().damaged, 1);
  EXPECT_TRUE(scrubber.state().idle);
  EXPECT_TRUE(*tensors_->Has(kDefaultProject, sound));
  EXPECT_FALSE(*tensors_->Has(kDefaultProject, rotten));
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/quarantine/" + rotten));
  EXPECT_EQ(Put("rotten"), rotten);  // sent again
  EXPECT_TRUE(*tensors_->Has(kDefaultProject, rotten));
}

TEST_F(ScrubberTest, ReadsNoMoreThanItMayAndWaitsForTheNextPass) {
  Put(std::string(1000, 'a'));
  Scrubber scrubber = Make();
  EXPECT_EQ(scrubber.Step(300), 300);
  EXPECT_EQ(scrubber.Step(300), 300);
  EXPECT_EQ(scrubber.Step(1000), 400);
  EXPECT_EQ(scrubber.Step(1000), 0);
  now_ += absl::Hours(24) - absl::Seconds(1);
  EXPECT_EQ(scrubber.Step(1000), 0);
  now_ += absl::Seconds(1);
  EXPECT_EQ(scrubber.Step(2000), 1000);
}

TEST_F(ScrubberTest, GoesOnAfterARestartWhereItStood) {
  std::vector<std::string> digests = {Put("aaaa"), Put("bbbb"), Put("cccc")};
  std::sort(digests.begin(), digests.end());
  {
    Scrubber scrubber = Make();
    scrubber.Step(4 + 1);  // the first, and into the second
    scrubber.Save();
  }
  Open();
  Scrubber scrubber = Make();
  EXPECT_EQ(scrubber.state().after, digests[0]);
  EXPECT_FALSE(scrubber.state().idle);
  Rot(digests[1]);  // the second is read from its beginning
  scrubber.Step(1000);
  EXPECT_EQ(scrubber.state().damaged, 1);
  scrubber.Save();
  Open();
  EXPECT_EQ(Make().state().damaged, 1);
  EXPECT_EQ(Make().Step(1000), 0);
}

TEST_F(ScrubberTest, DamagedRowsAreNamed) {
  Execution execution;
  execution.execution_id = 7;
  TileScores tile;
  tile.index = 3;
  ASSERT_TRUE(store_->Commit(SaveTile(execution, tile, {})).ok());
  tile.index = 4;
  ASSERT_TRUE(store_->Commit(SaveTile(execution, tile, {})).ok());
  Change change;
  change.Put(Family::kBulk, TileKey(7, 3), "rotten");
  change.Put(Family::kBulk, ResultKey(7), "rotten");
  ASSERT_TRUE(store_->Commit(change).ok());
  EXPECT_THAT(store_->CheckRows("", 1000)->damaged,
              ElementsAre("tile 3 of execution 7", "result of execution 7"));
  const auto some = store_->CheckRows("", 1);
  EXPECT_FALSE(some->is_end);
  EXPECT_THAT(store_->CheckRows(some->last_key, 1)->damaged, IsEmpty());
  Scrubber scrubber = Make();
  scrubber.Step(1000);
  EXPECT_EQ(scrubber.state().damaged, 2);
}

}  // namespace
}  // namespace brainalign
