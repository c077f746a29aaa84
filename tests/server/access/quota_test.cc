// What projects may use, over the wire.
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/server/access/access_test.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

class QuotaTest : public AccessTest {
 protected:
  // For the project "lab"; the server has read it when this returns.
  void Set(const ProjectSettings& settings) {
    AccessCommand command;
    command.task = AccessTask::kSetProject;
    command.data_folder = options_.data_folder;
    command.project = "lab";
    command.settings = settings;
    Run(command);
    // Entries of one file are read together.
    As(Add("marker", "lab", Role::kReader));
    AwaitIn();
    As(ada_);
  }

  grpc::Status TryStart(const std::string& bytes) {
    Context context;
    v1::StartUploadRequest request;
    *request.mutable_tensor() = RefTo(bytes);
    request.set_size_bytes(static_cast<std::int64_t>(bytes.size()));
    v1::StartUploadResponse response;
    return tensors_->StartUpload(&context, request, &response);
  }
};

TEST_F(QuotaTest, StoredBytesAreLimitedByProject) {
  ProjectSettings settings;
  settings.stored_bytes = 1500;
  Set(settings);
  StoreBytes({250}, Bytes(1000, 'a'));
  const grpc::Status refused = TryStart(Bytes(600, 'b'));
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "QUOTA_STORED_BYTES");
  EXPECT_THAT(refused.error_message(), HasSubstr("may hold 1500 bytes: it holds 1000"));
  EXPECT_EQ(DetailOf<v1::QuotaFailure>(refused, "QuotaFailure").violations(0).subject(),
            "project lab");
  EXPECT_EQ(DetailOf<v1::RetryInfo>(refused, "RetryInfo").retry_delay().seconds(), 3600);
  // Bytes on their way count; what the project has already costs nothing.
  EXPECT_TRUE(TryStart(Bytes(400, 'c')).ok());
  EXPECT_FALSE(TryStart(Bytes(400, 'd')).ok());
  EXPECT_TRUE(TryStart(Bytes(1000, 'a')).ok());
  As(other_);
  EXPECT_TRUE(TryStart(Bytes(4000, 'b')).ok());
}

TEST_F(QuotaTest, UploadsUnderWayAreLimitedByProject) {
  ProjectSettings settings;
  settings.uploads = 1;
  Set(settings);
  EXPECT_TRUE(TryStart(Bytes(400, 'a')).ok());
  EXPECT_TRUE(TryStart(Bytes(400, 'a')).ok());  // the same one
  const grpc::Status refused = TryStart(Bytes(400, 'b'));
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "QUOTA_UPLOADS");
  StoreBytes({100}, Bytes(400, 'a'));
  EXPECT_TRUE(TryStart(Bytes(400, 'b')).ok());
}

TEST_F(QuotaTest, JobsUnderWayAreLimitedAndEndingOnesMakeRoom) {
  ProjectSettings settings;
  settings.queued_jobs = 1;
  Set(settings);
  workshop_.Hold();
  const v1::Job first = Create(MakeRequest(1, 20));
  const v1::CreateJobRequest second = MakeRequest(1, 30);
  const grpc::Status refused = TryCreate(second);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "QUOTA_QUEUED_JOBS");
  EXPECT_GT(DetailOf<v1::RetryInfo>(refused, "RetryInfo").retry_delay().seconds(), 0);
  Cancel(first.job_id());
  EXPECT_TRUE(TryCreate(second).ok());
  workshop_.LetAllGo();
}

TEST_F(QuotaTest, ComputingIsChargedToJobsThatSucceedAlone) {
  ProjectSettings settings;
  settings.cpu_hours = 1e-7;  // 0.36 ms: less than any job is estimated to take
  Set(settings);
  const grpc::Status refused = TryCreate(MakeRequest(1, 20));
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "QUOTA_CPU_HOURS");
  settings.cpu_hours = 1000;
  Set(settings);
  EXPECT_EQ(Watch(Create(MakeRequest(1, 20)).job_id()).back().job().state(),
            v1::JOB_STATE_SUCCEEDED);
}

TEST_F(QuotaTest, NobodyIsPromisedAllOfTheDisk) {
  Context context;
  v1::GetServerInfoResponse info;
  As(operator_);
  ASSERT_TRUE(info_->GetServerInfo(&context, {}, &info).ok());
  const std::int64_t free_bytes = info.disk_free_bytes() / 4 * 4;
  int number = 0;
  // Starts an upload of that share of what is free, which is never sent.
  const auto start = [&](double share) {
    Context start_context;
    v1::StartUploadRequest request;
    *request.mutable_tensor() = RefTo(absl::StrCat("promise ", ++number, "."));
    const auto size_bytes = static_cast<std::int64_t>(static_cast<double>(free_bytes) * share);
    request.mutable_tensor()->mutable_spec()->set_shape(0, size_bytes / 2);
    request.set_size_bytes(size_bytes / 2 * 2);
    v1::StartUploadResponse response;
    return tensors_->StartUpload(&start_context, request, &response);
  };
  As(ada_);
  EXPECT_TRUE(start(0.4).ok());
  grpc::Status refused = start(0.2);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "QUOTA_PROMISED_BYTES");
  EXPECT_EQ(DetailOf<v1::ErrorInfo>(refused, "ErrorInfo").metadata().at("whose"), "ada");
  As(bob_);
  EXPECT_TRUE(start(0.2).ok());
  refused = start(0.2);
  EXPECT_EQ(DetailOf<v1::ErrorInfo>(refused, "ErrorInfo").metadata().at("whose"), "project lab");
  As(other_);
  EXPECT_TRUE(start(0.2).ok());
  // Nothing came of them: minutes later the room is there again.
  now_seconds_ += 601;
  As(ada_);
  EXPECT_TRUE(start(0.4).ok());
}

TEST_F(QuotaTest, UploadsThatAreOpenHaveALimitOfEachPerson) {
  As(ada_);
  int open = 0;
  grpc::Status refused;
  for (; open < 600; ++open) {
    refused = TryStart(absl::StrCat("upload ", 10'000 + open));
    if (!refused.ok()) break;
  }
  EXPECT_EQ(open, 500);
  EXPECT_EQ(ReasonOf(refused), "TOO_MANY_UPLOADS");
  As(bob_);
  EXPECT_TRUE(TryStart(Bytes(400, 'b')).ok());
}

TEST_F(QuotaTest, AProjectThatNobodyWorksInIsATypo) {
  AccessCommand command;
  command.task = AccessTask::kSetProject;
  command.data_folder = options_.data_folder;
  command.project = "labb";
  const absl::Status refused =
      RunAccessCommand(command, absl::Now(), [](const std::string&) { return absl::OkStatus(); });
  EXPECT_TRUE(absl::IsNotFound(refused));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("default, lab, other"));
  EXPECT_EQ(ReadAccessFile(options_.data_folder)->projects.count("labb"), 0U);
  command.is_new_project = true;
  EXPECT_EQ(Run(command), "set labb\n");
  command.is_new_project = false;
  EXPECT_EQ(Run(command), "set labb\n");  // it is known now
}

TEST_F(QuotaTest, LimitsOutliveARestart) {
  ProjectSettings settings;
  settings.stored_bytes = 1500;
  Set(settings);
  StoreBytes({250}, Bytes(1000, 'a'));
  Restart();
  As(ada_);
  EXPECT_FALSE(TryStart(Bytes(600, 'b')).ok());
}

}  // namespace
}  // namespace brainalign
