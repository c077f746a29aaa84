#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

class StartTest : public ServerTest {};

TEST_F(StartTest, TellsVersionsAndLimits) {
  Start();
  Context context;
  v1::GetServerInfoResponse info;
  ASSERT_TRUE(info_->GetServerInfo(&context, {}, &info).ok());
  EXPECT_EQ(info.version(), BRAINALIGN_VERSION);
  EXPECT_EQ(info.numerics_version(), NumericsVersion());
  EXPECT_EQ(info.threads(), 2);
  EXPECT_EQ(info.memory_budget_bytes(), 1'000'000);
  EXPECT_EQ(info.start_time().seconds(), now_seconds_);
  EXPECT_GT(info.disk_free_bytes(), 0);
  EXPECT_FALSE(info.storage().read_only());
  EXPECT_EQ(info.storage().soft_mark_bytes(), 0);
  EXPECT_EQ(info.storage().hard_mark_bytes(), 256 << 20);
  EXPECT_EQ(info.caller().person(), "");
  EXPECT_EQ(info.caller().project(), "default");
  EXPECT_EQ(info.caller().role(), v1::CALLER_ROLE_ADMIN);
  const v1::ServerLimits& limits = info.limits();
  EXPECT_EQ(limits.max_chunk_bytes(), 1 << 20);
  EXPECT_EQ(limits.max_words(), 200'000);
  for (const std::int64_t limit : {limits.max_tensor_bytes(),
                                   std::int64_t{limits.max_digests_per_call()},
                                   std::int64_t{limits.max_page_size()},
                                   std::int64_t{limits.max_name_bytes()},
                                   std::int64_t{limits.max_layers()},
                                   std::int64_t{limits.max_times()},
                                   std::int64_t{limits.max_watches()},
                                   std::int64_t{limits.max_upload_streams()},
                                   limits.upload_idle_seconds(),
                                   limits.unused_tensor_seconds(),
                                   limits.max_result_values(),
                                   limits.max_resource_bytes(),
                                   std::int64_t{limits.max_word_columns()},
                                   limits.max_resources_of_project(),
                                   std::int64_t{limits.max_alphas()},
                                   std::int64_t{limits.max_window_bounds()},
                                   std::int64_t{limits.max_nuisance_columns()},
                                   std::int64_t{limits.max_open_uploads()},
                                   std::int64_t{limits.max_queue_length()},
                                   std::int64_t{limits.max_streams_per_connection()},
                                   std::int64_t{limits.max_downloads()},
                                   std::int64_t{limits.max_request_id_bytes()}}) {
    EXPECT_GT(limit, 0);
  }
  EXPECT_EQ(limits.max_folds(), 100);
  EXPECT_EQ(limits.max_jobs_of_project(), options_.keep_jobs);
  EXPECT_EQ(limits.person_share(), options_.person_share);
  EXPECT_EQ(limits.project_share(), options_.project_share);
}

TEST_F(StartTest, AnswersHealthChecks) {
  Start();
  auto health = grpc::health::v1::Health::NewStub(channel_);
  Context context;
  grpc::health::v1::HealthCheckResponse response;
  ASSERT_TRUE(health->Check(&context, {}, &response).ok());
  EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING);
}

TEST_F(StartTest, PortInUseIsSaid) {
  Start();
  ServerOptions second = options_;
  second.data_folder += "-of another";
  second.listen_port = server_->port();
  const auto started = Server::Start(second);
  EXPECT_EQ(started.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(started.status().message()),
              HasSubstr(absl::StrCat("127.0.0.1:", server_->port())));
}

TEST_F(StartTest, FolderOfAnotherServerIsSaid) {
  Start();
  const auto started = Server::Start(options_);
  EXPECT_EQ(started.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(started.status().message()), HasSubstr("in use by another server"));
}

TEST_F(StartTest, FolderThatIsNoneIsSaid) {
  std::ofstream(options_.data_folder) << "a file";
  const auto started = Server::Start(options_);
  EXPECT_EQ(started.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(started.status().message()), HasSubstr(options_.data_folder));
  EXPECT_THAT(std::string(started.status().message()), HasSubstr("cannot be written"));
}

TEST_F(StartTest, MostWordsFitIntoARequest) {
  Start();
  v1::CreateJobRequest request = MakeRequest(1);
  std::vector<double> onsets;
  for (int word = 0; word < 200'000; ++word) onsets.push_back(word * 0.3);
  *request.mutable_spec()->mutable_brain()->mutable_onsets_seconds() = StoreList(onsets);
  EXPECT_TRUE(TryCreate(request).ok());  // the workshop does not count words
  request.set_request_id("one more");
  onsets.push_back(0);
  *request.mutable_spec()->mutable_brain()->mutable_onsets_seconds() = StoreList(onsets);
  const grpc::Status status = TryCreate(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("spec.brain.onsets_seconds"));
}

}  // namespace
}  // namespace brainalign
