// The specification of a job, read back.
#include "gmock/gmock.h"
#include "tests/server/resources/resources_test.h"

namespace brainalign {
namespace {

class JobSpecificationTest : public ResourcesTest {
 protected:
  v1::AlignmentSpec Read(const std::string& job_id) {
    Context context;
    v1::GetJobSpecificationRequest request;
    request.set_job_id(job_id);
    v1::GetJobSpecificationResponse response;
    const grpc::Status status = jobs_->GetJobSpecification(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.spec();
  }

  v1::Job Again(const v1::AlignmentSpec& spec) {
    v1::CreateJobRequest request;
    request.set_request_id(absl::StrCat("again ", ++again_));
    *request.mutable_spec() = spec;
    return Create(request);
  }

  int again_ = 0;
};

TEST_F(JobSpecificationTest, OfAJobWithNearlyEverythingUnsetIsWholeAndMakesTheSameJob) {
  const v1::Job job = Create(MakeRequest(2));
  Watch(job.job_id());
  const v1::AlignmentSpec spec = Read(job.job_id());
  EXPECT_EQ(spec.brain().epochs().digest().size(), 64U);
  ASSERT_EQ(spec.layers_size(), 2);
  EXPECT_EQ(spec.layers(1).activations().digest().size(), 64U);
  EXPECT_EQ(spec.layers(1).relative_depth(), 1);
  // docs/method.md has the defaults of strict.
  const v1::AlignmentOptions& options = spec.options();
  EXPECT_EQ(options.preset(), v1::PRESET_STRICT);
  EXPECT_EQ(options.direction(), v1::DIRECTION_BRAIN_TO_MODEL);
  EXPECT_EQ(options.metric(), v1::METRIC_PEARSON);
  EXPECT_EQ(options.folds(), 5);
  EXPECT_EQ(options.fold_by(), v1::FOLD_BY_CONTIGUOUS);
  ASSERT_TRUE(options.has_purge_seconds());
  EXPECT_NEAR(options.purge_seconds(), 0.3, 1e-12);  // the last time less the first
  ASSERT_EQ(options.alphas_size(), 13);
  EXPECT_EQ(options.alphas(0), 1e-4);
  EXPECT_EQ(options.alphas(12), 1e8);
  EXPECT_EQ(options.selection(), v1::SELECTION_BLOCKED);
  EXPECT_EQ(options.inner_folds(), 5);
  EXPECT_EQ(options.zscore_words(), v1::FIT_WORDS_TRAINING);
  EXPECT_EQ(options.pca_words(), v1::FIT_WORDS_TRAINING);
  EXPECT_EQ(options.window_bounds_seconds_size(), 3);
  EXPECT_EQ(options.precision(), v1::PRECISION_EXACT);

  const v1::Job again = Again(spec);
  EXPECT_EQ(again.cache_key(), job.cache_key());
  EXPECT_EQ(again.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
  EXPECT_EQ(Read(again.job_id()).SerializeAsString(), spec.SerializeAsString());
}

TEST_F(JobSpecificationTest, EveryPresetDirectionAndMetricMakesTheSameKey) {
  for (const v1::Preset preset : {v1::PRESET_PAPER, v1::PRESET_STRICT}) {
    for (const v1::Direction direction :
         {v1::DIRECTION_BRAIN_TO_MODEL, v1::DIRECTION_MODEL_TO_BRAIN}) {
      for (const v1::Metric metric : {v1::METRIC_PEARSON, v1::METRIC_COSINE, v1::METRIC_R2}) {
        v1::CreateJobRequest request = MakeRequest(1);
        request.mutable_spec()->mutable_options()->set_preset(preset);
        request.mutable_spec()->mutable_options()->set_direction(direction);
        request.mutable_spec()->mutable_options()->set_metric(metric);
        const v1::Job job = Create(request);
        EXPECT_EQ(Again(Read(job.job_id())).cache_key(), job.cache_key())
            << preset << " " << direction << " " << metric;
      }
    }
  }
}

TEST_F(JobSpecificationTest, OfAMetricOfTwoMatricesMakesTheSameJob) {
  for (const v1::Metric metric :
       {v1::METRIC_CCA, v1::METRIC_CKA, v1::METRIC_CKA_DEBIASED, v1::METRIC_RSA}) {
    v1::CreateJobRequest request = MakeRequest(1);
    request.mutable_spec()->mutable_options()->set_metric(metric);
    const v1::Job job = Create(request);
    Watch(job.job_id());
    const v1::AlignmentSpec spec = Read(job.job_id());
    EXPECT_EQ(spec.options().selection(), v1::SELECTION_UNSPECIFIED);
    const v1::Job again = Again(spec);
    EXPECT_EQ(again.cache_key(), job.cache_key()) << metric;
    EXPECT_EQ(again.reason(), v1::JOB_REASON_SERVED_FROM_CACHE) << metric;
  }
}

TEST_F(JobSpecificationTest, LayersHaveTheNamesOfTheJobAndNotOfTheOneThatWasComputed) {
  v1::CreateJobRequest request = MakeRequest(1);
  Watch(Create(request).job_id());
  request.set_request_id("renamed");
  request.mutable_spec()->mutable_layers(0)->set_name("another name");
  request.mutable_spec()->mutable_layers(0)->set_relative_depth(0.5);
  const v1::Job renamed = Create(request);
  EXPECT_EQ(renamed.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
  const v1::AlignmentSpec spec = Read(renamed.job_id());
  EXPECT_EQ(spec.layers(0).name(), "another name");
  EXPECT_EQ(spec.layers(0).relative_depth(), 0.5);
}

TEST_F(JobSpecificationTest, NamesAreReadBackAsWhatTheyStoodFor) {
  ASSERT_TRUE(TryCreateModel(Described("gpt2")).ok());
  ASSERT_TRUE(TryCreateRecording("subject-1", "").ok());
  const v1::Job job = Create(Job("subject-1", "gpt2"));
  Watch(job.job_id());
  const v1::AlignmentSpec spec = Read(job.job_id());
  EXPECT_EQ(spec.model(), "");
  EXPECT_EQ(spec.brain().recording(), "");
  EXPECT_EQ(spec.brain().epochs().digest(), BrainDigest());
  EXPECT_EQ(spec.layers(1).name(), "h.1");
  EXPECT_EQ(Again(spec).reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
  // The result carries the same.
  Context context;
  v1::GetJobResultRequest request;
  request.set_job_id(job.job_id());
  v1::GetJobResultResponse response;
  ASSERT_TRUE(jobs_->GetJobResult(&context, request, &response).ok());
  EXPECT_EQ(response.spec().SerializeAsString(), spec.SerializeAsString());
}

TEST_F(JobSpecificationTest, OfASealedRecordingItIsTheNameAlone) {
  As(head_);
  ASSERT_TRUE(TrySeal({}).ok());
  As(other_);
  v1::CreateJobRequest request = MakeSubmission(2);
  request.mutable_spec()->mutable_options()->set_folds(2);
  const v1::Job job = Create(request);
  const v1::AlignmentSpec spec = Read(job.job_id());
  EXPECT_EQ(spec.brain().recording(), "lab/subject-1");
  EXPECT_FALSE(spec.brain().has_epochs());
  EXPECT_EQ(spec.brain().times_seconds_size(), 0);
  EXPECT_EQ(spec.layers_size(), 2);
  EXPECT_EQ(spec.options().folds(), 2);
  EXPECT_EQ(spec.SerializeAsString().find(BrainDigest()), std::string::npos);
  Context context;
  v1::GetJobSpecificationRequest unknown;
  unknown.set_job_id("none");
  v1::GetJobSpecificationResponse response;
  EXPECT_EQ(jobs_->GetJobSpecification(&context, unknown, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace brainalign
