#include "absl/strings/str_cat.h"
#include "core/align/alignment.h"
#include "gmock/gmock.h"
#include "server/record/digest.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kWords = 120;
constexpr std::int64_t kSensors = 5;
constexpr std::int64_t kTimes = 6;
constexpr std::int64_t kDims = 3;
constexpr int kLayers = 4;

// The server with the real engine in it.
class EngineTest : public ServerTest {
 protected:
  EngineTest() { options_.memory_budget_bytes = std::int64_t{1} << 30; }

  void SetUp() override { StartWith(&Alignment::Create); }

  v1::CreateJobRequest Request(const std::string& brain, const std::string& layers) {
    v1::CreateJobRequest request;
    request.set_request_id("engine");
    v1::AlignmentSpec& spec = *request.mutable_spec();
    *spec.mutable_brain()->mutable_epochs() = StoreBytes({kWords, kSensors, kTimes}, brain);
    for (int time = 0; time < kTimes; ++time) spec.mutable_brain()->add_times_seconds(0.1 * time);
    for (int word = 0; word < kWords; ++word) {
      spec.mutable_brain()->add_onsets_seconds(word * 0.4);
    }
    const v1::TensorRef ref = StoreBytes({kLayers, kWords, kDims}, layers);
    for (int slice = 0; slice < kLayers; ++slice) {
      v1::LayerInput& layer = *spec.add_layers();
      *layer.mutable_activations() = ref;
      layer.set_slice(slice);
      layer.set_relative_depth((slice + 1.0) / kLayers);
      layer.set_name(absl::StrCat("slice ", slice));
    }
    return request;
  }
};

TEST_F(EngineTest, AnswersWhatTheCoreAnswers) {
  const std::string brain = Noise(kWords * kSensors * kTimes, 1);
  const std::string layers = Noise(kLayers * kWords * kDims, 2);
  const v1::Job job = Create(Request(brain, layers));
  EXPECT_EQ(Watch(job.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  v1::AlignmentResult result;
  ASSERT_TRUE(Result(job.job_id(), &result).ok());

  // The same, straight from the core.
  AlignmentInputs inputs;
  const auto tensor = [](std::vector<std::int64_t> shape, const std::string& bytes) {
    const auto* begin = static_cast<const std::byte*>(static_cast<const void*>(bytes.data()));
    return *Tensor::FromBytes({DType::kF32, std::move(shape)},
                              std::vector<std::byte>(begin, begin + bytes.size()));
  };
  inputs.brain.epochs = tensor({kWords, kSensors, kTimes}, brain);
  for (int time = 0; time < kTimes; ++time) inputs.brain.times_seconds.push_back(0.1 * time);
  for (int word = 0; word < kWords; ++word) inputs.brain.onsets_seconds.push_back(word * 0.4);
  const Tensor stack = tensor({kLayers, kWords, kDims}, layers);
  for (int slice = 0; slice < kLayers; ++slice) {
    inputs.layers.push_back(
        {*stack.Slice(slice), (slice + 1.0) / kLayers, absl::StrCat("slice ", slice)});
  }
  auto alignment = Alignment::Create(inputs, {}, nullptr);
  ASSERT_TRUE(alignment.ok()) << alignment.status();
  const CancelFlag cancel{false};
  const auto expected = RunAlignment(**alignment, 1, cancel, nullptr);
  ASSERT_TRUE(expected.ok()) << expected.status();
  EXPECT_EQ(std::vector<double>(result.score().begin(), result.score().end()), expected->score);
  EXPECT_EQ(std::vector<double>(result.score_per_fold().begin(), result.score_per_fold().end()),
            expected->score_per_fold);
  EXPECT_EQ(result.fold_sizes_size(), 5);
  EXPECT_EQ(result.words_used(), kWords);
}

TEST_F(EngineTest, SecondModelReusesWhatIsKeptOfTheRecording) {
  const std::string brain = Noise(kWords * kSensors * kTimes, 1);
  const auto cache_after = [&](const std::string& layers, const std::string& id,
                               std::vector<double>& score) {
    v1::CreateJobRequest request = Request(brain, layers);
    request.set_request_id(id);
    const v1::Job job = Create(request);
    EXPECT_EQ(Watch(job.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
    v1::AlignmentResult result;
    EXPECT_TRUE(Result(job.job_id(), &result).ok());
    score.assign(result.score_per_fold().begin(), result.score_per_fold().end());
    Context context;
    v1::GetServerInfoResponse info;
    EXPECT_TRUE(info_->GetServerInfo(&context, {}, &info).ok());
    return info.brain_cache();
  };
  const std::string second_layers = Noise(kLayers * kWords * kDims, 3);
  std::vector<double> score;
  v1::BrainCacheStatus kept = cache_after(Noise(kLayers * kWords * kDims, 2), "first", score);
  EXPECT_EQ(kept.limit_bytes(), std::int64_t{1} << 28);  // a quarter of the jobs' memory
  EXPECT_EQ(kept.times_found(), 0);
  EXPECT_EQ(kept.times_missed(), kTimes);
  EXPECT_GT(kept.held_bytes(), 0);
  kept = cache_after(second_layers, "second", score);
  EXPECT_EQ(kept.times_found(), kTimes);
  EXPECT_EQ(kept.times_missed(), kTimes);

  // A server that keeps nothing has the same answer.
  Stop();
  options_.data_folder += "-without";
  options_.brain_cache_bytes = 0;
  StartWith(&Alignment::Create);
  std::vector<double> without;
  kept = cache_after(second_layers, "second", without);
  EXPECT_EQ(kept.limit_bytes(), 0);
  EXPECT_EQ(kept.times_missed(), 0);
  EXPECT_EQ(score, without);
}

TEST_F(EngineTest, NotANumberIsRefusedWithItsPlace) {
  std::string brain = Noise(kWords * kSensors * kTimes, 1);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  // Word 7, sensor 2, time 3.
  brain.replace(((7 * kSensors + 2) * kTimes + 3) * sizeof(float), sizeof(float),
                static_cast<const char*>(static_cast<const void*>(&nan)), sizeof(float));
  const grpc::Status status = TryCreate(Request(brain, Noise(kLayers * kWords * kDims, 2)));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("spec.brain.epochs"));
  EXPECT_THAT(status.error_message(), HasSubstr("7"));
}

}  // namespace
}  // namespace brainalign
