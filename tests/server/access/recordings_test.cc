// Recordings that a project keeps under a name.
#include "server/recordings/recordings.h"

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/server/access/sealed_recording_test.h"
#include "tests/server/jobs/book_test.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Of the fixture a lab with a recording of 20 words, 3 sensors and 4 times.
class RecordingsTest : public SealedRecordingTest {
 protected:
  v1::CreateRecordingRequest Described() {
    v1::CreateRecordingRequest request;
    request.set_request_id("a request");
    request.set_name("subject-1");
    request.set_display_name("Subject 1");
    request.set_description("40 minutes of a story");
    request.set_kind(v1::RECORDING_KIND_MEG);
    *request.mutable_brain() = brain_;
    for (int i = 0; i < 3; ++i) {
      v1::Sensor& sensor = *request.add_sensors();
      sensor.set_name(absl::StrCat("MEG", i));
      sensor.set_kind("mag");
      sensor.set_unit("T");
    }
    request.mutable_sensors(1)->mutable_position()->set_z_metres(0.12);
    return request;
  }

  grpc::Status TryCreateRecording(const v1::CreateRecordingRequest& request,
                                  v1::Recording* recording = nullptr) {
    Context context;
    v1::CreateRecordingResponse response;
    const grpc::Status status = recordings_->CreateRecording(&context, request, &response);
    if (recording != nullptr) *recording = response.recording();
    return status;
  }

  std::string Refusal(const v1::CreateRecordingRequest& request) {
    const grpc::Status status = TryCreateRecording(request);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    return status.error_message();
  }

  grpc::Status TryDeleteRecording(const std::string& name) {
    Context context;
    v1::DeleteRecordingRequest request;
    request.set_name(name);
    v1::DeleteRecordingResponse response;
    return recordings_->DeleteRecording(&context, request, &response);
  }

  v1::ListRecordingsResponse List(int page_size = 0, const std::string& token = "") {
    Context context;
    v1::ListRecordingsRequest request;
    request.set_page_size(page_size);
    request.set_page_token(token);
    v1::ListRecordingsResponse response;
    EXPECT_TRUE(recordings_->ListRecordings(&context, request, &response).ok());
    return response;
  }

  void ReachAgain() {
    Restart();
    recordings_ = v1::RecordingService::NewStub(channel_);
  }
};

TEST_F(RecordingsTest, IsMadeOnceByItsRequestAndKept) {
  As(ada_);
  v1::Recording made;
  ASSERT_TRUE(TryCreateRecording(Described(), &made).ok());
  EXPECT_EQ(made.name(), "lab/subject-1");
  EXPECT_EQ(made.words(), 20);
  EXPECT_EQ(made.person(), "ada");
  EXPECT_FALSE(made.has_seal());
  ReachAgain();
  v1::Recording again;
  ASSERT_TRUE(TryCreateRecording(Described(), &again).ok());
  EXPECT_EQ(again.SerializeAsString(), made.SerializeAsString());
  v1::CreateRecordingRequest other = Described();
  other.set_description("something else");
  EXPECT_THAT(Refusal(other), HasSubstr("request_id"));
  other.set_name("subject-2");  // under another name, too
  EXPECT_THAT(Refusal(other), HasSubstr("request_id"));
  other.set_name("subject-1");
  other.set_request_id("another request");
  const grpc::Status taken = TryCreateRecording(other);
  EXPECT_EQ(taken.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(ReasonOf(taken), "RESOURCE_EXISTS");

  v1::Recording got;
  ASSERT_TRUE(TryGetRecording(&got).ok());
  EXPECT_EQ(got.kind(), v1::RECORDING_KIND_MEG);
  EXPECT_EQ(got.display_name(), "Subject 1");
  EXPECT_EQ(got.brain().epochs().digest(), BrainDigest());
  ASSERT_EQ(got.sensors_size(), 3);
  EXPECT_EQ(got.sensors(1).position().z_metres(), 0.12);
  EXPECT_EQ(got.form(), v1::RECORDING_FORM_EPOCHS);
  EXPECT_FALSE(got.sensors(0).has_position());
}

TEST_F(RecordingsTest, OtherProjectsSeeItOnceItIsSealedAndThenLittle) {
  ASSERT_TRUE(TryCreateRecording(Described()).ok());
  As(other_);
  v1::Recording seen;
  EXPECT_EQ(TryGetRecording(&seen).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(List().recordings(), IsEmpty());
  EXPECT_EQ(ReasonOf(TryCreate(MakeSubmission(1))), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(TryDeleteRecording("lab/subject-1")), "RESOURCE_NOT_FOUND");
  As(head_);
  Context context;
  v1::SealRecordingRequest seal;
  seal.set_name("lab/subject-1");
  *seal.mutable_policy() = policy_;
  v1::SealRecordingResponse sealed;
  ASSERT_TRUE(recordings_->SealRecording(&context, seal, &sealed).ok());
  EXPECT_EQ(sealed.recording().seal().max_submissions(), 100);
  As(other_);
  ASSERT_TRUE(TryGetRecording(&seen).ok());
  EXPECT_EQ(seen.display_name(), "Subject 1");
  EXPECT_EQ(seen.times_seconds_size(), 4);
  EXPECT_FALSE(seen.has_brain());
  EXPECT_THAT(seen.sensors(), IsEmpty());
  EXPECT_EQ(seen.person(), "");
  EXPECT_EQ(List().recordings_size(), 1);
  EXPECT_FALSE(List().recordings(0).has_brain());
}

TEST_F(RecordingsTest, JobsNameItAndOutliveIt) {
  ASSERT_TRUE(TryCreateRecording(Described()).ok());
  EXPECT_TRUE(TryRead(BrainDigest()).ok());  // nothing is sealed
  workshop_.Hold();
  const v1::CreateJobRequest request = MakeSubmission(2);
  const v1::Job job = Create(request);
  EXPECT_EQ(job.recording(), "lab/subject-1");
  EXPECT_NE(job.cache_key(), "");
  ASSERT_TRUE(TryDeleteRecording("subject-1").ok());
  ASSERT_TRUE(TryDeleteRecording("subject-1").ok());
  workshop_.LetAllGo();
  ReachAgain();
  EXPECT_EQ(Watch(job.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  // The numbers count, not the name: brought along it is the same job.
  v1::CreateJobRequest inlined = request;
  inlined.set_request_id("inlined");
  *inlined.mutable_spec()->mutable_brain() = brain_;
  EXPECT_EQ(Create(inlined).reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
  // Another recording of the name is not what the request meant, but the request is the same.
  v1::CreateRecordingRequest other = Described();
  other.set_request_id("another request");
  other.clear_sensors();
  *other.mutable_brain() = MakeRequest(1, 24).spec().brain();
  ASSERT_TRUE(TryCreateRecording(other).ok());
  EXPECT_EQ(Create(request).job_id(), job.job_id());
  EXPECT_THAT(Submissions(), IsEmpty());  // nobody was let in
}

TEST_F(RecordingsTest, ARepeatedJobIsFoundWhenItsRecordingIsGone) {
  ASSERT_TRUE(TryCreateRecording(Described()).ok());
  const v1::CreateJobRequest request = MakeSubmission(2);
  const v1::Job job = Create(request);
  ASSERT_TRUE(TryDeleteRecording("subject-1").ok());
  EXPECT_EQ(Create(request).job_id(), job.job_id());
  v1::CreateJobRequest other = request;
  other.set_display_name("another name");
  EXPECT_THAT(TryCreate(other).error_message(), HasSubstr("request_id"));
  other.set_request_id("a new one");
  EXPECT_EQ(ReasonOf(TryCreate(other)), "RESOURCE_NOT_FOUND");
}

TEST_F(RecordingsTest, IsMadeAnewByItsRequestOnceItIsDeleted) {
  ASSERT_TRUE(TryCreateRecording(Described()).ok());
  ASSERT_TRUE(TryDeleteRecording("subject-1").ok());
  ASSERT_TRUE(TryCreateRecording(Described()).ok());
  v1::Recording got;
  EXPECT_TRUE(TryGetRecording(&got).ok());
}

TEST_F(RecordingsTest, OnlyWhoMadeItAndAdminsDeleteIt) {
  As(reader_);
  EXPECT_EQ(TryCreateRecording(Described()).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  As(ada_);
  ASSERT_TRUE(TryCreateRecording(Described()).ok());
  As(bob_);
  EXPECT_EQ(TryDeleteRecording("subject-1").error_code(), grpc::StatusCode::PERMISSION_DENIED);
  As(head_);
  Context context;
  v1::SealRecordingRequest seal;
  seal.set_name("subject-1");
  *seal.mutable_policy() = policy_;
  v1::SealRecordingResponse sealed;
  ASSERT_TRUE(recordings_->SealRecording(&context, seal, &sealed).ok());
  EXPECT_EQ(ReasonOf(TryDeleteRecording("subject-1")), "RECORDING_SEALED");
  As(ada_);
  EXPECT_EQ(ReasonOf(TryDeleteRecording("subject-1")), "RECORDING_SEALED");
}

TEST_F(RecordingsTest, ListsInPages) {
  for (int i = 0; i < 5; ++i) {
    v1::CreateRecordingRequest request = Described();
    request.set_name(absl::StrCat("subject-", i));
    request.set_request_id(request.name());
    ASSERT_TRUE(TryCreateRecording(request).ok());
  }
  std::vector<std::string> names;
  std::string token;
  int pages = 0;
  do {
    const v1::ListRecordingsResponse page = List(2, token);
    for (const v1::Recording& recording : page.recordings()) {
      names.push_back(recording.name());
      EXPECT_THAT(recording.sensors(), IsEmpty());
    }
    token = page.next_page_token();
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(names, ElementsAre("lab/subject-0", "lab/subject-1", "lab/subject-2", "lab/subject-3",
                                 "lab/subject-4"));
  Context context;
  v1::ListRecordingsRequest bad;
  bad.set_page_token("../x");
  v1::ListRecordingsResponse response;
  EXPECT_THAT(recordings_->ListRecordings(&context, bad, &response).error_message(),
              HasSubstr("page_token"));
  // A token serves the query that made it.
  Context filtered;
  bad.set_page_token(List(2).next_page_token());
  bad.set_person("ada");
  EXPECT_THAT(recordings_->ListRecordings(&filtered, bad, &response).error_message(),
              HasSubstr("page_token"));
}

TEST_F(RecordingsTest, WhatMakesNoSenseIsRefusedByItsField) {
  v1::CreateRecordingRequest bad = Described();
  bad.set_kind(static_cast<v1::RecordingKind>(9));
  EXPECT_THAT(Refusal(bad), HasSubstr("kind is 9; this server knows 0 to 4"));
  bad = Described();
  bad.mutable_sensors()->RemoveLast();
  EXPECT_THAT(Refusal(bad), HasSubstr("sensors has 2 entries; the recording has 3 sensors"));
  bad = Described();
  bad.mutable_sensors(2)->mutable_position()->set_x_metres(std::numeric_limits<double>::infinity());
  EXPECT_THAT(Refusal(bad), HasSubstr("sensors[2].position"));
  bad = Described();
  bad.mutable_brain()->set_recording("lab/subject-2");
  EXPECT_THAT(Refusal(bad), HasSubstr("brain.recording"));
  bad = Described();
  bad.mutable_brain()->clear_times_seconds();
  EXPECT_THAT(Refusal(bad), HasSubstr("brain.times_seconds"));
  bad = Described();
  bad.set_name("other/subject-1");
  EXPECT_THAT(Refusal(bad), HasSubstr("name"));
  bad = Described();
  bad.clear_request_id();
  EXPECT_THAT(Refusal(bad), HasSubstr("request_id"));
  bad = Described();
  bad.mutable_brain()->mutable_epochs()->set_digest(std::string(64, '7'));
  EXPECT_EQ(ReasonOf(TryCreateRecording(bad)), "TENSOR_MISSING");
}

TEST_F(RecordingsTest, WhatNoJobCouldUseIsRefusedByItsField) {
  const auto refusal = [&](const std::function<void(v1::BrainInput&)>& change) {
    v1::CreateRecordingRequest bad = Described();
    change(*bad.mutable_brain());
    return Refusal(bad);
  };
  const double kNan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(refusal([&](v1::BrainInput& b) { b.set_times_seconds(0, kNan); }),
              HasSubstr("brain.times_seconds has nan as entry 0"));
  EXPECT_THAT(refusal([](v1::BrainInput& b) { b.set_times_seconds(1, b.times_seconds(0)); }),
              HasSubstr("times must be finite and ascending"));
  EXPECT_THAT(refusal([](v1::BrainInput& b) { b.add_times_seconds(9); }),
              HasSubstr("brain.times_seconds has 5 times; the epochs have 4"));
  EXPECT_THAT(refusal([&](v1::BrainInput& b) {
                *b.mutable_groups() = StoreList(std::vector<std::int64_t>(7, 0));
              }),
              HasSubstr("brain.groups has 7 entries; the recording has 20 words"));
  EXPECT_THAT(refusal([&](v1::BrainInput& b) {
                *b.mutable_onsets_seconds() = StoreList(std::vector<double>(7, 0.0));
              }),
              HasSubstr("brain.onsets_seconds has 7 entries"));
  EXPECT_THAT(refusal([](v1::BrainInput& b) {
                b.mutable_epochs()->mutable_spec()->set_data_type(v1::DATA_TYPE_F64);
              }),
              HasSubstr("brain.epochs is "));
  EXPECT_THAT(refusal([&](v1::BrainInput& b) {
                b.clear_epochs();
                *b.mutable_continuous() = Store({3, 100}, 1);
                *b.mutable_onsets_seconds() = StoreList(std::vector<double>(20, 0.0));
                b.set_sfreq_hz(kNan);
              }),
              HasSubstr("brain.sfreq_hz is nan"));
}

// The store beneath, without a server.
class RecordingRowsTest : public BookTest {
 protected:
  Recording Named(const std::string& name) const {
    Recording recording;
    recording.project = kDefaultProject;
    recording.name = name;
    recording.request_id = name;
    recording.brain.epochs = brain();
    recording.brain.times_seconds = {0, 0.1, 0.2, 0.3};
    return recording;
  }
};

TEST_F(RecordingRowsTest, KeepsItsTensorsAndAProjectHasOnlySoMany) {
  Open({}, {});
  ASSERT_TRUE(Upload(brain(), brain_).ok());
  JobLimits limits;
  limits.max_resources_of_project = 2;
  Recordings recordings(limits, SystemClock(), store_.get(), tensors_.get());
  EXPECT_FALSE(*store_->IsNeeded(brain().digest));
  ASSERT_TRUE(recordings.Create(Named("one")).ok());
  EXPECT_TRUE(*store_->IsNeeded(brain().digest));
  ASSERT_TRUE(recordings.Create(Named("two")).ok());
  EXPECT_THAT(*store_->ListRecordingsWith(kDefaultProject, brain().digest),
              ElementsAre("one", "two"));
  const auto third = recordings.Create(Named("three"));
  EXPECT_TRUE(absl::IsResourceExhausted(third.status()));
  EXPECT_THAT(std::string(third.status().message()), HasSubstr("may have 2"));
  EXPECT_TRUE(recordings.Create(Named("two")).ok());  // it is there
  ASSERT_TRUE(recordings.Delete(kDefaultProject, "one").ok());
  EXPECT_TRUE(*store_->IsNeeded(brain().digest));
  EXPECT_FALSE(*recordings.IsSealed(kDefaultProject, brain().digest));
  ASSERT_TRUE(recordings.Delete(kDefaultProject, "two").ok());
  EXPECT_FALSE(*store_->IsNeeded(brain().digest));
}

}  // namespace
}  // namespace brainalign
