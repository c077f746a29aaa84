// Recordings that others may score and nobody reads.
#include "tests/server/access/sealed_recording_test.h"

#include <filesystem>
#include <fstream>
#include <functional>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(SealedRecordingTest, OthersGetScoresAndNothingElse) {
  ASSERT_TRUE(TrySeal({"other"}).ok());
  As(other_);
  v1::Recording recording;
  ASSERT_TRUE(TryGetRecording(&recording).ok());
  EXPECT_EQ(recording.words(), 20);
  EXPECT_EQ(recording.times_seconds_size(), 4);
  EXPECT_EQ(recording.seal().submissions_left(), 100);
  EXPECT_THAT(recording.seal().projects(), IsEmpty());

  const v1::Job job = Create(MakeSubmission(2));
  EXPECT_EQ(job.recording(), "lab/subject-1");
  EXPECT_EQ(job.project(), "other");
  EXPECT_EQ(Watch(job.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  v1::AlignmentResult result;
  ASSERT_TRUE(Result(job.job_id(), &result).ok());
  EXPECT_EQ(static_cast<int>(Values(result, "score").size()), 2 * 4);
  EXPECT_TRUE(Values(result, "constant_sensors").empty());
  EXPECT_NE(TryRead(BrainDigest()).error_code(), grpc::StatusCode::OK);
}

TEST_F(SealedRecordingTest, NobodyReadsItAlsoInItsOwnProject) {
  EXPECT_TRUE(TryRead(BrainDigest()).ok());
  ASSERT_TRUE(TrySeal({}).ok());
  for (const std::string& token : {head_, ada_, reader_}) {
    As(token);
    const grpc::Status refused = TryRead(BrainDigest());
    EXPECT_EQ(refused.error_code(), grpc::StatusCode::PERMISSION_DENIED);
    EXPECT_EQ(ReasonOf(refused), "RECORDING_SEALED");
  }
  Restart();
  recordings_ = v1::RecordingService::NewStub(channel_);
  As(head_);
  EXPECT_EQ(TryRead(BrainDigest()).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  Context context;
  v1::UnsealRecordingRequest request;
  request.set_name("lab/subject-1");
  v1::UnsealRecordingResponse response;
  ASSERT_TRUE(recordings_->UnsealRecording(&context, request, &response).ok());
  EXPECT_TRUE(TryRead(BrainDigest()).ok());
}

TEST_F(SealedRecordingTest, ListsOfItsWordsAreAsSafeAsItsSensors) {
  std::vector<double> onsets;
  std::vector<std::int64_t> groups;
  for (int word = 0; word < 20; ++word) {
    onsets.push_back(0.5 * word);
    groups.push_back(word / 10);
  }
  *brain_.mutable_onsets_seconds() = StoreList(onsets);
  *brain_.mutable_groups() = StoreList(groups);
  *brain_.mutable_sessions() = StoreList(groups);
  ASSERT_TRUE(TrySeal({}).ok());
  for (const v1::TensorRef& ref : {brain_.onsets_seconds(), brain_.groups(), brain_.sessions()}) {
    As(head_);
    EXPECT_EQ(ReasonOf(TryRead(ref.digest())), "RECORDING_SEALED");
    // Nor does a submission that guesses the digest bring them in as activations.
    As(other_);
    v1::CreateJobRequest request = MakeSubmission(1);
    v1::TensorRef& activations = *request.mutable_spec()->mutable_layers(0)->mutable_activations();
    activations = ref;
    activations.mutable_spec()->mutable_shape()->Add(1);
    EXPECT_EQ(ReasonOf(TryCreate(request)), "TENSOR_MISSING");
  }
  const v1::CreateJobRequest good = MakeSubmission(1);
  EXPECT_EQ(Watch(Create(good).job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(SealedRecordingTest, WhoIsNotNamedDoesNotLearnOfIt) {
  ASSERT_TRUE(TrySeal({"third"}).ok());
  As(other_);
  v1::Recording recording;
  EXPECT_EQ(TryGetRecording(&recording).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(TryCreate(MakeSubmission(1)).error_code(), grpc::StatusCode::NOT_FOUND);
  grpc::Status status;
  EXPECT_TRUE(Submissions(&status).empty());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
}

// An answer of success would say that it is not sealed any more, or gone.
TEST_F(SealedRecordingTest, ChangesFromOtherProjectsAreRefused) {
  ASSERT_TRUE(TrySeal({"other"}).ok());
  As(other_);
  for (const char* name : {"lab/subject-1", "lab/nothing"}) {
    Context of_unseal;
    v1::UnsealRecordingRequest unseal;
    unseal.set_name(name);
    v1::UnsealRecordingResponse unsealed;
    const grpc::Status first = recordings_->UnsealRecording(&of_unseal, unseal, &unsealed);
    Context of_removal;
    v1::DeleteRecordingRequest removal;
    removal.set_name(name);
    v1::DeleteRecordingResponse removed;
    const grpc::Status second = recordings_->DeleteRecording(&of_removal, removal, &removed);
    for (const grpc::Status& status : {first, second}) {
      EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND) << name;
      EXPECT_EQ(ReasonOf(status), "RESOURCE_NOT_FOUND") << name;
    }
  }
  v1::Recording recording;
  ASSERT_TRUE(TryGetRecording(&recording).ok());
  EXPECT_TRUE(recording.has_seal());
}

TEST_F(SealedRecordingTest, SubmissionsAreLimitedAndLogged) {
  ASSERT_TRUE(TrySeal({}, 2).ok());
  As(other_);
  const v1::CreateJobRequest first = MakeSubmission(1);
  const v1::Job job = Create(first);
  EXPECT_EQ(Create(first).job_id(), job.job_id());  // said twice, made once
  Watch(job.job_id());
  v1::CreateJobRequest second = MakeSubmission(2);
  second.set_display_name("a model");
  Watch(Create(second).job_id());
  const grpc::Status refused = TryCreate(MakeSubmission(3));
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "QUOTA_SUBMISSIONS");
  // Deleting gives nothing back, nor does it take anything out of the log.
  EXPECT_TRUE(TryDelete(job.job_id()).ok());
  EXPECT_EQ(ReasonOf(TryCreate(MakeSubmission(3))), "QUOTA_SUBMISSIONS");
  As(head_);
  EXPECT_TRUE(TryCreate(MakeSubmission(3)).ok());  // its own
  const auto submissions = Submissions();
  ASSERT_EQ(submissions.size(), 3U);  // newest first
  EXPECT_EQ(submissions[0].person(), "head");
  EXPECT_EQ(submissions[1].job_name(), "a model");
  EXPECT_EQ(submissions[2].job_id(), job.job_id());
  EXPECT_EQ(submissions[2].project(), "other");
  EXPECT_EQ(submissions[2].person(), "mallory");
  EXPECT_THAT(submissions[2].activations(),
              ElementsAre(first.spec().layers(0).activations().digest()));
  As(ada_);  // no admin
  grpc::Status status;
  Submissions(&status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(SealedRecordingTest, SubmissionThatToldNothingIsGivenBack) {
  ASSERT_TRUE(TrySeal({}, 1).ok());
  As(other_);
  workshop_.Hold();
  const v1::Job job = Create(MakeSubmission(1));
  EXPECT_EQ(ReasonOf(TryCreate(MakeSubmission(2))), "QUOTA_SUBMISSIONS");
  Cancel(job.job_id());
  workshop_.LetAllGo();
  EXPECT_TRUE(TryCreate(MakeSubmission(2)).ok());
}

TEST_F(SealedRecordingTest, TroubleWithItsBytesTellsNeitherPathNorDigest) {
  ASSERT_TRUE(TrySeal({}).ok());
  const std::string digest = BrainDigest();
  const std::string path =
      absl::StrCat(options_.data_folder, "/blobs/", digest.substr(0, 2), "/", digest);
  // Of two jobs one runs, and the other waits while its input goes.
  workshop_.SetPlan({900'000, 100, 100});
  const auto fail = [&](const std::function<void()>& spoil) {
    workshop_.Hold();
    As(other_);
    const int begun = workshop_.begun();
    v1::CreateJobRequest first = MakeSubmission(1);
    first.set_skip_cache(true);
    const v1::Job running = Create(first);
    EXPECT_TRUE(workshop_.AwaitBegun(begun + 1));
    const v1::Job waiting = Create(MakeSubmission(2));
    spoil();
    workshop_.LetAllGo();
    Watch(running.job_id());
    const auto events = Watch(waiting.job_id());
    for (const auto& event : events) {
      EXPECT_THAT(event.ShortDebugString(), Not(HasSubstr(digest)));
      EXPECT_THAT(event.ShortDebugString(), Not(HasSubstr(options_.data_folder)));
    }
    EXPECT_THAT(Get(waiting.job_id()).ShortDebugString(), Not(HasSubstr(digest)));
    return events.back().job();
  };
  v1::Job job = fail([&] { std::filesystem::rename(path, path + ".aside"); });
  EXPECT_EQ(job.reason(), v1::JOB_REASON_INPUT_LOST);
  EXPECT_EQ(job.message(),
            "spec.brain.epochs: the recording is not on the server any more; whoever uploaded the "
            "recording must do so again");
  std::filesystem::rename(path + ".aside", path);
  job = fail([&] {
    std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).seekp(17).put('x');
  });
  EXPECT_EQ(job.reason(), v1::JOB_REASON_INPUT_LOST);
  EXPECT_EQ(
      job.message(),
      "spec.brain.epochs: the recording is damaged on the server's disk; whoever uploaded the "
      "recording must do so again");
  const grpc::Status refused = TryCreate(MakeSubmission(3));
  EXPECT_EQ(ReasonOf(refused), "RECORDING_LOST");
  EXPECT_THAT(refused.error_message(), Not(HasSubstr(digest)));
}

TEST_F(SealedRecordingTest, SubmissionHasOnlySoManyLayers) {
  ASSERT_TRUE(TrySeal({}).ok());
  As(other_);
  const grpc::Status refused = TryCreate(MakeSubmission(4));
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(refused.error_message(), HasSubstr("spec.layers"));
}

TEST_F(SealedRecordingTest, NonsenseIsRefused) {
  EXPECT_EQ(TrySeal({"../x"}).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(TrySeal({}, 0, "a/b").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(TrySeal({}).ok());
  As(ada_);
  EXPECT_EQ(TrySeal({}, 0, "mine").error_code(), grpc::StatusCode::PERMISSION_DENIED);
  As(other_);  // does not hold the tensors
  EXPECT_EQ(ReasonOf(TrySeal({}, 0, "theirs")), "TENSOR_MISSING");
}

}  // namespace
}  // namespace brainalign
