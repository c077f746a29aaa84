// What the server does while its disk takes no writes, and afterwards.
#include <cstdlib>
#include <filesystem>

#include "gmock/gmock.h"
#include "server/store/database.h"
#include "tests/server/fakes/failing_disk.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
using Failure = FailingDisk::Failure;

class ReadOnlyDatabaseTest : public testing::TestWithParam<Failure> {
 protected:
  ReadOnlyDatabaseTest() {
    std::string pattern = testing::TempDir() + "/brainalign_read_only_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    Open();
  }
  ~ReadOnlyDatabaseTest() override {
    disk_.Fail(Failure::kNone);
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Open() {
    database_.reset();
    auto database = Database::Open(folder_ + "/db", disk_.env().get());
    ASSERT_TRUE(database.ok()) << database.status();
    database_ = *std::move(database);
  }
  absl::Status Put(const std::string& key, const std::string& value) {
    Change change;
    change.Put(Family::kFacts, "k" + key, value);
    change.Put(Family::kBulk, "k" + key, value);
    return database_->Commit(change);
  }
  std::string Get(const std::string& key) {
    const auto value = database_->Get(Family::kFacts, "k" + key);
    const auto other = database_->Get(Family::kBulk, "k" + key);
    EXPECT_TRUE(value.ok()) << value.status();
    EXPECT_EQ(*value, *other);
    return value->value_or("nothing");
  }

  std::string folder_;
  FailingDisk disk_;
  std::unique_ptr<Database> database_;
};

TEST_P(ReadOnlyDatabaseTest, RefusedChangeIsNeverSeen) {
  ASSERT_TRUE(Put("old", "before").ok());
  disk_.Fail(GetParam());
  const absl::Status refused = Put("old", "after");
  EXPECT_TRUE(absl::IsUnavailable(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("is read-only"));
  EXPECT_TRUE(refused.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  EXPECT_EQ(Get("old"), "before");

  disk_.Fail(Failure::kNone);
  database_->TryToRecover();
  ASSERT_TRUE(database_->Health().ok()) << database_->Health();
  EXPECT_EQ(Get("old"), "before");
  ASSERT_TRUE(Put("new", "value").ok());
  Open();
  EXPECT_EQ(Get("old"), "before");
  EXPECT_EQ(Get("new"), "value");
}

TEST_P(ReadOnlyDatabaseTest, NothingIsWrittenUntilTheDiskTakesItAgain) {
  ASSERT_TRUE(Put("old", "before").ok());
  disk_.Fail(GetParam());
  EXPECT_FALSE(Put("old", "after").ok());
  for (int second = 0; second < 3; ++second) {
    database_->TryToRecover();
    EXPECT_TRUE(absl::IsUnavailable(database_->Health()));
    EXPECT_TRUE(absl::IsUnavailable(Put("more", "value")));
    EXPECT_EQ(Get("old"), "before");
  }
  disk_.Fail(Failure::kNone);
  database_->TryToRecover();
  EXPECT_TRUE(database_->Health().ok());
  EXPECT_EQ(Get("more"), "nothing");
}

TEST_P(ReadOnlyDatabaseTest, OpeningWhereNothingCanBeWrittenIsAnErrorAndNoEnd) {
  ASSERT_TRUE(Put("old", "before").ok());
  database_.reset();
  disk_.Fail(GetParam());
  const auto opened = Database::Open(folder_ + "/db", disk_.env().get());
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("the database failed"));
  disk_.Fail(Failure::kNone);
  Open();
  EXPECT_EQ(Get("old"), "before");
}

// RocksDB ends the program when it cannot write to a log of its own.
TEST_P(ReadOnlyDatabaseTest, KeepsNoLogBesideTheServers) {
  ASSERT_TRUE(Put("old", "before").ok());
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/db/CURRENT"));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/db/LOG"));
}

INSTANTIATE_TEST_SUITE_P(Disk, ReadOnlyDatabaseTest,
                         testing::Values(Failure::kWrite, Failure::kFull, Failure::kSync));

class ReadOnlyServerTest : public ServerTest {
 protected:
  void SetUp() override {
    database_env_ = disk_.env();
    Start();
  }
  // The disk's files end before it does.
  void TearDown() override {
    disk_.Fail(Failure::kNone);
    workshop_.LetAllGo();
    Stop();
  }

  FailingDisk disk_;
};

TEST_F(ReadOnlyServerTest, AnswersReadsRefusesWritesAndGoesOnByItself) {
  const v1::Job done = Create(MakeRequest(1));
  EXPECT_EQ(Watch(done.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  workshop_.Hold();
  const v1::Job running = Create(MakeRequest(2, 21));
  ASSERT_TRUE(workshop_.AwaitBegun(3));
  const v1::CreateJobRequest request = MakeRequest(1, 22);

  disk_.Fail(Failure::kFull);
  const grpc::Status refused = TryCreate(request);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(refused), "SERVER_READ_ONLY");
  EXPECT_GT(DetailOf<v1::RetryInfo>(refused, "RetryInfo").retry_delay().seconds(), 0);
  v1::GetServerInfoResponse info;
  Context context;
  ASSERT_TRUE(info_->GetServerInfo(&context, {}, &info).ok());
  EXPECT_TRUE(info.storage().read_only());
  EXPECT_THAT(info.storage().read_only_reason(), HasSubstr("full"));
  v1::AlignmentResult result;
  EXPECT_TRUE(Result(done.job_id(), &result).ok());
  EXPECT_EQ(Get(running.job_id()).state(), v1::JOB_STATE_RUNNING);
  workshop_.LetAllGo();  // tiles that cannot be kept are computed again

  disk_.Fail(Failure::kNone);
  grpc::Status created;
  do {
    created = TryCreate(request);
  } while (created.error_code() == grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(created.ok()) << created.error_message();
  now_seconds_ += 60;  // past the delay after which a job is tried again
  EXPECT_EQ(Watch(running.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  Restart();
  EXPECT_EQ(Get(running.job_id()).state(), v1::JOB_STATE_SUCCEEDED);
}

}  // namespace
}  // namespace brainalign
