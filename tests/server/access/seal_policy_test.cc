// What others may compute against a sealed recording, and what they are told.
#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/server/access/sealed_recording_test.h"

namespace brainalign {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pointwise;

class SealPolicyTest : public SealedRecordingTest {
 protected:
  std::int64_t NumbersLeft() {
    v1::Recording recording;
    EXPECT_TRUE(TryGetRecording(&recording).ok());
    EXPECT_TRUE(recording.seal().has_released_numbers_left());
    return recording.seal().released_numbers_left();
  }

  // Of a refusal to seal by the policy.
  std::string SealRefusal() {
    const grpc::Status status = TrySeal({});
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    return status.error_message();
  }

  std::string CreateRefusal(const v1::CreateJobRequest& request) {
    const grpc::Status status = TryCreate(request);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    return status.error_message();
  }

  v1::Job CreateAndAwait(const v1::CreateJobRequest& request) {
    const v1::Job job = Create(request);
    Watch(job.job_id());
    return job;
  }

  // One of another project, of the same person.
  std::string third_;
};

TEST_F(SealPolicyTest, AMetricThatNoPolicyCanPermitIsNamed) {
  policy_.clear_metrics();
  policy_.add_metrics(v1::METRIC_CKA);
  EXPECT_THAT(SealRefusal(), HasSubstr("policy.metrics[0] is METRIC_CKA, which a policy cannot "
                                       "permit for a sealed recording; values are 0 to 3"));
  policy_.set_metrics(0, static_cast<v1::Metric>(99));
  EXPECT_THAT(SealRefusal(), HasSubstr("is 99, which this server does not know"));
}

TEST_F(SealPolicyTest, DefaultsProtect) {
  policy_.clear_min_test_words();
  policy_.clear_max_released_numbers();
  brain_ = MakeRequest(1, 400).spec().brain();  // 400 x 3 x 4 numbers
  ASSERT_TRUE(TrySeal({}).ok());
  As(other_);
  v1::Recording recording;
  ASSERT_TRUE(TryGetRecording(&recording).ok());
  const v1::SealPolicy& policy = recording.seal().policy();
  EXPECT_THAT(policy.metrics(), ElementsAre(v1::METRIC_PEARSON));
  EXPECT_THAT(policy.directions(), ElementsAre(v1::DIRECTION_BRAIN_TO_MODEL));
  EXPECT_EQ(policy.min_test_words(), 200);
  EXPECT_FALSE(policy.release_fold_scores());
  EXPECT_FALSE(policy.release_alpha_counts());
  EXPECT_FALSE(policy.release_cache_key());
  EXPECT_EQ(policy.score_step(), 0.001);
  EXPECT_EQ(policy.max_released_numbers(), 400 * 3 * 4 / 100);
  EXPECT_EQ(recording.seal().released_numbers_left(), 400 * 3 * 4 / 100);
  As(head_);
  ASSERT_TRUE(TryGetRecording(&recording).ok());
  EXPECT_FALSE(recording.seal().has_released_numbers_left());
}

TEST_F(SealPolicyTest, PolicyThatMakesNoSenseIsRefused) {
  policy_.set_min_test_words(0);
  EXPECT_THAT(SealRefusal(), HasSubstr("policy.min_test_words is 0"));
  policy_.set_min_test_words(11);
  EXPECT_THAT(SealRefusal(), HasSubstr("policy.min_test_words is 11, but the recording has 20"));
  policy_.set_min_test_words(10);
  policy_.set_max_released_numbers(3);
  EXPECT_THAT(SealRefusal(), HasSubstr("policy.max_released_numbers is 3"));
  policy_.set_max_released_numbers(-1);
  EXPECT_THAT(SealRefusal(), HasSubstr("policy.max_released_numbers is -1"));
  // 0 is not the default in disguise.
  policy_.set_max_released_numbers(0);
  EXPECT_THAT(SealRefusal(), HasSubstr("policy.max_released_numbers is 0"));
  policy_.set_max_released_numbers(4);
  policy_.set_score_step(-0.1);
  EXPECT_THAT(SealRefusal(), HasSubstr("policy.score_step is -0.1"));
  policy_.set_score_step(0);
  EXPECT_THAT(SealRefusal(), HasSubstr("policy.score_step is 0"));
  policy_.set_score_step(0.5);
  policy_.add_metrics(static_cast<v1::Metric>(9));
  EXPECT_THAT(SealRefusal(), HasSubstr("policy.metrics[0] is 9"));
  policy_.clear_metrics();
  EXPECT_TRUE(TrySeal({}).ok());
}

TEST_F(SealPolicyTest, OnlyWhatItAllowsIsTakenIn) {
  ASSERT_TRUE(TrySeal({}).ok());
  policy_.add_metrics(v1::METRIC_R2);
  policy_.add_directions(v1::DIRECTION_MODEL_TO_BRAIN);
  ASSERT_TRUE(TrySeal({}, 0, "subject-2").ok());
  As(other_);
  v1::CreateJobRequest request = MakeSubmission(1);
  request.mutable_spec()->mutable_options()->set_metric(v1::METRIC_R2);
  EXPECT_THAT(CreateRefusal(request),
              HasSubstr("spec.options.metric is r2; the policy of the recording lab/subject-1 "
                        "allows pearson alone"));
  for (const char* option : {"nulls", "draws"}) {
    v1::CreateJobRequest uncertain = MakeSubmission(1);
    v1::AlignmentOptions& options = *uncertain.mutable_spec()->mutable_options();
    options.GetReflection()->SetInt32(&options, options.GetDescriptor()->FindFieldByName(option),
                                      199);
    EXPECT_THAT(CreateRefusal(uncertain), HasSubstr(std::string("spec.options.") + option +
                                                    " is 199, but the recording lab/subject-1 is "
                                                    "sealed"));
  }
  v1::CreateJobRequest of_targets = MakeSubmission(1);
  of_targets.mutable_spec()->mutable_options()->add_arrays("per_target");
  EXPECT_THAT(CreateRefusal(of_targets),
              HasSubstr("spec.options.arrays has per_target, but the recording lab/subject-1 is "
                        "sealed"));
  v1::CreateJobRequest across_times = MakeSubmission(1);
  across_times.mutable_spec()->mutable_options()->set_time_generalisation(true);
  EXPECT_THAT(CreateRefusal(across_times),
              HasSubstr("spec.options.time_generalisation is set, but the recording lab/subject-1 "
                        "is sealed"));
  request.mutable_spec()->mutable_options()->set_metric(v1::METRIC_PEARSON);
  request.mutable_spec()->mutable_options()->set_direction(v1::DIRECTION_MODEL_TO_BRAIN);
  EXPECT_THAT(CreateRefusal(request), HasSubstr("spec.options.direction is model_to_brain"));
  EXPECT_EQ(workshop_.created(), 0);
  // Nothing of it counts.
  EXPECT_EQ(NumbersLeft(), 1000);
  request.mutable_spec()->mutable_brain()->set_recording("lab/subject-2");
  EXPECT_THAT(CreateRefusal(request), HasSubstr("spec.options.metric is pearson"));
  request.mutable_spec()->mutable_options()->set_metric(v1::METRIC_R2);
  EXPECT_TRUE(TryCreate(request).ok());
  As(head_);  // its own
  request.mutable_spec()->mutable_brain()->set_recording("lab/subject-1");
  for (int layer = 0; layer < request.spec().layers_size(); ++layer) {
    *request.mutable_spec()->mutable_layers(layer)->mutable_activations() = Store({20, 2}, 1);
  }
  EXPECT_TRUE(TryCreate(request).ok());
}

// The workshop's score of a layer at a time is 10 * layer + time.
TEST_F(SealPolicyTest, ScoresAreToldInSteps) {
  policy_.set_score_step(0.4);
  ASSERT_TRUE(TrySeal({}).ok());
  const std::vector<double> told = {0, 1.2, 2, 3.2, 10, 11.2, 12, 13.2};
  As(other_);
  const v1::Job job = Create(MakeSubmission(2));
  EXPECT_EQ(job.cache_key(), "");
  std::vector<double> scores;
  for (const auto& event : Watch(job.job_id())) {
    EXPECT_EQ(event.job().cache_key(), "");
    EXPECT_EQ(event.tile().boxes_size(), event.has_tile() ? 1 : 0);
    EXPECT_LE(event.streamed().arrays_size(), 1);
    const std::vector<double> of_tile = Values(event.tile(), "score");
    scores.insert(scores.end(), of_tile.begin(), of_tile.end());
  }
  std::sort(scores.begin(), scores.end());
  EXPECT_THAT(scores, Pointwise(DoubleEq(), told));
  EXPECT_EQ(Get(job.job_id()).cache_key(), "");
  EXPECT_EQ(Cancel(job.job_id()).cache_key(), "");
  v1::AlignmentResult result;
  ASSERT_TRUE(Result(job.job_id(), &result).ok());
  EXPECT_THAT(Values(result, "score"), Pointwise(DoubleEq(), told));
  EXPECT_TRUE(Values(result, "score_per_fold").empty());
  EXPECT_TRUE(Values(result, "alpha_counts").empty());
  EXPECT_THAT(result.notes(), ElementsAre(HasSubstr("multiples of 0.4")));
  grpc::Status status;
  EXPECT_THAT(NumbersOf(ReadArray(job.job_id(), "score", 0, &status), false),
              Pointwise(DoubleEq(), told));
  EXPECT_TRUE(status.ok()) << status.error_message();
  for (const char* name :
       {"score_per_fold", "alpha_counts", "training_sizes", "purged_words", "constant_sensors"}) {
    EXPECT_EQ(FindArray(result, name), nullptr) << name;
    EXPECT_EQ(ReadArray(job.job_id(), name, 0, &status), "");
    EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND) << name;
  }
  // What is computed for the lab itself is told as it is.
  As(head_);
  const v1::Job own = Create(MakeSubmission(2));
  EXPECT_NE(own.cache_key(), "");
  Watch(own.job_id());
  ASSERT_TRUE(Result(own.job_id(), &result).ok());
  EXPECT_THAT(Values(result, "score"), ElementsAre(0, 1, 2, 3, 10, 11, 12, 13));
  EXPECT_FALSE(Values(result, "score_per_fold").empty());
}

TEST_F(SealPolicyTest, WhatThePolicyReleasesIsTold) {
  policy_.set_release_fold_scores(true);
  policy_.set_release_cache_key(true);
  ASSERT_TRUE(TrySeal({}).ok());
  As(other_);
  const v1::Job job = CreateAndAwait(MakeSubmission(1));
  EXPECT_NE(job.cache_key(), "");
  v1::AlignmentResult result;
  ASSERT_TRUE(Result(job.job_id(), &result).ok());
  EXPECT_EQ(static_cast<int>(Values(result, "score_per_fold").size()), 5 * 4);
  EXPECT_EQ(NumbersLeft(), 1000 - (1 + 5) * 4);
}

TEST_F(SealPolicyTest, PolicyOfAJobStaysAsItWas) {
  policy_.set_score_step(0.4);
  ASSERT_TRUE(TrySeal({}).ok());
  As(other_);
  const v1::CreateJobRequest request = MakeSubmission(1);
  const v1::Job job = CreateAndAwait(request);
  As(head_);
  Context context;
  v1::UnsealRecordingRequest unseal;
  unseal.set_name("lab/subject-1");
  v1::UnsealRecordingResponse response;
  ASSERT_TRUE(recordings_->UnsealRecording(&context, unseal, &response).ok());
  policy_.set_release_fold_scores(true);
  ASSERT_TRUE(TrySeal({}).ok());
  Restart();
  recordings_ = v1::RecordingService::NewStub(channel_);
  As(other_);
  v1::AlignmentResult result;
  ASSERT_TRUE(Result(job.job_id(), &result).ok());
  EXPECT_THAT(Values(result, "score"),
              ElementsAre(DoubleEq(0), DoubleEq(1.2), DoubleEq(2), DoubleEq(3.2)));
  EXPECT_TRUE(Values(result, "score_per_fold").empty());
  // Asked again by the new policy it is no answer from the old one, and counts.
  EXPECT_EQ(NumbersLeft(), 1000 - 4);
  v1::CreateJobRequest again = request;
  again.set_request_id("again");
  EXPECT_EQ(CreateAndAwait(again).reason(), v1::JOB_REASON_UNSPECIFIED);
  EXPECT_EQ(NumbersLeft(), 1000 - 4 - 24);
}

// Nor does a seal that is put on again, another recording of the name included.
TEST_F(SealPolicyTest, SealedAgainNothingThatWasToldIsForgotten) {
  ASSERT_TRUE(TrySeal({}).ok());
  As(other_);
  const v1::CreateJobRequest request = MakeSubmission(2);
  const v1::Job job = CreateAndAwait(request);
  EXPECT_EQ(NumbersLeft(), 1000 - 8);
  As(head_);
  policy_.set_release_fold_scores(true);
  policy_.set_max_released_numbers(20);
  ASSERT_TRUE(TrySeal({}).ok());
  As(other_);
  EXPECT_EQ(NumbersLeft(), 12);
  v1::AlignmentResult result;
  ASSERT_TRUE(Result(job.job_id(), &result).ok());
  EXPECT_TRUE(Values(result, "score_per_fold").empty());  // as its policy was
  v1::CreateJobRequest again = request;
  again.set_request_id("again");
  EXPECT_EQ(ReasonOf(TryCreate(again)), "QUOTA_RELEASED_NUMBERS");
  As(head_);
  ASSERT_TRUE(TrySeal({"third"}).ok());
  As(other_);
  v1::Recording recording;
  EXPECT_EQ(TryGetRecording(&recording).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(SealPolicyTest, NumbersAreCountedOnceAndNeverGivenBack) {
  policy_.set_max_released_numbers(20);
  ASSERT_TRUE(TrySeal({}).ok());
  As(other_);
  const v1::CreateJobRequest request = MakeSubmission(2);
  const v1::Job job = CreateAndAwait(request);
  EXPECT_EQ(NumbersLeft(), 12);
  // The same question tells the same numbers.
  v1::CreateJobRequest again = request;
  again.set_request_id("again");
  EXPECT_EQ(Create(again).reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
  EXPECT_EQ(NumbersLeft(), 12);
  EXPECT_TRUE(TryDelete(job.job_id()).ok());
  EXPECT_EQ(NumbersLeft(), 12);
  Restart();
  recordings_ = v1::RecordingService::NewStub(channel_);
  EXPECT_EQ(NumbersLeft(), 12);
  // What is computed anew counts anew.
  again.set_request_id("anew");
  again.set_skip_cache(true);
  CreateAndAwait(again);
  EXPECT_EQ(NumbersLeft(), 4);
  const grpc::Status refused = TryCreate(MakeSubmission(3));
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "QUOTA_RELEASED_NUMBERS");
  EXPECT_THAT(
      refused.error_message(),
      HasSubstr("project other has received 16 of the 20 numbers that the recording "
                "lab/subject-1 may release to each project and person, and this job would release "
                "12 more"));
  EXPECT_EQ(NumbersLeft(), 4);
}

TEST_F(SealPolicyTest, WhatWasToldBeforeACancelCounts) {
  policy_.set_max_released_numbers(16);
  ASSERT_TRUE(TrySeal({}).ok());
  As(other_);
  workshop_.Hold();
  const v1::CreateJobRequest request = MakeSubmission(2);
  const v1::Job first = Create(request);
  EXPECT_EQ(NumbersLeft(), 8);  // while it runs
  v1::CreateJobRequest again = request;
  again.set_request_id("again");
  const v1::Job joined = Create(again);
  EXPECT_EQ(joined.reason(), v1::JOB_REASON_JOINED);
  EXPECT_EQ(NumbersLeft(), 8);
  // One told nothing; the other, of the same numbers, goes on.
  Cancel(first.job_id());
  EXPECT_EQ(NumbersLeft(), 8);
  Cancel(joined.job_id());
  EXPECT_EQ(NumbersLeft(), 16);
  workshop_.LetAllGo();
  workshop_.Hold();
  const int begun = workshop_.begun();
  const v1::Job third = Create(MakeSubmission(2));
  EXPECT_TRUE(workshop_.AwaitBegun(begun + 1));
  workshop_.LetGo(1);
  AccessTest::Await([&] { return Get(third.job_id()).tiles_done() == 1; });
  Cancel(third.job_id());
  workshop_.LetAllGo();
  EXPECT_EQ(NumbersLeft(), 8);
}

TEST_F(SealPolicyTest, PersonOfManyProjectsHasOneBudget) {
  policy_.set_max_released_numbers(12);
  ASSERT_TRUE(TrySeal({}).ok());
  third_ = Add("mallory", "third", Role::kSubmitter);
  As(third_);
  AwaitIn();
  As(other_);
  CreateAndAwait(MakeSubmission(2));
  As(third_);
  EXPECT_EQ(NumbersLeft(), 4);
  const grpc::Status refused = TryCreate(MakeSubmission(3));
  EXPECT_EQ(ReasonOf(refused), "QUOTA_RELEASED_NUMBERS");
  EXPECT_THAT(refused.error_message(), HasSubstr("mallory has received 8 of the 12"));
  EXPECT_TRUE(TryCreate(MakeSubmission(2)).ok());  // whose numbers the person knows
}

TEST_F(SealPolicyTest, ResultDoesNotConfirmAGuessOfTheRecording) {
  ASSERT_TRUE(TrySeal({}).ok());
  As(other_);
  v1::CreateJobRequest request = MakeSubmission(1);
  CreateAndAwait(request);
  // The same bytes as the recording's, sent by the one who guesses.
  request.set_request_id("a guess");
  *request.mutable_spec()->mutable_brain() = MakeRequest(1, 20).spec().brain();
  EXPECT_NE(Create(request).reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
}

}  // namespace
}  // namespace brainalign
