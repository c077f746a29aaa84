// The methods of the protocol as a transport calls them, in one process and without gRPC: what
// another transport needs is credentials, a function that sends, and one that receives.
#include "server/calls/client_calls.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "server/access/access_file.h"
#include "server/rows/convert.h"
#include "server/rows/digest.h"
#include "tests/fakes/result_values.h"
#include "tests/server/jobs/book_test.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ClientCallsTest : public BookTest {
 protected:
  void SetUp() override {
    Open({}, {});
    auto list = AccessList::Open(folder_, TokenRule::kAlways, SystemClock(), store_.get());
    ASSERT_TRUE(list.ok()) << list.status();
    list_ = *std::move(list);
    gate_ = std::make_unique<CallGate>(list_.get(), nullptr, &records_);
    recordings_ =
        std::make_unique<Recordings>(JobLimits(), SystemClock(), store_.get(), tensors_.get());
    word_tables_ =
        std::make_unique<WordTables>(JobLimits(), SystemClock(), store_.get(), tensors_.get());
    models_ = std::make_unique<Models>(JobLimits(), SystemClock(), store_.get(), tensors_.get());
    ClientCalls::Parts parts;
    parts.gate = gate_.get();
    parts.guard = &guard_;
    parts.stopping = &stopping_;
    parts.recordings = recordings_.get();
    parts.word_tables = word_tables_.get();
    parts.models = models_.get();
    parts.uploads = uploads_.get();
    parts.tensors = tensors_.get();
    parts.blobs = blobs_.get();
    parts.book = book_.get();
    parts.store = store_.get();
    parts.tensor_limits.digests_per_call = 10;
    parts.tensor_limits.chunk_bytes = 50;
    calls_ = std::make_unique<ClientCalls>(parts);
    ada_ = Add("ada", "lab");
    mallory_ = Add("mallory", "other");
  }

  // Credentials of a person who may submit jobs.
  Credentials Add(const std::string& person, const std::string& project) {
    AccessEntry entry;
    entry.person = person;
    entry.project = project;
    entry.role = Role::kSubmitter;
    const auto made = MakeToken(entry);
    EXPECT_TRUE(made.ok()) << made.status();
    EXPECT_TRUE(ChangeAccessFile(folder_, [&](AccessContents& contents) {
                  contents.entries.push_back(made->entry);
                  return absl::OkStatus();
                }).ok());
    EXPECT_TRUE(list_->Reread().ok());
    Credentials credentials;
    credentials.authorization = "Bearer " + made->token;
    credentials.peer = "a test";
    return credentials;
  }

  std::string StartUpload(const TensorRef& ref, std::size_t size) {
    v1::StartUploadRequest request;
    *request.mutable_tensor() = ToProto(ref);
    request.set_size_bytes(static_cast<std::int64_t>(size));
    const auto started = calls_->tensors.StartUpload(ada_, request);
    EXPECT_TRUE(started.ok()) << started.status();
    return started->upload().upload_id();
  }

  static v1::WriteUploadRequest Part(const std::string& upload_id, const std::string& bytes,
                                     std::size_t begin, std::size_t size) {
    v1::WriteUploadRequest part;
    part.set_upload_id(upload_id);
    part.set_offset_bytes(static_cast<std::int64_t>(begin));
    part.set_data(bytes.substr(begin, size));
    part.set_crc32c(Crc32c(part.data().data(), part.data().size()));
    return part;
  }

  // Uploads in two messages.
  void UploadByCall(const TensorRef& ref, const std::string& bytes) {
    const std::string id = StartUpload(ref, bytes.size());
    std::vector<v1::WriteUploadRequest> parts = {Part(id, bytes, 0, 100),
                                                 Part(id, bytes, 100, bytes.size())};
    std::size_t next = 0;
    const auto written = calls_->tensors.WriteUpload(ada_, [&](v1::WriteUploadRequest& message) {
      if (next == parts.size()) return false;
      message = parts[next++];
      return true;
    });
    ASSERT_TRUE(written.ok()) << written.status();
    EXPECT_TRUE(written->upload().complete());
  }

  v1::CreateJobRequest JobOfTwoLayers() {
    v1::CreateJobRequest request;
    request.set_request_id("a request");
    v1::AlignmentSpec& spec = *request.mutable_spec();
    *spec.mutable_brain()->mutable_epochs() = ToProto(brain());
    for (const double time : {0.0, 0.1, 0.2, 0.3}) spec.mutable_brain()->add_times_seconds(time);
    for (const double depth : {0.5, 1.0}) {
      v1::LayerInput& input = *spec.add_layers();
      *input.mutable_activations() = ToProto(layer());
      input.set_relative_depth(depth);
      input.set_name("a layer");
    }
    return request;
  }

  // Of a job of two layers by four times, whose inputs are uploaded first.
  std::string CreateJob() {
    UploadByCall(brain(), brain_);
    UploadByCall(layer(), layer_);
    const auto created = calls_->jobs.CreateJob(ada_, JobOfTwoLayers());
    EXPECT_TRUE(created.ok()) << created.status();
    return created.ok() ? created->job().job_id() : "";
  }

  absl::Status Watch(const Credentials& credentials, const std::string& job_id,
                     const std::function<bool(const v1::WatchJobResponse&)>& send) {
    v1::WatchJobRequest request;
    request.set_job_id(job_id);
    return calls_->jobs.WatchJob(credentials, request, send);
  }

  std::unique_ptr<AccessList> list_;
  CallRecords records_{nullptr};
  StallGuard guard_{absl::ZeroDuration()};  // takes every wait that it sees for a stall
  std::atomic<bool> stopping_{false};
  std::unique_ptr<CallGate> gate_;
  std::unique_ptr<Recordings> recordings_;
  std::unique_ptr<WordTables> word_tables_;
  std::unique_ptr<Models> models_;
  std::unique_ptr<ClientCalls> calls_;
  Credentials ada_;
  Credentials mallory_;
};

TEST_F(ClientCallsTest, UploadCreateWatchAndRead) {
  v1::FindMissingTensorsRequest find;
  find.add_digests(brain().digest);
  const auto missing = calls_->tensors.FindMissingTensors(ada_, find);
  ASSERT_TRUE(missing.ok()) << missing.status();
  EXPECT_THAT(missing->missing_digests(), ElementsAre(brain().digest));

  const std::string job_id = CreateJob();
  std::vector<v1::WatchJobResponse> events;
  int tiles = 0;
  const absl::Status watched = Watch(ada_, job_id, [&](const v1::WatchJobResponse& event) {
    events.push_back(event);
    if (event.has_tile()) ++tiles;
    return true;
  });
  ASSERT_TRUE(watched.ok()) << watched;
  EXPECT_EQ(tiles, 2);
  EXPECT_TRUE(events.front().has_streamed());
  EXPECT_EQ(events.back().job().state(), v1::JOB_STATE_SUCCEEDED);

  v1::GetJobResultRequest ask;
  ask.set_job_id(job_id);
  const auto result = calls_->jobs.GetJobResult(ada_, ask);
  ASSERT_TRUE(result.ok()) << result.status();
  // As the workshop has them: 10 * layer + time.
  EXPECT_THAT(Values(result->result(), "score"), ElementsAre(0, 1, 2, 3, 10, 11, 12, 13));

  v1::ReadResultArrayRequest read;
  read.set_job_id(job_id);
  read.set_name("score");
  read.set_offset_bytes(8 * 6);
  std::string bytes;
  const absl::Status sent =
      calls_->jobs.ReadResultArray(ada_, read, [&](const v1::ReadResultArrayResponse& part) {
        EXPECT_EQ(part.offset_bytes(), 8 * 6 + static_cast<std::int64_t>(bytes.size()));
        bytes += part.data();
        return true;
      });
  ASSERT_TRUE(sent.ok()) << sent;
  EXPECT_THAT(NumbersOf(bytes, false), ElementsAre(12, 13));
}

TEST_F(ClientCallsTest, TensorIsReadInPartsUntilTheClientTakesNoMore) {
  UploadByCall(brain(), brain_);
  v1::ReadTensorRequest request;
  request.set_digest(brain().digest);
  request.set_limit_bytes(120);
  std::vector<std::size_t> sizes;
  const auto send = [&](const v1::ReadTensorResponse& part) {
    sizes.push_back(part.data().size());
    return true;
  };
  ASSERT_TRUE(calls_->tensors.ReadTensor(ada_, request, send).ok());
  EXPECT_THAT(sizes, ElementsAre(50, 50, 20));

  int offered = 0;
  const absl::Status ended =
      calls_->tensors.ReadTensor(ada_, request, [&](const v1::ReadTensorResponse& /*part*/) {
        ++offered;
        return false;
      });
  EXPECT_TRUE(absl::IsCancelled(ended)) << ended;
  EXPECT_EQ(offered, 1);
}

TEST_F(ClientCallsTest, WhoIsNotKnownGetsNothingAndOthersJobsAreHidden) {
  const std::string job_id = CreateJob();
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  EXPECT_TRUE(calls_->jobs.GetJob(ada_, request).ok());
  EXPECT_TRUE(absl::IsNotFound(calls_->jobs.GetJob(mallory_, request).status()));
  EXPECT_TRUE(absl::IsUnauthenticated(calls_->jobs.GetJob(Credentials(), request).status()));
  const auto send = [](const v1::WatchJobResponse& /*event*/) {
    ADD_FAILURE() << "something was sent";
    return true;
  };
  EXPECT_TRUE(absl::IsNotFound(Watch(mallory_, job_id, send)));
  EXPECT_TRUE(absl::IsUnauthenticated(Watch(Credentials(), job_id, send)));
}

TEST_F(ClientCallsTest, LimitsOnOpenCallsHoldForEveryTransport) {
  const std::string job_id = CreateJob();
  absl::Status second;
  const absl::Status first = Watch(ada_, job_id, [&](const v1::WatchJobResponse& /*event*/) {
    if (second.ok()) {
      second = Watch(ada_, job_id, [](const v1::WatchJobResponse& /*event*/) { return true; });
    }
    return true;
  });
  EXPECT_TRUE(first.ok()) << first;
  EXPECT_TRUE(absl::IsResourceExhausted(second)) << second;
  EXPECT_THAT(std::string(second.message()), HasSubstr("watches"));
}

TEST_F(ClientCallsTest, StalledStreamIsCancelled) {
  const std::string job_id = CreateJob();
  bool is_cancelled = false;
  ada_.cancel = [&] { is_cancelled = true; };
  ada_.is_gone = [&] { return is_cancelled; };
  const absl::Status ended = Watch(ada_, job_id, [&](const v1::WatchJobResponse& /*event*/) {
    EXPECT_FALSE(is_cancelled);
    guard_.Tick();  // as if the client had taken nothing for long
    return !is_cancelled;
  });
  EXPECT_TRUE(is_cancelled);
  EXPECT_TRUE(absl::IsCancelled(ended)) << ended;
}

TEST_F(ClientCallsTest, WhatABrokenUploadHasSentIsKept) {
  const std::string id = StartUpload(brain(), brain_.size());
  bool is_gone = false;
  ada_.is_gone = [&] { return is_gone; };
  const auto broken = calls_->tensors.WriteUpload(ada_, [&](v1::WriteUploadRequest& message) {
    if (is_gone) return false;
    message = Part(id, brain_, 0, 100);
    is_gone = true;
    return true;
  });
  EXPECT_TRUE(absl::IsCancelled(broken.status())) << broken.status();
  is_gone = false;
  v1::QueryUploadRequest query;
  query.set_upload_id(id);
  const auto kept = calls_->tensors.QueryUpload(ada_, query);
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(kept->upload().committed_bytes(), 100);
}

TEST_F(ClientCallsTest, UploadWithoutAMessageNamesTheField) {
  const auto nothing =
      calls_->tensors.WriteUpload(ada_, [](v1::WriteUploadRequest& /*message*/) { return false; });
  EXPECT_TRUE(absl::IsInvalidArgument(nothing.status()));
  EXPECT_THAT(std::string(nothing.status().message()), HasSubstr("upload_id"));
}

TEST_F(ClientCallsTest, NobodyWaitsForAJobPastItsDeadline) {
  UploadByCall(brain(), brain_);
  UploadByCall(layer(), layer_);
  ada_.is_past_deadline = [] { return true; };
  EXPECT_FALSE(calls_->jobs.CreateJob(ada_, JobOfTwoLayers()).ok());
  const auto listed = calls_->jobs.ListJobs(ada_, v1::ListJobsRequest());
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_THAT(listed->jobs(), IsEmpty());
}

}  // namespace
}  // namespace brainalign
