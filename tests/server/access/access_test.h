#ifndef BRAINALIGN_TESTS_SERVER_ACCESS_ACCESS_TEST_H_
#define BRAINALIGN_TESTS_SERVER_ACCESS_ACCESS_TEST_H_

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "brainalign/v1/recording.grpc.pb.h"
#include "server/access_command.h"
#include "tests/server/server_test.h"

namespace brainalign {

// A server that wants tokens, and people of two projects with theirs.
class AccessTest : public ServerTest {
 protected:
  void SetUp() override {
    options_.access = AccessMode::kToken;
    options_.heartbeat_seconds = 0.05;
    Start();
    ada_ = Add("ada", "lab", Role::kSubmitter);
    bob_ = Add("bob", "lab", Role::kSubmitter);
    head_ = Add("head", "lab", Role::kAdmin);
    reader_ = Add("eve", "lab", Role::kReader);
    other_ = Add("mallory", "other", Role::kAdmin);
    operator_ = Add("root", "default", Role::kAdmin, true);
    As(operator_);
    AwaitIn();
  }
  void TearDown() override { As(""); }

  std::string Run(const AccessCommand& command) {
    std::string told;
    const absl::Status status = RunAccessCommand(command, absl::FromUnixSeconds(now_seconds_),
                                                 [&told](const std::string& text) {
                                                   told = text;
                                                   return absl::OkStatus();
                                                 });
    EXPECT_TRUE(status.ok()) << status;
    return told;
  }

  std::string Add(const std::string& person, const std::string& project, Role role,
                  bool all_projects = false, std::optional<absl::Duration> expire = std::nullopt) {
    AccessCommand command;
    command.task = AccessTask::kAddToken;
    command.data_folder = options_.data_folder;
    command.entry.person = person;
    command.entry.project = project;
    command.entry.role = role;
    command.entry.all_projects = all_projects;
    command.expire = expire;
    std::string told = Run(command);
    told.pop_back();  // the line's end
    return told;
  }

  // Takes away the access of `person`.
  void Revoke(const std::string& person) {
    const auto contents = ReadAccessFile(options_.data_folder);
    for (const AccessEntry& entry : contents->entries) {
      if (entry.person != person) continue;
      AccessCommand command;
      command.task = AccessTask::kRevokeToken;
      command.data_folder = options_.data_folder;
      command.id = entry.id;
      Run(command);
    }
  }

  static void As(const std::string& token) { Context::token = token; }

  grpc::Status Ask() {
    Context context;
    v1::GetServerInfoResponse info;
    return info_->GetServerInfo(&context, {}, &info);
  }

  // The server reads the list again within a second or so.
  void AwaitIn() {
    Await([&] { return Ask().ok(); });
  }
  void AwaitOut() {
    Await([&] { return !Ask().ok(); });
  }
  template <typename Condition>
  static void Await(const Condition& condition) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), until);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  grpc::Status TryCancel(const std::string& job_id) {
    Context context;
    v1::CancelJobRequest request;
    request.set_job_id(job_id);
    v1::CancelJobResponse response;
    return jobs_->CancelJob(&context, request, &response);
  }
  grpc::Status TryRead(const std::string& digest) {
    Context context;
    v1::ReadTensorRequest request;
    request.set_digest(digest);
    auto reader = tensors_->ReadTensor(&context, request);
    v1::ReadTensorResponse part;
    while (reader->Read(&part)) {
    }
    return reader->Finish();
  }
  std::vector<std::string> Listed() {
    Context context;
    v1::ListJobsResponse response;
    EXPECT_TRUE(jobs_->ListJobs(&context, {}, &response).ok());
    std::vector<std::string> ids;
    for (const auto& job : response.jobs()) ids.push_back(job.job_id());
    return ids;
  }
  v1::Upload StartUpload(const std::string& bytes) {
    Context context;
    v1::StartUploadRequest request;
    *request.mutable_tensor() = RefTo(bytes);
    request.set_size_bytes(static_cast<std::int64_t>(bytes.size()));
    v1::StartUploadResponse response;
    const grpc::Status status = tensors_->StartUpload(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.upload();
  }
  bool IsMissing(const std::string& digest) {
    Context context;
    v1::FindMissingTensorsRequest request;
    request.add_digests(digest);
    v1::FindMissingTensorsResponse response;
    EXPECT_TRUE(tensors_->FindMissingTensors(&context, request, &response).ok());
    return response.missing_digests_size() == 1;
  }

  std::string ada_, bob_, head_, reader_, other_, operator_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_SERVER_ACCESS_ACCESS_TEST_H_
