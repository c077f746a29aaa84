// Jobs that differ from a finished one in the names and depths of their layers alone: answered from
// its arrays, with what depends on the depths computed anew.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t kManyWordsOfJob = 120;
constexpr int kLayersOfJob = 4;

// The server with the real engine in it.
class RelabelledJobTest : public ServerTest {
 protected:
  RelabelledJobTest() { options_.memory_budget_bytes = std::int64_t{1} << 30; }
  void SetUp() override { StartWith(&Alignment::Create); }

  // Layers that follow one sensor each with a delay, so that their peaks differ.
  v1::CreateJobRequest Request(const std::string& id) {
    constexpr int kTimes = 6;
    constexpr int kSensors = 3;
    const std::string brain = Noise(kManyWordsOfJob * kSensors * kTimes, 1);
    v1::CreateJobRequest request;
    request.set_request_id(id);
    v1::AlignmentSpec& spec = *request.mutable_spec();
    *spec.mutable_brain()->mutable_epochs() =
        StoreBytes({kManyWordsOfJob, kSensors, kTimes}, brain);
    for (int time = 0; time < kTimes; ++time) spec.mutable_brain()->add_times_seconds(0.1 * time);
    for (int l = 0; l < kLayersOfJob; ++l) {
      std::string layer;
      for (std::int64_t word = 0; word < kManyWordsOfJob; ++word) {
        layer += brain.substr(static_cast<std::size_t>(4 * (word * kSensors * kTimes + l + 1)), 4);
      }
      v1::LayerInput& input = *spec.add_layers();
      *input.mutable_activations() = StoreBytes({kManyWordsOfJob, 1}, layer);
      input.set_relative_depth((l + 1.0) / kLayersOfJob);
      input.set_name(absl::StrCat("layer ", l));
    }
    return request;
  }

  static void Relabel(v1::CreateJobRequest& request, const std::string& prefix,
                      const std::vector<double>& depth) {
    for (int l = 0; l < kLayersOfJob; ++l) {
      v1::LayerInput& layer = *request.mutable_spec()->mutable_layers(l);
      layer.set_name(absl::StrCat(prefix, l));
      layer.set_relative_depth(depth[static_cast<std::size_t>(l)]);
    }
  }

  v1::AlignmentResult ResultOf(const v1::CreateJobRequest& request, v1::Job* job) {
    *job = Watch(Create(request).job_id()).back().job();
    EXPECT_EQ(job->state(), v1::JOB_STATE_SUCCEEDED) << job->message();
    v1::AlignmentResult result;
    const grpc::Status status = Result(job->job_id(), &result);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return result;
  }

  // What does not depend on when and how it was computed.
  static std::string Numbers(v1::AlignmentResult result) {
    result.clear_job_id();
    result.clear_from_cache();
    result.clear_compute_seconds();
    return result.SerializeAsString();
  }
};

TEST_F(RelabelledJobTest, IsAnsweredFromTheCacheWithItsOwnLabelsAndDepths) {
  v1::Job first_job;
  const v1::AlignmentResult first = ResultOf(Request("first"), &first_job);
  ASSERT_TRUE(first.has_temporal_score());
  for (const std::vector<double>& depth :
       {std::vector<double>{0.1, 0.9, 0.3, 0.2}, std::vector<double>{0.5, 0.5, 0.5, 0.5}}) {
    const bool is_flat = depth[0] == depth[1];
    v1::CreateJobRequest request = Request(absl::StrCat("again", depth[0]));
    Relabel(request, "h.", depth);
    v1::Job job;
    const v1::AlignmentResult told = ResultOf(request, &job);
    EXPECT_EQ(job.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
    EXPECT_EQ(job.cache_key(), first_job.cache_key());
    EXPECT_THAT(AxisOf(told, "layer").labels(), ElementsAre("h.0", "h.1", "h.2", "h.3"));
    EXPECT_THAT(AxisOf(told, "layer").values(), testing::ElementsAreArray(depth));
    EXPECT_EQ(Values(told, "score"), Values(first, "score"));
    const v1::StreamedArrays streamed = Watch(job.job_id()).front().streamed();
    EXPECT_EQ(AxisOf(streamed, "layer").SerializeAsString(),
              AxisOf(told, "layer").SerializeAsString());

    // The same without a cache.
    request.set_request_id(absl::StrCat("anew", depth[0]));
    request.set_skip_cache(true);
    v1::Job anew_job;
    const v1::AlignmentResult anew = ResultOf(request, &anew_job);
    EXPECT_EQ(anew_job.reason(), v1::JOB_REASON_UNSPECIFIED);
    EXPECT_EQ(Numbers(told), Numbers(anew));
    EXPECT_EQ(told.has_temporal_score(), !is_flat);
    EXPECT_NE(Numbers(told), Numbers(first));
    const std::vector<std::string> notes(told.notes().begin(), told.notes().end());
    const auto same_depth = Contains(HasSubstr("all layers have the same relative depth"));
    if (is_flat) {
      EXPECT_THAT(notes, same_depth);
    } else {
      EXPECT_THAT(notes, testing::Not(same_depth));
      EXPECT_NE(told.temporal_score(), first.temporal_score());
    }
  }
  // What the first was told stays, also after another server has begun.
  Restart();
  v1::AlignmentResult again;
  ASSERT_TRUE(Result(first_job.job_id(), &again).ok());
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
}

TEST_F(RelabelledJobTest, KeepsItsLabelsWhenTheFirstJobIsDeleted) {
  v1::Job first_job;
  ResultOf(Request("first"), &first_job);
  v1::CreateJobRequest request = Request("second");
  Relabel(request, "h.", {0.1, 0.9, 0.3, 0.2});
  v1::Job job;
  const v1::AlignmentResult told = ResultOf(request, &job);
  ASSERT_TRUE(TryDelete(first_job.job_id()).ok());
  Restart();
  v1::AlignmentResult again;
  ASSERT_TRUE(Result(job.job_id(), &again).ok());
  EXPECT_EQ(again.SerializeAsString(), told.SerializeAsString());
}

TEST_F(RelabelledJobTest, ThatFollowsARunningOneHasItsOwnLabels) {
  Stop();
  Start();  // the workshop, which waits
  workshop_.Hold();
  const v1::Job first = Create(MakeRequest(2));
  v1::CreateJobRequest request = MakeRequest(2);
  request.mutable_spec()->mutable_layers(0)->set_name("h.0");
  const v1::Job joined = Create(request);
  EXPECT_EQ(joined.reason(), v1::JOB_REASON_JOINED);
  workshop_.LetAllGo();
  for (const auto& [job_id, name] : {std::pair(first.job_id(), std::string("layer 0")),
                                     std::pair(joined.job_id(), std::string("h.0"))}) {
    EXPECT_EQ(AxisOf(Watch(job_id).front().streamed(), "layer").labels(0), name);
    v1::AlignmentResult result;
    ASSERT_TRUE(Result(job_id, &result).ok());
    EXPECT_EQ(AxisOf(result, "layer").labels(0), name);
  }
}

TEST_F(RelabelledJobTest, DepthThatIsNoneIsRefusedThoughTheArraysAreThere) {
  v1::Job job;
  ResultOf(Request("first"), &job);
  for (const double depth : {0.0, 1.5, -1.0}) {
    v1::CreateJobRequest request = Request(absl::StrCat("wrong", depth));
    request.mutable_spec()->mutable_layers(1)->set_relative_depth(depth);
    const grpc::Status status = TryCreate(request);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr("spec.layers[1].relative_depth"));
    EXPECT_THAT(status.error_message(), HasSubstr(absl::StrCat("relative depth is ", depth)));
  }
}

}  // namespace
}  // namespace brainalign
