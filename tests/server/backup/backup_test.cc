// Backups of servers that run, and of what becomes of them.
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/access/access_file.h"
#include "server/backup/new_folder.h"
#include "server/backup_command.h"
#include "tests/server/blobs/upload_test.h"
#include "tests/server/fakes/far_site.h"

namespace brainalign {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class BackupTest : public UploadTest {
 protected:
  std::string Beside(const std::string& name) {
    return std::filesystem::path(options_.data_folder).parent_path() / name;
  }
  void BackUp() {
    const auto summary = Backup(options_.data_folder, backup_);
    ASSERT_TRUE(summary.ok()) << summary.status();
    summary_ = *summary;
  }
  // Goes on with a server on what the backup holds.
  void RestoreAndStart() {
    Stop();
    const auto summary = RestoreBackup(backup_, Beside("restored"));
    ASSERT_TRUE(summary.ok()) << summary.status();
    EXPECT_EQ(summary->tensors, summary_.tensors);
    EXPECT_EQ(summary->bytes, summary_.bytes);
    options_.data_folder = Beside("restored");
    Start();
  }

  BackupSummary summary_;
  const std::string backup_ = Beside("backup");
};

TEST_F(BackupTest, OfALiveServerHasEveryAcknowledgedThing) {
  const v1::Job finished = Create(MakeRequest(2));
  EXPECT_EQ(Watch(finished.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  v1::AlignmentResult told;
  ASSERT_TRUE(Result(finished.job_id(), &told).ok());
  v1::Upload upload = StartFor(bytes_);
  ASSERT_TRUE(Write({Chunk(upload.upload_id(), bytes_, 0, 100 * kKilo)}, &upload).ok());
  workshop_.SetPlan({900'000, 100, 1});
  workshop_.Hold();
  const v1::Job running = Create(MakeRequest(3, 21));
  const v1::Job queued = Create(MakeRequest(1, 22));
  workshop_.LetGo(1);
  ASSERT_TRUE(workshop_.AwaitBegun(2 + 2));
  while (Get(running.job_id()).tiles_done() < 1) {
  }

  BackUp();
  EXPECT_EQ(summary_.uploads, 1);
  // The server goes on, and nothing of it reaches the backup.
  ASSERT_TRUE(Write({Chunk(upload.upload_id(), bytes_, 100 * kKilo, 200 * kKilo)}, &upload).ok());
  EXPECT_TRUE(upload.complete());
  const v1::Job later = Create(MakeRequest(1, 23));

  RestoreAndStart();
  workshop_.LetAllGo();
  v1::AlignmentResult result;
  ASSERT_TRUE(Result(finished.job_id(), &result).ok());
  EXPECT_THAT(Values(result, "score"), ElementsAreArray(Values(told, "score")));
  const auto events = Watch(running.job_id());
  EXPECT_EQ(events.back().job().state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(events.back().job().attempt(), 2);
  EXPECT_THAT(Tiles(events), UnorderedElementsAre(0, 1, 2));
  EXPECT_EQ(Watch(queued.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  ASSERT_TRUE(Query(upload.upload_id(), &upload).ok());
  EXPECT_EQ(upload.committed_bytes(), 100 * kKilo);
  ASSERT_TRUE(Write({Chunk(upload.upload_id(), bytes_, 100 * kKilo, 200 * kKilo)}, &upload).ok());
  EXPECT_TRUE(upload.complete());
  grpc::Status status;
  EXPECT_EQ(Read(RefTo(bytes_).digest(), 0, 0, &status), bytes_);
  Watch(later.job_id(), 0, &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(BackupTest, OfAStoppedServerIsTheSame) {
  const v1::Job finished = Create(MakeRequest(1));
  Watch(finished.job_id());
  Stop();
  BackUp();
  RestoreAndStart();
  v1::AlignmentResult result;
  EXPECT_TRUE(Result(finished.job_id(), &result).ok());
}

TEST_F(BackupTest, WhoMayComeInIsInItForItsOwnerAlone) {
  AccessEntry entry;
  entry.person = "ada";
  entry.project = "lab";
  const NewToken made = MakeToken(entry).value();
  ASSERT_TRUE(ChangeAccessFile(options_.data_folder, [&](AccessContents& contents) {
                contents.entries.push_back(made.entry);
                return absl::OkStatus();
              }).ok());
  BackUp();
  RestoreAndStart();
  const auto restored = ReadAccessFile(options_.data_folder);
  ASSERT_TRUE(restored.ok()) << restored.status();
  ASSERT_EQ(restored->entries.size(), 1U);
  EXPECT_EQ(restored->entries[0].token_sha256, made.entry.token_sha256);
  EXPECT_EQ(std::filesystem::status(AccessFilePath(options_.data_folder)).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(BackupTest, FolderThatIsThereIsRefused) {
  std::filesystem::create_directories(backup_);
  BackUp();  // an empty one will do
  const auto again = Backup(options_.data_folder, backup_);
  EXPECT_EQ(again.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(again.status().message()), HasSubstr(backup_));
  const auto over = RestoreBackup(backup_, options_.data_folder);
  EXPECT_EQ(over.status().code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(BackupTest, OnlyWhatAnEarlierTryLeftIsRemoved) {
  const std::string partial = backup_ + ".partial";
  std::filesystem::create_directories(partial);
  std::ofstream(partial + "/mine") << "data";
  const auto refused = Backup(options_.data_folder, backup_);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr(partial));
  EXPECT_TRUE(std::filesystem::exists(partial + "/mine"));
  std::filesystem::remove_all(partial);

  // A try that ended in the middle.
  ASSERT_TRUE(NewFolder::Begin(backup_).ok());
  std::ofstream(partial + "/half") << "data";
  BackUp();
  EXPECT_FALSE(std::filesystem::exists(partial));
  EXPECT_FALSE(std::filesystem::exists(backup_ + "/half"));
  for (const auto& entry : std::filesystem::directory_iterator(backup_)) {
    EXPECT_NE(entry.path().filename().string()[0], '.') << entry.path();
  }
}

TEST_F(BackupTest, FolderThatIsNoneIsRefused) {
  const auto backed_up = Backup(Beside("nothing"), backup_);
  EXPECT_EQ(backed_up.status().code(), absl::StatusCode::kNotFound);
  const auto restored = RestoreBackup(options_.data_folder, Beside("restored"));
  EXPECT_EQ(restored.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(restored.status().message()), HasSubstr("is no backup"));
  EXPECT_FALSE(std::filesystem::exists(Beside("restored")));
}

TEST_F(BackupTest, DamagedTensorIsSaidWhenRestoring) {
  const std::string digest = Store({100, 2}, 1).digest();
  BackUp();
  const std::string path = absl::StrCat(backup_, "/blobs/", digest.substr(0, 2), "/", digest);
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).seekp(17).put('x');
  const auto restored = RestoreBackup(backup_, Beside("restored"));
  EXPECT_TRUE(absl::IsDataLoss(restored.status()));
  EXPECT_THAT(std::string(restored.status().message()), HasSubstr(path));
  EXPECT_FALSE(std::filesystem::exists(Beside("restored")));
}

TEST_F(BackupTest, NoServerHasDiedWithTheCopy) {
  workshop_.Hold();
  const v1::Job job = Create(MakeRequest(2));
  Await(job.job_id(), v1::JOB_STATE_RUNNING);
  for (int crash = 0; crash < 2; ++crash) {
    CrashAndRestart();  // after one more it would not be tried again
    while (Get(job.job_id()).state() != v1::JOB_STATE_RUNNING) {
    }
  }
  BackUp();
  RestoreAndStart();
  workshop_.LetAllGo();
  const auto events = Watch(job.job_id());
  EXPECT_EQ(events.back().job().state(), v1::JOB_STATE_SUCCEEDED);
  std::vector<std::string> messages;
  for (const v1::WatchJobResponse& event : events) messages.push_back(event.job().message());
  EXPECT_THAT(messages, testing::Contains(HasSubstr("ran when the backup was made")));
}

TEST_F(BackupTest, ARefusedBackupLeavesNothingAndHasAReason) {
  const auto lost = Backup(options_.data_folder, Beside("missing") + "/inner/backup");
  EXPECT_TRUE(absl::IsInvalidArgument(lost.status())) << lost.status();
  EXPECT_THAT(std::string(lost.status().message()), HasSubstr("/missing/inner; make it first"));
  EXPECT_FALSE(std::filesystem::exists(Beside("missing")));
  BackUp();
  EXPECT_TRUE(absl::IsAlreadyExists(Backup(options_.data_folder, backup_).status()));
}

class BackupOfWorkElsewhereTest : public BackupTest {
 protected:
  BackupOfWorkElsewhereTest() {
    make_executor_ = [this] { return site_.Connect(); };
  }
  ~BackupOfWorkElsewhereTest() override { Stop(); }

  FarSite site_;
};

TEST_F(BackupOfWorkElsewhereTest, TheServerGoesOnWithItsRunAndTheCopyStartsItsOwn) {
  const v1::Job job = Create(MakeRequest(3));
  site_.LetGo(1);
  ASSERT_TRUE(site_.AwaitAnswered(1));
  BackUp();
  Restart();
  EXPECT_EQ(site_.adopted(), 1);

  RestoreAndStart();  // the executor still knows the run of the first server
  site_.LetAllGo();
  const auto events = Watch(job.job_id());
  EXPECT_EQ(events.back().job().state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(events.back().job().attempt(), 2);
  EXPECT_THAT(Tiles(events), UnorderedElementsAre(0, 1, 2));
  EXPECT_EQ(site_.adopted(), 1);
  EXPECT_EQ(site_.started(), 2);
}

}  // namespace
}  // namespace brainalign
