// Data folders that released versions wrote open for ever, and nothing told of them
// becomes untrue. tests/server/data_folders/write_data_folder.py makes the archives.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "brainalign/v1/recording.grpc.pb.h"
#include "gmock/gmock.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::ElementsAreArray;
using testing::IsEmpty;

std::vector<std::string> Archives() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(BRAINALIGN_DATA_FOLDERS)) {
    if (entry.path().extension() == ".gz") names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The server, with the real engine, on the folder that lies in the archive.
class DataFolderTest : public ServerTest, public testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    const std::string folder = std::filesystem::path(options_.data_folder).parent_path();
    const std::string unpack =
        absl::StrCat("tar -xzf ", BRAINALIGN_DATA_FOLDERS, "/", GetParam(), " -C ", folder);
    ASSERT_EQ(std::system(unpack.c_str()), 0) << unpack;
    std::ifstream(folder + "/told.json") >> told_;
    options_.memory_budget_bytes = std::int64_t{1} << 30;
    // The folder's uploads were written to when it was made.
    now_seconds_ = absl::ToUnixSeconds(absl::Now());
    options_.upload_idle_seconds = std::int64_t{1000} * 365 * 86400;
    As("alice");
    StartWith(&Alignment::Create);
  }

  void TearDown() override { Context::token.clear(); }

  void As(const std::string& person) {
    Context::token = told_.at("tokens").at(person).get<std::string>();
  }

  std::string Told(const std::string& name) { return told_.at(name).get<std::string>(); }

  template <typename Message>
  Message ToldMessage(const std::string& name) {
    std::string bytes;
    EXPECT_TRUE(absl::Base64Unescape(Told(name), &bytes));
    Message message;
    EXPECT_TRUE(message.ParseFromString(bytes));
    return message;
  }

  nlohmann::json told_;
};

TEST_P(DataFolderTest, FinishedJobKeepsItsResultAndItsEvents) {
  const std::string job_id = Told("finished");
  EXPECT_EQ(Get(job_id).state(), v1::JOB_STATE_SUCCEEDED);
  v1::AlignmentResult result;
  ASSERT_TRUE(Result(job_id, &result).ok());
  const auto told = ToldMessage<v1::AlignmentResult>("finished_result");
  EXPECT_FALSE(Values(told, "score").empty());
  EXPECT_THAT(Values(result, "score"), ElementsAreArray(Values(told, "score")));
  EXPECT_EQ(result.SerializeAsString(), told.SerializeAsString());
  const auto events = Watch(job_id);
  EXPECT_EQ(events.front().sequence(), 1);
  EXPECT_EQ(static_cast<std::int64_t>(events.size()), told_.at("finished_sequence"));
  EXPECT_EQ(events.back().sequence(), told_.at("finished_sequence"));
}

TEST_P(DataFolderTest, RequestMadeBeforeIsAnsweredWithItsJob) {
  EXPECT_EQ(Create(ToldMessage<v1::CreateJobRequest>("finished_request")).job_id(),
            Told("finished"));
  EXPECT_EQ(Create(ToldMessage<v1::CreateJobRequest>("queued_request")).job_id(), Told("queued"));
  EXPECT_EQ(Get(Told("cancelled")).state(), v1::JOB_STATE_CANCELLED);
}

TEST_P(DataFolderTest, JobsAreFoundByTheirStates) {
  Watch(Told("queued"));
  for (const char* name : {"finished", "cancelled", "queued"}) {
    const v1::Job job = Get(Told(name));
    Context context;
    v1::ListJobsRequest request;
    request.add_states(job.state());
    v1::ListJobsResponse page;
    ASSERT_TRUE(jobs_->ListJobs(&context, request, &page).ok());
    EXPECT_TRUE(std::any_of(page.jobs().begin(), page.jobs().end(), [&](const v1::Job& listed) {
      return listed.job_id() == job.job_id();
    })) << name;
    for (const v1::Job& listed : page.jobs()) EXPECT_EQ(listed.state(), job.state());
  }
}

TEST_P(DataFolderTest, QueuedJobRunsToItsEnd) {
  const v1::Job job = Watch(Told("queued")).back().job();
  EXPECT_EQ(job.state(), v1::JOB_STATE_SUCCEEDED) << job.message();
  EXPECT_EQ(job.attempt(), 1);
}

TEST_P(DataFolderTest, JobThatRanGoesOnFromItsTiles) {
  const auto events = Watch(Told("running"));
  EXPECT_GE(static_cast<int>(Tiles(events).size()), told_.at("running_tiles_done"));
  const v1::Job& job = events.back().job();
  // With other numerics its tiles would not fit together; then it says so.
  if (job.state() == v1::JOB_STATE_FAILED) {
    EXPECT_THAT(job.message(), testing::HasSubstr("numerics changed"));
  } else {
    EXPECT_EQ(job.state(), v1::JOB_STATE_SUCCEEDED) << job.message();
    EXPECT_EQ(job.attempt(), 2);
    EXPECT_EQ(static_cast<int>(Tiles(events).size()), job.tiles_total());
  }
}

TEST_P(DataFolderTest, UploadGoesOnFromItsCommittedOffset) {
  const std::string bytes = Bytes(30000, 'h');
  Context query_context;
  v1::QueryUploadRequest query;
  query.set_upload_id(Told("upload_id"));
  v1::QueryUploadResponse stands;
  ASSERT_TRUE(tensors_->QueryUpload(&query_context, query, &stands).ok());
  ASSERT_EQ(stands.upload().committed_bytes(), told_.at("upload_committed_bytes"));
  ASSERT_FALSE(stands.upload().complete());

  const auto from = static_cast<std::size_t>(stands.upload().committed_bytes());
  Context context;
  v1::WriteUploadResponse response;
  auto writer = tensors_->WriteUpload(&context, &response);
  writer->Write(Chunk(Told("upload_id"), bytes, from, bytes.size() - from));
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(response.upload().complete());
}

TEST_P(DataFolderTest, FinishedJobCanBeDeleted) {
  ASSERT_TRUE(TryDelete(Told("finished")).ok());
  v1::AlignmentResult result;
  EXPECT_EQ(Result(Told("finished"), &result).error_code(), grpc::StatusCode::NOT_FOUND);
  // Nobody else had its result: the same question is computed anew.
  const v1::Job again = Create(ToldMessage<v1::CreateJobRequest>("finished_request"));
  EXPECT_NE(again.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
}

TEST_P(DataFolderTest, StoredTensorsAreThere) {
  Context context;
  v1::FindMissingTensorsRequest request;
  request.add_digests(Told("brain_digest"));
  request.add_digests(Told("activations_digest"));
  v1::FindMissingTensorsResponse response;
  ASSERT_TRUE(tensors_->FindMissingTensors(&context, request, &response).ok());
  EXPECT_THAT(response.missing_digests(), IsEmpty());
}

TEST_P(DataFolderTest, PeopleComeInAsWhoTheyWereAndNobodyElseDoes) {
  const auto ask = [&](v1::GetServerInfoResponse* info) {
    Context context;
    return info_->GetServerInfo(&context, {}, info);
  };
  v1::GetServerInfoResponse info;
  ASSERT_TRUE(ask(&info).ok());
  EXPECT_EQ(info.caller().person(), "alice");
  EXPECT_EQ(info.caller().project(), "lab");
  EXPECT_EQ(info.caller().role(), v1::CALLER_ROLE_ADMIN);
  As("bob");
  ASSERT_TRUE(ask(&info).ok());
  EXPECT_EQ(info.caller().project(), "guests");
  EXPECT_EQ(info.caller().role(), v1::CALLER_ROLE_SUBMITTER);
  v1::AlignmentResult result;
  EXPECT_EQ(Result(Told("finished"), &result).error_code(), grpc::StatusCode::NOT_FOUND);
  Context context;
  v1::StartUploadRequest request;
  *request.mutable_tensor() = RefTo(Bytes(2 << 20, 'g'));
  request.set_size_bytes(2 << 20);
  v1::StartUploadResponse response;
  EXPECT_EQ(ReasonOf(tensors_->StartUpload(&context, request, &response)), "QUOTA_STORED_BYTES");
  Context::token = "ba_unknown";
  EXPECT_EQ(ask(&info).error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_P(DataFolderTest, SealedRecordingStaysSealedAndItsSubmissionsAreKnown) {
  Context read_context;
  v1::ReadTensorRequest read;
  read.set_digest(Told("brain_digest"));
  v1::ReadTensorResponse part;
  auto reader = tensors_->ReadTensor(&read_context, read);
  EXPECT_FALSE(reader->Read(&part));
  EXPECT_EQ(ReasonOf(reader->Finish()), "RECORDING_SEALED");
  auto recordings = v1::RecordingService::NewStub(channel_);
  Context list_context;
  v1::ListSubmissionsRequest list;
  list.set_name(Told("sealed"));
  v1::ListSubmissionsResponse submissions;
  ASSERT_TRUE(recordings->ListSubmissions(&list_context, list, &submissions).ok());
  ASSERT_EQ(submissions.submissions_size(), 1);
  EXPECT_EQ(submissions.submissions(0).job_id(), Told("submission"));
  EXPECT_EQ(submissions.submissions(0).person(), "bob");

  As("bob");
  v1::AlignmentResult result;
  ASSERT_TRUE(Result(Told("submission"), &result).ok());
  const auto told = ToldMessage<v1::AlignmentResult>("submission_result");
  EXPECT_EQ(result.SerializeAsString(), told.SerializeAsString());
  EXPECT_TRUE(Values(result, "score_per_fold").empty());
  Context get_context;
  v1::GetRecordingRequest get;
  get.set_name(Told("sealed"));
  v1::GetRecordingResponse recording;
  ASSERT_TRUE(recordings->GetRecording(&get_context, get, &recording).ok());
  EXPECT_EQ(recording.recording().seal().submissions_left(), 4);
  EXPECT_GT(recording.recording().seal().policy().min_test_words(), 0);
  // A hundredth of the recording's numbers, less the scores that were told.
  EXPECT_EQ(recording.recording().seal().released_numbers_left(),
            recording.recording().seal().policy().max_released_numbers() -
                static_cast<std::int64_t>(Values(told, "score").size()));
}

INSTANTIATE_TEST_SUITE_P(Released, DataFolderTest, testing::ValuesIn(Archives()),
                         [](const auto& archive) {
                           std::string name;
                           for (const char c : archive.param) name += std::isalnum(c) ? c : '_';
                           return name;
                         });

}  // namespace
}  // namespace brainalign
