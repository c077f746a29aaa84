// Models that a project keeps, and jobs that name them.
#include "gmock/gmock.h"
#include "tests/server/resources/resources_test.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ModelsTest : public ResourcesTest {
 protected:
  std::string Refusal(const v1::CreateModelRequest& request) {
    const grpc::Status status = TryCreateModel(request);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    return status.error_message();
  }

  std::vector<std::string> ListedJobs(const v1::ListJobsRequest& request) {
    Context context;
    v1::ListJobsResponse response;
    const grpc::Status status = jobs_->ListJobs(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::vector<std::string> ids;
    for (const v1::Job& job : response.jobs()) ids.push_back(job.job_id());
    return ids;
  }
};

TEST_F(ModelsTest, IsMadeOnceByItsRequestAndKept) {
  v1::Model made;
  ASSERT_TRUE(TryCreateModel(Described("gpt2"), &made).ok());
  EXPECT_EQ(made.name(), "lab/gpt2");
  EXPECT_EQ(made.display_name(), "GPT-2");
  EXPECT_EQ(made.architecture(), v1::MODEL_ARCHITECTURE_TRANSFORMER);
  EXPECT_FALSE(made.has_parameters());
  EXPECT_EQ(made.context_words(), 1024);
  EXPECT_TRUE(made.has_trained());
  EXPECT_FALSE(made.trained());
  EXPECT_EQ(made.words(), 20);
  ASSERT_EQ(made.layers_size(), 2);
  EXPECT_EQ(made.layers(1).index(), 3);
  EXPECT_EQ(made.layers(1).layer().name(), "h.1");
  ReachAgain();
  v1::Model again;
  ASSERT_TRUE(TryCreateModel(Described("gpt2"), &again).ok());
  EXPECT_EQ(again.SerializeAsString(), made.SerializeAsString());
  v1::CreateModelRequest other = Described("gpt2");
  other.set_trained(true);
  EXPECT_THAT(Refusal(other), HasSubstr("request_id"));
  other.set_request_id("another");
  EXPECT_EQ(ReasonOf(TryCreateModel(other)), "RESOURCE_EXISTS");
  As(other_);
  EXPECT_EQ(ReasonOf(TryGetModel("lab/gpt2")), "RESOURCE_NOT_FOUND");
  As(reader_);
  EXPECT_TRUE(TryGetModel("gpt2").ok());
  EXPECT_EQ(TryDeleteModel("gpt2").error_code(), grpc::StatusCode::PERMISSION_DENIED);
  As(head_);
  EXPECT_TRUE(TryDeleteModel("gpt2").ok());
  EXPECT_EQ(TryGetModel("gpt2").error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(ModelsTest, LayersWithoutIndicesTakeTheirPlaces) {
  v1::CreateModelRequest request = Described("gpt2", 3);
  for (v1::ModelLayer& layer : *request.mutable_layers()) layer.clear_index();
  v1::Model made;
  ASSERT_TRUE(TryCreateModel(request, &made).ok());
  EXPECT_EQ(made.layers(0).index(), 0);
  EXPECT_EQ(made.layers(2).index(), 2);
}

TEST_F(ModelsTest, WhatMakesNoSenseIsRefusedByItsField) {
  v1::CreateModelRequest bad = Described("gpt2");
  bad.set_architecture(static_cast<v1::ModelArchitecture>(9));
  EXPECT_THAT(Refusal(bad), HasSubstr("architecture is 9; this server knows 0 to 4"));
  bad = Described("gpt2");
  bad.set_parameters(0);
  EXPECT_THAT(Refusal(bad), HasSubstr("parameters is 0; leave it out if it is not known"));
  bad = Described("gpt2");
  bad.mutable_layers(1)->set_index(0);
  EXPECT_THAT(Refusal(bad), HasSubstr("layers[1].index is 0; give at least 1"));
  bad = Described("gpt2");
  bad.mutable_layers(0)->mutable_layer()->clear_relative_depth();
  EXPECT_THAT(Refusal(bad), HasSubstr("layers[0].layer.relative_depth"));
  bad = Described("gpt2");
  *bad.mutable_layers(1)->mutable_layer()->mutable_activations() = Store({19, 2}, 1);
  EXPECT_THAT(Refusal(bad), HasSubstr("has 19 words; layers[0] has 20"));
  bad = Described("gpt2");
  bad.clear_layers();
  EXPECT_THAT(Refusal(bad), HasSubstr("layers has 0 entries"));
}

TEST_F(ModelsTest, JobsNameItAndOutliveIt) {
  ASSERT_TRUE(TryCreateModel(Described("gpt2")).ok());
  ASSERT_TRUE(TryCreateRecording("subject-1", "").ok());
  workshop_.Hold();
  const v1::CreateJobRequest request = Job("subject-1", "gpt2");
  const v1::Job job = Create(request);
  EXPECT_EQ(job.model(), "lab/gpt2");
  EXPECT_EQ(job.layers(), 2);
  ASSERT_TRUE(TryDeleteModel("gpt2").ok());
  EXPECT_EQ(Create(request).job_id(), job.job_id());
  workshop_.LetAllGo();
  EXPECT_EQ(Watch(job.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  // The numbers count, not the name: brought along it is the same job.
  v1::CreateJobRequest inlined = request;
  inlined.set_request_id("inlined");
  inlined.mutable_spec()->clear_model();
  const v1::CreateModelRequest model = Described("gpt2");
  for (const v1::ModelLayer& layer : model.layers()) {
    *inlined.mutable_spec()->add_layers() = layer.layer();
  }
  EXPECT_EQ(Create(inlined).reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
  inlined.mutable_spec()->set_model("gpt2");
  EXPECT_THAT(TryCreate(inlined).error_message(),
              HasSubstr("spec.model names a model together with"));
  EXPECT_EQ(ReasonOf(TryCreate(Job("subject-1", "another"))), "RESOURCE_NOT_FOUND");
}

TEST_F(ModelsTest, JobsAreListedByModelRecordingAndPerson) {
  ASSERT_TRUE(TryCreateModel(Described("gpt2")).ok());
  ASSERT_TRUE(TryCreateModel(Described("mamba", 1)).ok());
  ASSERT_TRUE(TryCreateRecording("subject-1", "").ok());
  ASSERT_TRUE(TryCreateRecording("subject-2", "").ok());
  const std::string first = Create(Job("subject-1", "gpt2")).job_id();
  const std::string second = Create(Job("subject-2", "mamba")).job_id();
  As(bob_);
  const std::string third = Create(Job("subject-1", "mamba")).job_id();
  const auto listed = [&](const std::string& person, const std::string& recording,
                          const std::string& model) {
    v1::ListJobsRequest request;
    request.set_person(person);
    request.set_recording(recording);
    request.set_model(model);
    return ListedJobs(request);
  };
  EXPECT_THAT(listed("", "", ""), ElementsAre(third, second, first));
  EXPECT_THAT(listed("ada", "", ""), ElementsAre(second, first));
  EXPECT_THAT(listed("", "subject-1", ""), ElementsAre(third, first));
  EXPECT_THAT(listed("", "lab/subject-1", "lab/gpt2"), ElementsAre(first));
  EXPECT_THAT(listed("bob", "subject-2", ""), IsEmpty());
  Context context;
  v1::ListJobsRequest bad;
  bad.set_recording("no name");
  v1::ListJobsResponse response;
  EXPECT_THAT(jobs_->ListJobs(&context, bad, &response).error_message(), HasSubstr("recording"));
}

}  // namespace
}  // namespace brainalign
