#include "server/store/store.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rows/codec.h"
#include "server/rows/digest.h"
#include "server/store/changes.h"
#include "server/store/keys.h"
#include "server/store/layout.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Job SomeJob() {
  Job job;
  job.job_id = "0123";
  job.order = 7;
  job.request_id = "request";
  job.body_digest = std::string("\0\xFF", 2);
  job.execution_id = 9;
  job.name = "Gehirn";
  job.state = JobState::kRunning;
  job.reason = JobReason::kJoined;
  job.message = "message";
  job.attempt = 2;
  job.tiles_done = 3;
  job.tiles_total = 4;
  job.sequence = 5;
  job.create_time = absl::FromUnixNanos(1'700'000'000'123'456'789);
  job.start_time = absl::FromUnixNanos(1'700'000'001'000'000'001);
  job.cache_key = "key";
  job.memory_bytes = std::int64_t{1} << 40;
  job.layers = 6;
  job.times = 8;
  job.folds = 5;
  return job;
}

TEST(CodecTest, JobComesBackAsItWas) {
  const Job job = SomeJob();
  const std::optional<Job> back = DecodeJob(Encode(job));
  ASSERT_TRUE(back);
  EXPECT_EQ(Encode(*back), Encode(job));
  EXPECT_EQ(back->order, 7);
  EXPECT_EQ(back->body_digest, job.body_digest);
  EXPECT_EQ(back->create_time, job.create_time);
  EXPECT_EQ(back->start_time, job.start_time);
  EXPECT_EQ(back->end_time, absl::InfinitePast());
  EXPECT_EQ(back->reason, JobReason::kJoined);
}

TEST(CodecTest, SpecificationComesBackAsItWas) {
  JobSpecification specification;
  const TensorRef ref{std::string(64, 'a'), {DType::kBF16, {3, 4, 5}, Order::kFortran}};
  specification.brain.continuous = ref;
  specification.brain.sfreq_hz = 30;
  specification.brain.onsets_seconds =
      TensorRef{std::string(64, 'b'), {DType::kF64, {3}, Order::kC}};
  specification.brain.times_seconds = {-0.5, 0, 1e-300};
  specification.brain.sessions = TensorRef{std::string(64, 'c'), {DType::kI64, {3}, Order::kC}};
  specification.brain.groups = TensorRef{std::string(64, 'd'), {DType::kI64, {3}, Order::kC}};
  specification.brain.session_starts =
      TensorRef{std::string(64, 'e'), {DType::kI64, {2}, Order::kC}};
  specification.layers = {{ref, 2, 0.5, "layer"}};
  specification.options.preset = Preset::kPaper;
  specification.options.purge_seconds = 0;
  specification.options.selection = Selection::kFixed;
  specification.options.alphas = {10};
  const std::optional<JobSpecification> back = DecodeSpecification(Encode(specification));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->brain.continuous, ref);
  EXPECT_FALSE(back->brain.epochs);
  EXPECT_EQ(back->brain.onsets_seconds, specification.brain.onsets_seconds);
  EXPECT_EQ(back->brain.times_seconds, specification.brain.times_seconds);
  EXPECT_EQ(back->brain.groups, specification.brain.groups);
  EXPECT_EQ(back->brain.sessions, specification.brain.sessions);
  EXPECT_EQ(back->brain.session_starts, specification.brain.session_starts);
  EXPECT_EQ(back->layers[0].activations, ref);
  EXPECT_EQ(back->layers[0].slice, 2);
  EXPECT_EQ(back->options.preset, Preset::kPaper);
  EXPECT_EQ(back->options.purge_seconds, 0);
  EXPECT_EQ(back->options.selection, Selection::kFixed);
  EXPECT_FALSE(back->options.fold_by);
}

TEST(SpecificationTest, NamesEveryTensorOnce) {
  const auto ref = [](char digit) { return TensorRef{std::string(64, digit), {}}; };
  JobSpecification specification;
  specification.brain.epochs = ref('a');
  specification.brain.onsets_seconds = ref('b');
  specification.brain.groups = ref('c');
  specification.brain.sessions = ref('c');
  specification.brain.session_starts = ref('e');
  specification.layers = {{ref('d'), 0, 0.5, ""}, {ref('d'), 1, 1, ""}};
  EXPECT_EQ(TensorsOf(specification.brain).size(), 4U);
  std::string digits;
  for (const std::string& digest : InputDigests(specification)) digits += digest.front();
  EXPECT_EQ(digits, "abcde");
}

TEST(CodecTest, TileComesBackBitForBit) {
  TileScores tile;
  tile.index = 3;
  tile.tile = {1, 2, 3, 1};
  tile.score = {0.1, -0.0};
  tile.score_per_fold = {std::numeric_limits<double>::denorm_min(), 1.0 / 3};
  tile.alpha_counts = {1, 2, 3, 4};
  tile.constant_targets = 4;
  const std::optional<TileScores> back = DecodeTile(Encode(tile));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->tile, tile.tile);
  EXPECT_EQ(back->score, tile.score);
  EXPECT_TRUE(std::signbit(back->score[1]));
  EXPECT_EQ(back->score_per_fold, tile.score_per_fold);
  EXPECT_EQ(back->alpha_counts, tile.alpha_counts);
  EXPECT_EQ(back->constant_targets, 4);
}

TEST(CodecTest, BytesThatAreNoRecordGiveNothing) {
  const std::string garbage = "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF";
  EXPECT_FALSE(DecodeJob(garbage));
  EXPECT_FALSE(DecodeUpload(garbage));
  EXPECT_FALSE(DecodeUpload(""));  // no digest
  EXPECT_FALSE(DecodeEvent(garbage));
  EXPECT_FALSE(DecodeEvent(""));
  EXPECT_FALSE(DecodeExecution(garbage));
  EXPECT_FALSE(DecodeTile(garbage));
}

TEST(DigestTest, AgreesWithPublishedValues) {
  // FIPS 180-4 examples; RFC 3720, B.4, for CRC32C.
  EXPECT_EQ(HexSha256Of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HexSha256Of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Crc32c("123456789", 9), 0xE3069283U);
  EXPECT_EQ(Crc32c(std::string(32, '\0').data(), 32), 0x8A9136AAU);
}

TEST(DigestTest, SealShowsEveryChangedByte) {
  const std::string sealed = Seal("payload");
  std::string payload;
  EXPECT_TRUE(Unseal(sealed, payload));
  EXPECT_EQ(payload, "payload");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(Unseal(changed, payload));
  }
  EXPECT_FALSE(Unseal(sealed.substr(1), payload));
  EXPECT_FALSE(Unseal("", payload));
}

TEST(KeyTest, NumbersSortAsTheyCount) {
  EXPECT_LT(EventKey(1, 255), EventKey(1, 256));
  EXPECT_LT(EventKey(1, std::numeric_limits<std::int64_t>::max()), EventKey(2, 0));
  EXPECT_EQ(TrailingNumber(TileKey(5, 77)), 77);
  EXPECT_EQ(TrailingNumber("short"), -1);
}

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    std::string pattern = testing::TempDir() + "/brainalign_store_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~StoreTest() override { std::filesystem::remove_all(folder_); }

  std::string folder_;
};

TEST_F(StoreTest, OtherLayoutsAreRefusedWithASentence) {
  for (const auto& [version, next] :
       {std::pair(kLayoutVersion + 1, "use the version of brainalignd that wrote it"),
        std::pair(kLayoutVersion - 1, "start with an empty data folder")}) {
    const std::string folder = absl::StrCat(folder_, "/", version);
    {
      auto database = Database::Open(folder);
      ASSERT_TRUE(database.ok()) << database.status();
      Change change;
      change.Put(Family::kFacts, VersionKey(), absl::StrCat(version));
      ASSERT_TRUE((*database)->Commit(change).ok());
    }
    const auto database = Database::Open(folder);
    EXPECT_EQ(database.status().code(), absl::StatusCode::kFailedPrecondition);
    const std::string message(database.status().message());
    EXPECT_THAT(message, HasSubstr(absl::StrCat("layout version ", version)));
    EXPECT_THAT(message, HasSubstr(next));
  }
}

TEST_F(StoreTest, EndedJobsAndExecutionsLeaveTheQueue) {
  auto database = Database::Open(folder_);
  ASSERT_TRUE(database.ok()) << database.status();
  Store store(*std::move(database));
  Job job = SomeJob();
  Execution execution;
  execution.execution_id = job.execution_id;
  execution.cache_key = "key";
  execution.state = JobState::kQueued;
  ASSERT_TRUE(store.Commit(QueueExecution(execution, {}, {job, {{1, job}, {2, 0}}})).ok());
  EXPECT_EQ(store.ListQueue()->size(), 1U);
  EXPECT_EQ(store.ListAttached(9)->size(), 1U);
  EXPECT_EQ((*store.FindJobByRequest(kDefaultProject, "request"))->job_id, job.job_id);
  EXPECT_EQ(*store.LastOrder(), 7);
  EXPECT_EQ(*store.LastExecutionId(), 9);
  EXPECT_EQ(store.ListEvents(7, 0, 10)->size(), 2U);
  EXPECT_EQ(store.ListEvents(7, 1, 10)->size(), 1U);
  EXPECT_EQ(store.ListEvents(7, 0, 1)->size(), 1U);
  EXPECT_FALSE(store.FindCached(kDefaultProject, "key")->has_value());

  TileScores tile;
  tile.index = 300;
  ASSERT_TRUE(store.Commit(SaveTile(execution, tile, {})).ok());
  tile.index = 2;
  ASSERT_TRUE(store.Commit(SaveTile(execution, tile, {})).ok());
  EXPECT_THAT(*store.ListTiles(9), ElementsAre(2, 300));
  EXPECT_EQ(DecodeTile(*store.ReadTile(9, 300))->index, 300);
  EXPECT_TRUE(absl::IsDataLoss(store.ReadTile(9, 1).status()));

  job.state = JobState::kSucceeded;
  execution.state = JobState::kSucceeded;
  ASSERT_TRUE(store
                  .Commit(FinishExecution(execution, {}, {{job, {{3, job}}}}, "rates",
                                          absl::FromUnixSeconds(1000)))
                  .ok());
  EXPECT_TRUE(store.ListQueue()->empty());
  EXPECT_TRUE(store.ListAttached(9)->empty());
  EXPECT_EQ(**store.FindCached(kDefaultProject, "key"), 9);
  EXPECT_TRUE(store.ReadResult(9).ok());
  EXPECT_TRUE(absl::IsDataLoss(store.ReadResult(10).status()));
}

// One layer at so many times that its scores take two pieces and a half.
AlignmentResult LongResult() {
  constexpr std::int64_t kTimes = kPieceBytes / 8 * 5 / 2;
  AlignmentResult result;
  for (std::int64_t t = 0; t < kTimes; ++t) {
    result.times_seconds.push_back(0.001 * static_cast<double>(t));
    result.score.push_back(1.0 / static_cast<double>(t + 1));
  }
  result.depth = {1};
  result.layer_names = {"only"};
  return result;
}

TEST_F(StoreTest, ResultLiesInPiecesThatComeAndGoWithIt) {
  auto database = Database::Open(folder_);
  ASSERT_TRUE(database.ok()) << database.status();
  Store store(*std::move(database));
  Job job = SomeJob();
  job.state = JobState::kSucceeded;
  Execution execution;
  execution.execution_id = job.execution_id;
  execution.state = JobState::kSucceeded;
  const AlignmentResult result = LongResult();
  ASSERT_TRUE(
      store.Commit(FinishExecution(execution, result, {}, "", absl::FromUnixSeconds(1000))).ok());
  EXPECT_TRUE(store.CheckResult(9).ok()) << store.CheckResult(9);
  std::string bytes;
  for (int piece = 0; piece < 3; ++piece) {
    const auto part = store.ReadPiece(9, {0, piece});
    ASSERT_TRUE(part.ok()) << part.status();
    EXPECT_EQ(part->size(), piece < 2 ? kPieceBytes : kPieceBytes / 2);
    bytes += *part;
  }
  ASSERT_EQ(bytes.size(), 8 * result.score.size());
  EXPECT_EQ(std::memcmp(bytes.data(), result.score.data(), bytes.size()), 0);
  EXPECT_TRUE(absl::IsDataLoss(store.ReadPiece(9, {0, 3}).status()));
  const auto pieces = store.ListPieces(9);
  ASSERT_TRUE(pieces.ok());
  EXPECT_EQ(pieces->size(), 3U);

  // A result without one of its pieces is none.
  Change damage;
  damage.Delete(Family::kBulk, PieceKey(9, {0, 1}));
  ASSERT_TRUE(store.Commit(damage).ok());
  EXPECT_TRUE(absl::IsDataLoss(store.CheckResult(9)));
  Change change;
  change.Put(Family::kBulk, PieceKey(9, {0, 1}), "no piece");
  ASSERT_TRUE(store.Commit(change).ok());
  EXPECT_TRUE(absl::IsDataLoss(store.CheckResult(9)));
  const auto checked = store.CheckRows("", std::int64_t{1} << 40);
  ASSERT_TRUE(checked.ok());
  EXPECT_THAT(checked->damaged, ElementsAre("piece 1 of array 0 of the result of execution 9"));

  ASSERT_TRUE(store.Commit(DeleteLastJob(job, execution, {}, *pieces, {.cache_key = true})).ok());
  EXPECT_TRUE(store.ListPieces(9)->empty());
}

TEST_F(StoreTest, LayersOfAJobGoWithIt) {
  auto database = Database::Open(folder_);
  ASSERT_TRUE(database.ok()) << database.status();
  Store store(*std::move(database));
  JobChange change;
  change.job = SomeJob();
  change.layers = JobLayers{{"a", "b"}, {0.5, 1}};
  ASSERT_TRUE(store.Commit(AddJob(change)).ok());
  EXPECT_EQ(**store.FindLayers(change.job.order), change.layers);
  ASSERT_TRUE(store.Commit(DeleteJob(change.job)).ok());
  EXPECT_FALSE(store.FindLayers(change.job.order)->has_value());
}

}  // namespace
}  // namespace brainalign
