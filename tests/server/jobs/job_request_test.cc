#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "gmock/gmock.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class JobRequestTest : public ServerTest {
 protected:
  void SetUp() override { Start(); }

  grpc::Status TryList(const v1::ListJobsRequest& request, v1::ListJobsResponse* response) {
    Context context;
    response->Clear();
    return jobs_->ListJobs(&context, request, response);
  }

  // Fields of the BadRequest that the request is refused with.
  std::vector<std::string> BadFields(const v1::CreateJobRequest& request) {
    const grpc::Status status = TryCreate(request);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
    std::vector<std::string> fields;
    const auto bad = DetailOf<v1::BadRequest>(status, "BadRequest");
    for (const auto& violation : bad.field_violations()) {
      fields.push_back(violation.field());
      EXPECT_THAT(status.error_message(), HasSubstr(violation.field()));
    }
    return fields;
  }
};

TEST_F(JobRequestTest, MissingTensorsAreListed) {
  v1::CreateJobRequest request = MakeRequest(3);
  const std::string other(64, '7');
  request.mutable_spec()->mutable_layers(1)->mutable_activations()->set_digest(other);
  const grpc::Status status = TryCreate(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  const auto missing = DetailOf<v1::PreconditionFailure>(status, "PreconditionFailure");
  ASSERT_EQ(missing.violations_size(), 1);
  EXPECT_EQ(missing.violations(0).type(), "TENSOR_MISSING");
  EXPECT_EQ(missing.violations(0).subject(), other);
  EXPECT_THAT(missing.violations(0).description(), HasSubstr("spec.layers[1].activations"));
  // The same request is good once the tensor is there: nothing was kept of it.
  request.mutable_spec()->mutable_layers(1)->mutable_activations()->set_digest(
      request.spec().layers(0).activations().digest());
  EXPECT_TRUE(TryCreate(request).ok());
}

// Limit and usage of the ErrorInfo; empty if there are none.
std::string ExceededIn(const grpc::Status& status) {
  const auto info = DetailOf<v1::ErrorInfo>(status, "ErrorInfo");
  EXPECT_EQ(info.reason(), "INVALID_FIELD");
  const auto value = [&](const char* key) {
    const auto found = info.metadata().find(key);
    return found == info.metadata().end() ? std::string() : found->second;
  };
  return absl::StrCat(value("field"), " ", value("usage"), " of ", value("limit"));
}

TEST_F(JobRequestTest, WhatExceedsALimitIsToldInNumbers) {
  const auto exceeded = [&](const std::function<void(v1::CreateJobRequest&)>& change) {
    v1::CreateJobRequest request = MakeRequest(1);
    change(request);
    return ExceededIn(TryCreate(request));
  };
  EXPECT_EQ(exceeded([](v1::CreateJobRequest& request) {
              for (int i = 1; i < 300; ++i)
                *request.mutable_spec()->add_layers() = request.spec().layers(0);
            }),
            "spec.layers 300 of 256");
  EXPECT_EQ(exceeded([](v1::CreateJobRequest& request) {
              request.mutable_spec()->mutable_brain()->mutable_times_seconds()->Resize(4097, 0.5);
            }),
            "spec.brain.times_seconds 4097 of 4096");
  EXPECT_EQ(exceeded([](v1::CreateJobRequest& request) {
              request.set_display_name(std::string(300, 'x'));
            }),
            "display_name 300 of 256");
  EXPECT_EQ(exceeded([](v1::CreateJobRequest& request) {
              request.mutable_spec()->mutable_options()->set_folds(10'000);
            }),
            "spec.options.folds 10000 of 100");
  EXPECT_EQ(exceeded([](v1::CreateJobRequest& request) {
              request.mutable_spec()->mutable_options()->set_nulls(1'000'000);
            }),
            "spec.options.nulls 1000000 of 100000");
  EXPECT_EQ(exceeded([](v1::CreateJobRequest& request) {
              request.mutable_spec()->mutable_options()->set_folds(-1);
            }),
            "spec.options.folds  of ");
}

TEST_F(JobRequestTest, ASentenceNamesItsFieldOnce) {
  v1::CreateJobRequest request = MakeRequest(1);
  request.mutable_spec()->mutable_options()->set_folds(-1);
  EXPECT_THAT(TryCreate(request).error_message(), testing::StartsWith("spec.options.folds is -1"));
}

TEST_F(JobRequestTest, TooManyDigestsAndPagesAreToldInNumbers) {
  v1::FindMissingTensorsRequest find;
  for (int i = 0; i < 1001; ++i) find.add_digests(std::string(64, '7'));
  v1::FindMissingTensorsResponse found;
  Context find_context;
  EXPECT_EQ(ExceededIn(tensors_->FindMissingTensors(&find_context, find, &found)),
            "digests 1001 of 1000");
  v1::ListJobsRequest list;
  list.set_page_size(-1);
  v1::ListJobsResponse listed;
  Context list_context;
  EXPECT_THAT(ExceededIn(jobs_->ListJobs(&list_context, list, &listed)),
              testing::StartsWith("page_size -1 of "));
  v1::StartUploadRequest start;
  start.set_size_bytes(std::int64_t{1} << 50);
  *start.mutable_tensor() = MakeRequest(1).spec().layers(0).activations();
  start.mutable_tensor()->mutable_spec()->clear_shape();
  start.mutable_tensor()->mutable_spec()->add_shape(std::int64_t{1} << 48);
  v1::StartUploadResponse started;
  Context start_context;
  EXPECT_EQ(ExceededIn(tensors_->StartUpload(&start_context, start, &started)),
            absl::StrCat("size_bytes ", std::int64_t{1} << 50, " of ", options_.max_tensor_bytes));
}

TEST_F(JobRequestTest, ResultHasOnlySoManyScores) {
  Stop();
  options_.max_result_values = 2 * 4 * 5;  // layers, times, folds
  Start();
  const v1::CreateJobRequest large = MakeRequest(3);
  EXPECT_THAT(BadFields(large), ElementsAre("spec"));
  EXPECT_EQ(workshop_.created(), 0);  // nothing was read for it
  EXPECT_TRUE(TryCreate(MakeRequest(2)).ok());
  EXPECT_THAT(std::string(TryCreate(large).error_message()),
              HasSubstr("3 layers x 4 times x 5 folds, which is more than the 40 scores"));
}

TEST_F(JobRequestTest, ScoresOfSingleTargetsCountAmongTheNumbersOfAResult) {
  Stop();
  options_.max_result_values = 2 * 4 * (5 + 2) - 1;  // layers, times, folds and targets
  Start();
  v1::CreateJobRequest request = MakeRequest(2);
  request.mutable_spec()->mutable_options()->add_arrays("per_target");
  EXPECT_THAT(std::string(TryCreate(request).error_message()),
              HasSubstr("2 layers x 4 times x (5 folds + 2 targets), which is more than the 55"));
  request.mutable_spec()->mutable_options()->set_arrays(0, "per_fold");
  EXPECT_TRUE(TryCreate(request).ok());
}

TEST_F(JobRequestTest, ScoresOfSensorsAreRefusedWhereTheyArePredictedFrom) {
  v1::CreateJobRequest request = MakeRequest(2);
  request.mutable_spec()->mutable_options()->add_arrays("per_sensor");
  EXPECT_THAT(BadFields(request), ElementsAre("spec.options.arrays[0]"));
}

TEST_F(JobRequestTest, EveryPairOfTimesCountsAmongTheNumbersOfAResult) {
  v1::CreateJobRequest request = MakeRequest(2);
  Stop();
  options_.max_result_values = 2 * 4 * (5 + 4) - 1;  // layers, times, folds and times
  Start();
  EXPECT_TRUE(TryCreate(request).ok());
  request.set_request_id("generalisation");
  v1::AlignmentOptions& options = *request.mutable_spec()->mutable_options();
  options.set_time_generalisation(true);
  EXPECT_THAT(std::string(TryCreate(request).error_message()),
              HasSubstr("x (5 folds + 4 times of generalisation)"));
  Stop();
  options_.max_result_values = 2 * 4 * (5 + 4);
  Start();
  options.set_direction(v1::DIRECTION_MODEL_TO_BRAIN);
  EXPECT_THAT(BadFields(request), ElementsAre("spec.options.time_generalisation"));
}

TEST_F(JobRequestTest, RefusesWhatMakesNoSenseBeforeItIsQueued) {
  const v1::CreateJobRequest good = MakeRequest(2);
  v1::CreateJobRequest bad = good;
  bad.clear_request_id();
  bad.set_display_name("a\nb");
  EXPECT_THAT(BadFields(bad), ElementsAre("request_id", "display_name"));
  bad = good;
  bad.set_request_id(std::string(65, 'x'));
  EXPECT_THAT(BadFields(bad), ElementsAre("request_id"));
  bad = good;
  bad.mutable_spec()->clear_layers();
  EXPECT_THAT(BadFields(bad), ElementsAre("spec.layers"));
  bad = good;
  bad.mutable_spec()->clear_brain();
  EXPECT_THAT(BadFields(bad), ElementsAre("spec.brain"));
  bad = good;
  bad.mutable_spec()->mutable_layers(1)->set_slice(1);
  bad.mutable_spec()->mutable_layers(0)->mutable_activations()->set_digest("XYZ");
  EXPECT_THAT(BadFields(bad), ElementsAre("spec.layers[0].activations.digest"));
  bad.mutable_spec()->mutable_layers(0)->mutable_activations()->set_digest(std::string(64, '0'));
  EXPECT_THAT(BadFields(bad), ElementsAre("spec.layers[1].slice"));
  bad = good;
  bad.mutable_spec()->mutable_options()->set_selection(static_cast<v1::Selection>(17));
  EXPECT_THAT(BadFields(bad), ElementsAre("spec.options.selection"));
  bad = good;
  bad.mutable_spec()->mutable_options()->set_folds(101);
  EXPECT_THAT(BadFields(bad), ElementsAre("spec.options.folds"));
  bad = good;
  bad.mutable_spec()->mutable_options()->set_folds(1);
  EXPECT_THAT(BadFields(bad), ElementsAre("spec.options.folds"));
  bad = good;
  bad.mutable_spec()->mutable_layers(0)->mutable_activations()->mutable_spec()->set_shape(1, 3);
  EXPECT_EQ(TryCreate(bad).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(TryCreate(bad)), "TENSOR_SIZE");

  workshop_.SetProblems({{"layers[1].activations", "has a NaN at word 3, dimension 1"}});
  EXPECT_THAT(BadFields(good), ElementsAre("spec.layers[1].activations"));
  v1::ListJobsResponse list;
  EXPECT_TRUE(TryList({}, &list).ok());
  EXPECT_EQ(list.jobs_size(), 0);
}

TEST_F(JobRequestTest, NothingIsGivenBesideARecordingThatIsNamed) {
  v1::CreateJobRequest request = MakeRequest(1);
  v1::BrainInput& brain = *request.mutable_spec()->mutable_brain();
  const v1::TensorRef list = StoreList(std::vector<std::int64_t>(20, 0));
  brain.Clear();
  brain.set_recording("subject-1");
  brain.set_sfreq_hz(30);
  *brain.mutable_onsets_seconds() = StoreList(std::vector<double>(20, 0.0));
  brain.add_times_seconds(0.1);
  *brain.mutable_groups() = list;
  *brain.mutable_sessions() = list;
  *brain.mutable_session_starts() = list;
  brain.set_word_table_digest(std::string(64, '0'));
  EXPECT_THAT(BadFields(request),
              ElementsAre("spec.brain.sfreq_hz", "spec.brain.onsets_seconds",
                          "spec.brain.times_seconds", "spec.brain.groups", "spec.brain.sessions",
                          "spec.brain.session_starts", "spec.brain.word_table_digest"));
}

TEST_F(JobRequestTest, EpochsHaveNoRate) {
  v1::CreateJobRequest request = MakeRequest(1);
  request.mutable_spec()->mutable_brain()->set_sfreq_hz(33);
  EXPECT_THAT(BadFields(request), ElementsAre("spec.brain.sfreq_hz"));
}

TEST_F(JobRequestTest, NuisanceOfOtherWordsIsRefusedByItsField) {
  v1::CreateJobRequest request = MakeRequest(1, 20);
  *request.mutable_spec()->mutable_nuisance()->mutable_features() = Store({19, 2}, 1);
  EXPECT_THAT(BadFields(request), ElementsAre("spec.nuisance"));
  EXPECT_EQ(ReasonOf(TryCreate(request)), "INVALID_FIELD");
}

TEST_F(JobRequestTest, ErrorOfManyProblemsStillArrives) {
  v1::CreateJobRequest request = MakeRequest(1);
  request.mutable_spec()->mutable_layers(0)->set_name(std::string(300, 'n'));
  while (request.spec().layers_size() < 200) {
    *request.mutable_spec()->add_layers() = request.spec().layers(0);
  }
  const grpc::Status status = TryCreate(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_LE(status.error_details().size(), 4096U);
  EXPECT_GT(DetailOf<v1::BadRequest>(status, "BadRequest").field_violations_size(), 5);
}

TEST_F(JobRequestTest, CallWhoseDeadlineHasPassedQueuesNothing) {
  // Checks the tensors for longer than the caller waits, and hears that nobody waits any more.
  std::atomic<bool> is_answered = false;
  std::atomic<int> checks = 0;
  const auto factory =
      [&](AlignmentInputs inputs, const AlignmentOptions& options,
          std::vector<FieldProblem>* problems, const AlignmentResources& resources,
          const CancelCheck& is_cancelled) -> absl::StatusOr<std::unique_ptr<Alignment>> {
    if (++checks == 1) {
      EXPECT_FALSE(is_cancelled());
      while (!is_answered) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      EXPECT_TRUE(is_cancelled());
      return absl::CancelledError("it stopped");
    }
    return workshop_.Factory()(std::move(inputs), options, problems, resources, is_cancelled);
  };
  Stop();
  StartWith(factory);
  const v1::CreateJobRequest request = MakeRequest(1);
  {
    Context context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(300));
    v1::CreateJobResponse response;
    EXPECT_EQ(jobs_->CreateJob(&context, request, &response).error_code(),
              grpc::StatusCode::DEADLINE_EXCEEDED);
  }
  EXPECT_EQ(checks, 1);
  is_answered = true;
  Stop();  // once the call's thread is done
  StartWith(factory);
  v1::ListJobsResponse list;
  ASSERT_TRUE(TryList({}, &list).ok());
  EXPECT_EQ(list.jobs_size(), 0);
  // Nothing was kept of the request id.
  EXPECT_EQ(Watch(Create(request).job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(JobRequestTest, ShutdownStopsTheCheckOfTensors) {
  std::atomic<bool> is_checking = false;
  Stop();
  StartWith([&](const AlignmentInputs&, const AlignmentOptions&, std::vector<FieldProblem>*,
                const AlignmentResources&,
                const CancelCheck& is_cancelled) -> absl::StatusOr<std::unique_ptr<Alignment>> {
    is_checking = true;
    while (!is_cancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return absl::CancelledError("it stopped");
  });
  const v1::CreateJobRequest request = MakeRequest(1);
  std::jthread stopper([&] {
    while (!is_checking) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    server_->Shutdown(absl::Seconds(20));
  });
  EXPECT_EQ(TryCreate(request).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(JobRequestTest, UnknownJobIsNotFound) {
  const grpc::Status status = TryGet("\x01nobody");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), "JOB_NOT_FOUND");
  v1::AlignmentResult result;
  EXPECT_EQ(Result("nobody", &result).error_code(), grpc::StatusCode::NOT_FOUND);
  grpc::Status watched;
  Watch("nobody", 0, &watched);
  EXPECT_EQ(watched.error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(JobRequestTest, ARateIsRequiredWithAContinuousRecordingAndUnsetWithEpochs) {
  v1::CreateJobRequest request = MakeLongRequest(2, 4);
  request.mutable_spec()->mutable_brain()->clear_sfreq_hz();
  EXPECT_THAT(BadFields(request), ElementsAre("spec.brain.sfreq_hz"));

  v1::GetJobSpecificationRequest of_epochs;
  of_epochs.set_job_id(Create(MakeRequest(1)).job_id());
  Context context;
  v1::GetJobSpecificationResponse response;
  ASSERT_TRUE(jobs_->GetJobSpecification(&context, of_epochs, &response).ok());
  EXPECT_TRUE(response.spec().brain().has_epochs());
  EXPECT_FALSE(response.spec().brain().has_sfreq_hz());
}

}  // namespace
}  // namespace brainalign
