// What who looks after a server may ask and tell it.
#include "tests/server/observe/operation_test.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/access_command.h"
#include "spdlog/spdlog.h"
#include "tests/server/observe/scrape.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(OperationTest, DrainFinishesWhatRunsAndStartsNothing) {
  options_.metrics_address = "127.0.0.1:0";
  workshop_.Hold();
  workshop_.SetPlan({600'000, 100, 100});
  StartAndConnect();
  const v1::Job running = Create(MakeRequest(1));
  ASSERT_TRUE(workshop_.AwaitBegun(1));
  const v1::CreateJobRequest waiting_request = MakeRequest(2);
  const v1::Job waiting = Create(waiting_request);
  const v1::CreateJobRequest late = MakeRequest(3);
  EXPECT_EQ(Health(), grpc::health::v1::HealthCheckResponse::SERVING);

  v1::DrainResponse state = Drain(v1::DRAIN_MODE_FINISH);
  EXPECT_TRUE(state.draining());
  EXPECT_EQ(state.running(), 1);
  EXPECT_EQ(Health(), grpc::health::v1::HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Scrape(server_->metrics_port())["brainalign_draining"], 1);
  const grpc::Status refused = TryCreate(late);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(refused), "DRAINING");
  Context upload_context;
  v1::StartUploadRequest upload;
  *upload.mutable_tensor() = RefTo(Bytes(4, 'c'));
  upload.set_size_bytes(4);
  v1::StartUploadResponse started;
  EXPECT_EQ(ReasonOf(tensors_->StartUpload(&upload_context, upload, &started)), "DRAINING");

  workshop_.LetAllGo();
  Await(running.job_id(), v1::JOB_STATE_SUCCEEDED);
  AwaitNothingRuns(v1::DRAIN_MODE_FINISH);
  EXPECT_EQ(Get(waiting.job_id()).state(), v1::JOB_STATE_QUEUED);

  EXPECT_FALSE(Drain(v1::DRAIN_MODE_OFF).draining());
  EXPECT_EQ(Health(), grpc::health::v1::HealthCheckResponse::SERVING);
  Await(waiting.job_id(), v1::JOB_STATE_SUCCEEDED);
  Await(Create(late).job_id(), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(OperationTest, DrainPutsBackWhatRunsWithItsTilesKept) {
  workshop_.Hold();
  StartAndConnect();
  const v1::Job job = Create(MakeRequest(3));
  workshop_.LetGo(1);
  ASSERT_TRUE(workshop_.AwaitBegun(3));
  const v1::DrainResponse state = Drain(v1::DRAIN_MODE_PUT_BACK);
  ASSERT_TRUE(status_.ok()) << status_.error_message();
  EXPECT_TRUE(state.draining());
  const v1::Job queued =
      Await(job.job_id(), v1::JOB_STATE_QUEUED, v1::JOB_REASON_PUT_BACK_BY_ADMINISTRATOR);
  EXPECT_GE(queued.tiles_done(), 1);
  EXPECT_THAT(queued.message(), HasSubstr("the administrator returned the job to the queue"));
  AwaitNothingRuns(v1::DRAIN_MODE_PUT_BACK);
  workshop_.LetAllGo();
  Restart();
  Connect(channel_);
  const v1::Job ended = Await(job.job_id(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(ended.attempt(), 2);
  EXPECT_EQ(Tiles(Watch(job.job_id())).size(), 3U);
}

TEST_F(OperationTest, DrainWithoutAModeIsRefused) {
  StartAndConnect();
  Drain(v1::DRAIN_MODE_UNSPECIFIED);
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Health(), grpc::health::v1::HealthCheckResponse::SERVING);
}

TEST_F(OperationTest, OnlyAdminsOfAllProjectsMayAskAndTheSocketAsksForNoToken) {
  options_.access = AccessMode::kToken;
  AccessCommand command;
  command.task = AccessTask::kAddToken;
  command.data_folder = options_.data_folder;
  command.entry.person = "head";
  command.entry.project = "lab";
  command.entry.role = Role::kAdmin;
  StartAndConnect();
  Queue();
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::UNAUTHENTICATED);

  std::string printed;
  const auto print = [&printed](const std::string& text) {
    printed = text;
    return absl::OkStatus();
  };
  absl::Status added = RunAccessCommand(command, absl::Now(), print);
  ASSERT_TRUE(added.ok()) << added;
  const std::string head = printed;
  command.entry.person = "root";
  command.entry.all_projects = true;
  added = RunAccessCommand(command, absl::Now(), print);
  ASSERT_TRUE(added.ok()) << added;
  const std::string root = printed;
  // Through the socket, without a token; it has the server read the list at once.
  Connect(grpc::CreateChannel("unix:" + options_.data_folder + "/control.sock",
                              grpc::InsecureChannelCredentials()));
  Queue();
  EXPECT_TRUE(status_.ok()) << status_.error_message();
  Context context;
  v1::ReloadResponse reloaded;
  ASSERT_TRUE(operation_->Reload(&context, {}, &reloaded).ok());

  Connect(channel_);
  Context::token = head.substr(0, head.size() - 1);
  Queue();
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  Drain(v1::DRAIN_MODE_FINISH);
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Health(), grpc::health::v1::HealthCheckResponse::SERVING);
  Context::token = root.substr(0, root.size() - 1);
  Queue();
  EXPECT_TRUE(status_.ok()) << status_.error_message();
}

TEST_F(OperationTest, ReloadTakesOverQuotasAndMarks) {
  ServerOptions read = options_;
  read_options_ = [&]() -> absl::StatusOr<ServerOptions> { return read; };
  workshop_.Hold();
  StartAndConnect();
  const auto reload = [&] {
    Context context;
    v1::ReloadResponse response;
    status_ = operation_->Reload(&context, {}, &response);
    EXPECT_TRUE(status_.ok()) << status_.error_message();
    return response;
  };
  Create(MakeRequest(1));
  const v1::CreateJobRequest second = MakeRequest(2);
  read.quota_queued_jobs = 1;
  EXPECT_THAT(reload().changed(), ElementsAre("quota-queued-jobs"));
  EXPECT_EQ(ReasonOf(TryCreate(second)), "QUOTA_QUEUED_JOBS");
  read.quota_queued_jobs = 2;
  read.quota_stored_bytes = 1;
  EXPECT_THAT(reload().changed(), ElementsAre("quota-stored", "quota-queued-jobs"));
  const v1::Job job = Create(second);
  const auto start = [&](const std::string& bytes) {
    Context context;
    v1::StartUploadRequest request;
    *request.mutable_tensor() = RefTo(bytes);
    request.set_size_bytes(static_cast<std::int64_t>(bytes.size()));
    v1::StartUploadResponse response;
    return tensors_->StartUpload(&context, request, &response);
  };
  EXPECT_EQ(ReasonOf(start(Bytes(40, 'a'))), "QUOTA_STORED_BYTES");

  read.quota_stored_bytes = 0;
  read.disk_reserve_bytes = std::int64_t{1} << 60;
  read.disk_hard_mark_bytes = std::int64_t{1} << 59;
  EXPECT_THAT(reload().changed(), ElementsAre("quota-stored", "disk-reserve", "disk-hard-mark"));
  EXPECT_EQ(ReasonOf(start(Bytes(40, 'b'))), "DISK_FULL");
  EXPECT_EQ(ReasonOf(TryCreate(second)), "");  // made before
  v1::CreateJobRequest third = second;
  third.set_request_id("a third");
  third.set_skip_cache(true);
  EXPECT_EQ(ReasonOf(TryCreate(third)), "DISK_FULL");
  Context context;
  v1::GetServerInfoResponse info;
  ASSERT_TRUE(info_->GetServerInfo(&context, {}, &info).ok());
  EXPECT_EQ(info.storage().soft_mark_bytes(), std::int64_t{1} << 60);
  EXPECT_EQ(info.storage().hard_mark_bytes(), std::int64_t{1} << 59);
  read.disk_reserve_bytes = 0;
  read.disk_hard_mark_bytes = 0;
  EXPECT_THAT(reload().need_restart(), IsEmpty());
  EXPECT_TRUE(start(Bytes(40, 'b')).ok());
}

TEST_F(OperationTest, ReloadTakesOverWhatItCanAndNamesTheRest) {
  ServerOptions read = options_;
  read_options_ = [&]() -> absl::StatusOr<ServerOptions> { return read; };
  StartAndConnect();
  const auto reload = [&] {
    Context context;
    v1::ReloadResponse response;
    status_ = operation_->Reload(&context, {}, &response);
    return response;
  };
  EXPECT_THAT(reload().changed(), IsEmpty());
  read.log_level = "critical";
  read.threads = 7;
  read.max_tensor_bytes = 5;
  const v1::ReloadResponse response = reload();
  EXPECT_THAT(response.changed(), ElementsAre("log-level"));
  EXPECT_THAT(response.need_restart(), ElementsAre("threads", "max-tensor"));
  EXPECT_THAT(reload().changed(), IsEmpty());
  EXPECT_THAT(reload().need_restart(), SizeIs(2));
  spdlog::set_level(spdlog::level::off);

  std::ofstream(AccessFilePath(options_.data_folder)) << "no list";
  reload();
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace brainalign
