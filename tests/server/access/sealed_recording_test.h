#ifndef BRAINALIGN_TESTS_SERVER_ACCESS_SEALED_RECORDING_TEST_H_
#define BRAINALIGN_TESTS_SERVER_ACCESS_SEALED_RECORDING_TEST_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/server/access/access_test.h"

namespace brainalign {

// A recording of 20 words and 4 times that the lab can seal and others score.
class SealedRecordingTest : public AccessTest {
 protected:
  void SetUp() override {
    AccessTest::SetUp();
    recordings_ = v1::RecordingService::NewStub(channel_);
    // The lab's recording, of 20 words.
    As(head_);
    brain_ = MakeRequest(1, 20).spec().brain();
    // So few words are none for the defaults.
    policy_.set_min_test_words(10);
    policy_.set_max_released_numbers(1000);
  }

  // Once, whenever it is asked.
  grpc::Status TryMake(const std::string& name) {
    Context context;
    v1::CreateRecordingRequest request;
    request.set_request_id("make " + name);
    request.set_name(name);
    request.set_description("40 minutes of a story");
    *request.mutable_brain() = brain_;
    v1::CreateRecordingResponse response;
    return recordings_->CreateRecording(&context, request, &response);
  }

  grpc::Status TrySeal(const std::vector<std::string>& projects, std::int64_t max_submissions = 0,
                       const std::string& name = "subject-1") {
    if (grpc::Status made = TryMake(name); !made.ok()) return made;
    Context context;
    v1::SealRecordingRequest request;
    request.set_name(name);
    for (const auto& project : projects) request.add_projects(project);
    if (max_submissions != 0) request.set_max_submissions(max_submissions);
    request.set_max_layers(3);
    *request.mutable_policy() = policy_;
    v1::SealRecordingResponse response;
    return recordings_->SealRecording(&context, request, &response);
  }

  grpc::Status TryGetRecording(v1::Recording* recording) {
    Context context;
    v1::GetRecordingRequest request;
    request.set_name("lab/subject-1");
    v1::GetRecordingResponse response;
    const grpc::Status status = recordings_->GetRecording(&context, request, &response);
    *recording = response.recording();
    return status;
  }

  std::vector<v1::Submission> Submissions(grpc::Status* status = nullptr) {
    Context context;
    v1::ListSubmissionsRequest request;
    request.set_name("lab/subject-1");
    v1::ListSubmissionsResponse response;
    const grpc::Status got = recordings_->ListSubmissions(&context, request, &response);
    if (status != nullptr) *status = got;
    return {response.submissions().begin(), response.submissions().end()};
  }

  // Activations of the caller's own against the lab's recording.
  v1::CreateJobRequest MakeSubmission(int layers) {
    v1::CreateJobRequest request;
    request.set_request_id(absl::StrCat("submission-", ++submissions_));
    request.mutable_spec()->mutable_brain()->set_recording("lab/subject-1");
    for (int i = 0; i < layers; ++i) {
      v1::LayerInput& layer = *request.mutable_spec()->add_layers();
      *layer.mutable_activations() = Store({20, 2}, static_cast<float>(i));
      layer.set_relative_depth((i + 1.0) / layers);
    }
    return request;
  }

  std::string BrainDigest() const {
    return brain_.has_epochs() ? brain_.epochs().digest() : brain_.continuous().digest();
  }

  std::unique_ptr<v1::RecordingService::Stub> recordings_;
  v1::BrainInput brain_;
  v1::SealPolicy policy_;
  int submissions_ = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_SERVER_ACCESS_SEALED_RECORDING_TEST_H_
