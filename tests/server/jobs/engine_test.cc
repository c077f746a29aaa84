#include <functional>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/align/alignment.h"
#include "core/result/array.h"
#include "gmock/gmock.h"
#include "server/rows/digest.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::int64_t kEngineWords = 120;
constexpr std::int64_t kEngineSensors = 5;
constexpr std::int64_t kEngineTimes = 6;
constexpr std::int64_t kDims = 3;
constexpr int kEngineLayers = 4;

// The server with the real engine in it.
class EngineTest : public ServerTest {
 protected:
  EngineTest() { options_.memory_budget_bytes = std::int64_t{1} << 30; }

  void SetUp() override { StartWith(&Alignment::Create); }

  v1::CreateJobRequest Request(const std::string& brain, const std::string& layers) {
    v1::CreateJobRequest request;
    request.set_request_id("engine");
    v1::AlignmentSpec& spec = *request.mutable_spec();
    *spec.mutable_brain()->mutable_epochs() =
        StoreBytes({kEngineWords, kEngineSensors, kEngineTimes}, brain);
    for (int time = 0; time < kEngineTimes; ++time)
      spec.mutable_brain()->add_times_seconds(0.1 * time);
    std::vector<double> onsets;
    for (int word = 0; word < kEngineWords; ++word) onsets.push_back(word * 0.4);
    *spec.mutable_brain()->mutable_onsets_seconds() = StoreList(onsets);
    const v1::TensorRef ref = StoreBytes({kEngineLayers, kEngineWords, kDims}, layers);
    for (int slice = 0; slice < kEngineLayers; ++slice) {
      v1::LayerInput& layer = *spec.add_layers();
      *layer.mutable_activations() = ref;
      layer.set_slice(slice);
      layer.set_relative_depth((slice + 1.0) / kEngineLayers);
      layer.set_name(absl::StrCat("slice ", slice));
    }
    return request;
  }
};

TEST_F(EngineTest, AnswersWhatTheCoreAnswers) {
  const std::string brain = Noise(kEngineWords * kEngineSensors * kEngineTimes, 1);
  const std::string layers = Noise(kEngineLayers * kEngineWords * kDims, 2);
  v1::CreateJobRequest request = Request(brain, layers);
  request.mutable_spec()->mutable_options()->add_arrays("per_target");
  request.mutable_spec()->mutable_options()->set_time_generalisation(true);
  const v1::Job job = Create(request);
  const std::vector<v1::WatchJobResponse> events = Watch(job.job_id());
  EXPECT_EQ(events.back().job().state(), v1::JOB_STATE_SUCCEEDED);
  // What is told while the job runs makes the whole.
  std::vector<double> streamed;
  for (const v1::WatchJobResponse& event : events) {
    for (const v1::ArrayBox& box : event.tile().boxes()) {
      if (box.array() != "time_generalisation") continue;
      EXPECT_EQ(box.count(0), kEngineLayers);
      EXPECT_EQ(box.count(2), kEngineTimes);
      const auto values = FromBytes(box.data(), DType::kF64);
      ASSERT_TRUE(values.ok()) << values.status();
      streamed.insert(streamed.end(), values->begin(), values->end());
    }
  }
  v1::AlignmentResult result;
  ASSERT_TRUE(Result(job.job_id(), &result).ok());

  // The same, straight from the core.
  AlignmentInputs inputs;
  const auto tensor = [](std::vector<std::int64_t> shape, const std::string& bytes) {
    const auto* begin = static_cast<const std::byte*>(static_cast<const void*>(bytes.data()));
    return *Tensor::FromBytes({DType::kF32, std::move(shape)},
                              std::vector<std::byte>(begin, begin + bytes.size()));
  };
  inputs.brain.epochs = tensor({kEngineWords, kEngineSensors, kEngineTimes}, brain);
  for (int time = 0; time < kEngineTimes; ++time) inputs.brain.times_seconds.push_back(0.1 * time);
  for (int word = 0; word < kEngineWords; ++word) inputs.brain.onsets_seconds.push_back(word * 0.4);
  const Tensor stack = tensor({kEngineLayers, kEngineWords, kDims}, layers);
  for (int slice = 0; slice < kEngineLayers; ++slice) {
    inputs.layers.push_back(
        {*stack.Slice(slice), (slice + 1.0) / kEngineLayers, absl::StrCat("slice ", slice)});
  }
  AlignmentOptions options;
  options.arrays = {"per_target"};
  options.time_generalisation = true;
  auto alignment = Alignment::Create(inputs, options, nullptr);
  ASSERT_TRUE(alignment.ok()) << alignment.status();
  const CancelFlag cancel{false};
  const auto expected = RunAlignment(**alignment, 1, cancel, nullptr);
  ASSERT_TRUE(expected.ok()) << expected.status();
  EXPECT_EQ(Values(result, "score"), expected->score);
  EXPECT_EQ(Values(result, "score_per_fold"), expected->score_per_fold);
  EXPECT_EQ(Values(result, "score_per_target"), expected->score_per_target);
  EXPECT_EQ(expected->score_per_target.size(),
            static_cast<std::size_t>(kEngineLayers * kEngineTimes * kDims));
  EXPECT_THAT(result.options().arrays(), testing::ElementsAre("per_target"));
  EXPECT_EQ(Values(result, "time_generalisation"), expected->time_generalisation);
  EXPECT_EQ(expected->time_generalisation.size(),
            static_cast<std::size_t>(kEngineLayers * kEngineTimes * kEngineTimes));
  EXPECT_EQ(streamed, expected->time_generalisation);
  EXPECT_TRUE(result.options().time_generalisation());
  EXPECT_EQ(static_cast<int>(Values(result, "fold_sizes").size()), 5);
  EXPECT_EQ(result.words_used(), kEngineWords);
}

TEST_F(EngineTest, TimeGeneralisationBeginsWithTheTilesOfTheMatrixAndNullsWithThoseOfBoth) {
  const std::string brain = Noise(kEngineWords * kEngineSensors * kEngineTimes, 1);
  const std::string layers = Noise(kEngineLayers * kEngineWords * kDims, 2);
  v1::CreateJobRequest request = Request(brain, layers);
  request.set_request_id("matrix");
  const v1::Job matrix = Watch(Create(request).job_id()).back().job();
  ASSERT_EQ(matrix.state(), v1::JOB_STATE_SUCCEEDED);
  request.set_request_id("generalisation");
  request.mutable_spec()->mutable_options()->set_time_generalisation(true);
  const v1::Job generalising = Create(request);
  EXPECT_NE(generalising.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
  EXPECT_GT(generalising.tiles_total(), matrix.tiles_total());
  // It may have gone on before it was answered.
  EXPECT_GE(generalising.tiles_done(), matrix.tiles_total());
  ASSERT_EQ(Watch(generalising.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  v1::AlignmentResult first;
  ASSERT_TRUE(Result(generalising.job_id(), &first).ok());

  request.set_request_id("nulls");
  request.mutable_spec()->mutable_options()->set_nulls(3);
  const v1::Job both = Create(request);
  EXPECT_GE(both.tiles_done(), generalising.tiles_total());
  ASSERT_EQ(Watch(both.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  v1::AlignmentResult second;
  ASSERT_TRUE(Result(both.job_id(), &second).ok());
  EXPECT_EQ(Values(second, "time_generalisation"), Values(first, "time_generalisation"));

  // The matrix alone is answered from its own job, without what it did not ask for.
  request.set_request_id("again");
  request.mutable_spec()->mutable_options()->set_nulls(0);
  request.mutable_spec()->mutable_options()->set_time_generalisation(false);
  const v1::Job again = Create(request);
  EXPECT_EQ(again.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
  v1::AlignmentResult third;
  ASSERT_TRUE(Result(again.job_id(), &third).ok());
  EXPECT_EQ(FindArray(third, "time_generalisation"), nullptr);
}

TEST_F(EngineTest, SecondModelReusesWhatIsKeptOfTheRecording) {
  const std::string brain = Noise(kEngineWords * kEngineSensors * kEngineTimes, 1);
  const auto cache_after = [&](const std::string& layers, const std::string& id,
                               std::vector<double>& score) {
    v1::CreateJobRequest request = Request(brain, layers);
    request.set_request_id(id);
    const v1::Job job = Create(request);
    EXPECT_EQ(Watch(job.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
    v1::AlignmentResult result;
    EXPECT_TRUE(Result(job.job_id(), &result).ok());
    score = Values(result, "score_per_fold");
    Context context;
    v1::GetServerInfoResponse info;
    EXPECT_TRUE(info_->GetServerInfo(&context, {}, &info).ok());
    return info.brain_cache();
  };
  const std::string second_layers = Noise(kEngineLayers * kEngineWords * kDims, 3);
  std::vector<double> score;
  v1::BrainCacheStatus kept =
      cache_after(Noise(kEngineLayers * kEngineWords * kDims, 2), "first", score);
  EXPECT_EQ(kept.limit_bytes(), std::int64_t{1} << 28);  // a quarter of the jobs' memory
  EXPECT_EQ(kept.times_found(), 0);
  EXPECT_EQ(kept.times_missed(), kEngineTimes);
  EXPECT_GT(kept.held_bytes(), 0);
  kept = cache_after(second_layers, "second", score);
  EXPECT_EQ(kept.times_found(), kEngineTimes);
  EXPECT_EQ(kept.times_missed(), kEngineTimes);

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
  std::string brain = Noise(kEngineWords * kEngineSensors * kEngineTimes, 1);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  // Word 7, sensor 2, time 3.
  brain.replace(((7 * kEngineSensors + 2) * kEngineTimes + 3) * sizeof(float), sizeof(float),
                static_cast<const char*>(static_cast<const void*>(&nan)), sizeof(float));
  const grpc::Status status =
      TryCreate(Request(brain, Noise(kEngineLayers * kEngineWords * kDims, 2)));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("spec.brain.epochs"));
  EXPECT_THAT(status.error_message(), HasSubstr("7"));
}

// What the words have a number each of is read from tensors, and checked like all else.
TEST_F(EngineTest, ListsOfWordsAreCheckedBeforeAnythingIsQueued) {
  const v1::CreateJobRequest good = Request(Noise(kEngineWords * kEngineSensors * kEngineTimes, 1),
                                            Noise(kEngineLayers * kEngineWords * kDims, 2));
  const auto refusal = [&](const std::function<void(v1::BrainInput&)>& spoil) {
    v1::CreateJobRequest request = good;
    spoil(*request.mutable_spec()->mutable_brain());
    const grpc::Status status = TryCreate(request);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    return status.error_message();
  };
  std::vector<double> onsets(kEngineWords, 1.5);
  onsets[7] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(
      refusal([&](v1::BrainInput& brain) { *brain.mutable_onsets_seconds() = StoreList(onsets); }),
      AllOf(HasSubstr("spec.brain.onsets_seconds"), HasSubstr("7")));
  onsets.resize(kEngineWords - 1, 1.5);
  EXPECT_THAT(
      refusal([&](v1::BrainInput& brain) { *brain.mutable_onsets_seconds() = StoreList(onsets); }),
      HasSubstr("spec.brain.onsets_seconds"));
  const std::vector<std::int64_t> few(5, 1);
  EXPECT_THAT(refusal([&](v1::BrainInput& brain) { *brain.mutable_groups() = StoreList(few); }),
              HasSubstr("spec.brain.groups"));
  EXPECT_THAT(refusal([&](v1::BrainInput& brain) { *brain.mutable_sessions() = StoreList(few); }),
              HasSubstr("spec.brain.sessions"));
  EXPECT_THAT(refusal([&](v1::BrainInput& brain) { *brain.mutable_groups() = StoreList(onsets); }),
              HasSubstr("spec.brain.groups.spec.data_type is f64; it must be i64"));
  EXPECT_THAT(refusal([&](v1::BrainInput& brain) { *brain.mutable_sessions() = brain.epochs(); }),
              AllOf(HasSubstr("spec.brain.sessions.spec.shape"), HasSubstr("it must be (words)")));
  EXPECT_THAT(
      refusal([&](v1::BrainInput& brain) { *brain.mutable_session_starts() = StoreList(onsets); }),
      HasSubstr("spec.brain.session_starts.spec.data_type is f64; it must be i64"));
  EXPECT_THAT(
      refusal([&](v1::BrainInput& brain) { *brain.mutable_session_starts() = brain.epochs(); }),
      AllOf(HasSubstr("spec.brain.session_starts.spec.shape"), HasSubstr("(sessions)")));
  EXPECT_THAT(
      refusal([&](v1::BrainInput& brain) { *brain.mutable_session_starts() = StoreList(few); }),
      HasSubstr("spec.brain.session_starts is given with epochs"));
  v1::CreateJobRequest request = good;
  request.mutable_spec()->mutable_brain()->mutable_groups()->CopyFrom(
      request.spec().brain().onsets_seconds());
  request.mutable_spec()->mutable_brain()->mutable_groups()->set_digest(std::string(64, '7'));
  request.mutable_spec()->mutable_brain()->mutable_groups()->mutable_spec()->set_data_type(
      v1::DATA_TYPE_I64);
  const grpc::Status missing = TryCreate(request);
  EXPECT_EQ(ReasonOf(missing), "TENSOR_MISSING");
  EXPECT_THAT(missing.error_details(), HasSubstr("spec.brain.groups"));
}

TEST_F(EngineTest, GroupsOfTheWordsMakeTheFolds) {
  v1::CreateJobRequest request = Request(Noise(kEngineWords * kEngineSensors * kEngineTimes, 1),
                                         Noise(kEngineLayers * kEngineWords * kDims, 2));
  constexpr std::int64_t kFar = std::int64_t{1} << 62;  // beyond what a double tells apart
  std::vector<std::int64_t> groups;
  for (int word = 0; word < kEngineWords; ++word) groups.push_back(kFar + (word < 20 ? 0 : 1));
  *request.mutable_spec()->mutable_brain()->mutable_groups() = StoreList(groups);
  request.mutable_spec()->mutable_options()->set_folds(2);
  const v1::Job job = Create(request);
  EXPECT_EQ(Watch(job.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  v1::AlignmentResult result;
  ASSERT_TRUE(Result(job.job_id(), &result).ok());
  EXPECT_THAT(Values(result, "fold_sizes"), testing::UnorderedElementsAre(20, kEngineWords - 20));
}

// Tiles that the job had when it was queued: their events come before the one of its start.
int TilesFromTheStart(const std::vector<v1::WatchJobResponse>& events) {
  int tiles = 0;
  for (const v1::WatchJobResponse& event : events) {
    if (event.has_job() && event.job().state() == v1::JOB_STATE_RUNNING) break;
    if (event.has_tile()) ++tiles;
  }
  return tiles;
}

// A job for nulls or draws has the tiles of an earlier one with the same matrix, and the same
// numbers as one that computes everything.
TEST_F(EngineTest, MoreNullsTakeOverTilesOfFewer) {
  v1::CreateJobRequest request = Request(Noise(kEngineWords * kEngineSensors * kEngineTimes, 1),
                                         Noise(kEngineLayers * kEngineWords * kDims, 2));
  v1::AlignmentOptions& options = *request.mutable_spec()->mutable_options();
  options.set_pca(2);  // of each fold; nulls have components of all words
  int requests = 0;
  const auto run = [&](v1::AlignmentResult& result) {
    request.set_request_id(absl::StrCat("request ", ++requests));
    const std::vector<v1::WatchJobResponse> events = Watch(Create(request).job_id());
    EXPECT_EQ(events.back().job().state(), v1::JOB_STATE_SUCCEEDED);
    EXPECT_TRUE(Result(events.back().job().job_id(), &result).ok());
    return events;
  };
  // Runs the request twice, and returns how many tiles the first one took over.
  const auto taken_over = [&] {
    v1::AlignmentResult shared;
    v1::AlignmentResult anew;
    const std::vector<v1::WatchJobResponse> events = run(shared);
    request.set_skip_cache(true);
    EXPECT_EQ(TilesFromTheStart(run(anew)), 0);
    request.set_skip_cache(false);
    EXPECT_GT(anew.arrays_size(), 0);
    for (const v1::ResultArray& array : anew.arrays()) {
      const v1::ResultArray* const same = FindArray(shared, array.name());
      EXPECT_TRUE(same != nullptr && same->data() == array.data()) << array.name();
    }
    return TilesFromTheStart(events);
  };
  EXPECT_EQ(taken_over(), 0);
  options.set_nulls(99);
  const int of_scores = taken_over();
  EXPECT_GT(of_scores, 0);
  options.set_nulls(199);  // of which the one session has 117
  EXPECT_EQ(taken_over(), 2 * of_scores);
  options.set_nulls(104);  // the first tile of nulls alone has the same end
  EXPECT_EQ(taken_over(), 2 * of_scores);
  options.set_seed(1);
  EXPECT_EQ(taken_over(), of_scores);
  options.set_pca(3);
  EXPECT_EQ(taken_over(), 0);
  options.set_nulls(0);
  options.set_draws(100);
  EXPECT_EQ(taken_over(), of_scores);
  options.set_block_words(7);
  EXPECT_EQ(taken_over(), of_scores);
}

// The same of a metric without a regression, whose nulls are computed as a whole.
TEST_F(EngineTest, MoreNullsOfTwoMatricesTakeOverTilesOfFewer) {
  v1::CreateJobRequest request = Request(Noise(kEngineWords * kEngineSensors * kEngineTimes, 1),
                                         Noise(kEngineLayers * kEngineWords * kDims, 2));
  v1::AlignmentOptions& options = *request.mutable_spec()->mutable_options();
  options.set_metric(v1::METRIC_RSA);
  options.set_nulls(99);
  const std::vector<v1::WatchJobResponse> few = Watch(Create(request).job_id());
  EXPECT_EQ(few.back().job().state(), v1::JOB_STATE_SUCCEEDED) << few.back().job().message();
  EXPECT_EQ(TilesFromTheStart(few), 0);
  options.set_nulls(117);
  request.set_request_id("more");
  const std::vector<v1::WatchJobResponse> more = Watch(Create(request).job_id());
  EXPECT_EQ(more.back().job().state(), v1::JOB_STATE_SUCCEEDED) << more.back().job().message();
  // Tiles of scores, and of the first 99 nulls; those of the others are computed.
  const int tiles = few.back().job().tiles_total();
  EXPECT_EQ(TilesFromTheStart(more), tiles);
  EXPECT_EQ(more.back().job().tiles_total(), tiles + tiles / 2);
}

TEST_F(EngineTest, SwapsAndShiftsShareNothing) {
  v1::CreateJobRequest request = Request(Noise(kEngineWords * kEngineSensors * kEngineTimes, 1),
                                         Noise(kEngineLayers * kEngineWords * kDims, 2));
  std::vector<std::int64_t> groups;
  for (int word = 0; word < kEngineWords; ++word) groups.push_back(word / 20);
  *request.mutable_spec()->mutable_brain()->mutable_groups() = StoreList(groups);
  v1::AlignmentOptions& options = *request.mutable_spec()->mutable_options();
  const auto run = [&](int nulls, v1::NullBy by) {
    options.set_nulls(nulls);
    options.set_null_by(by);
    request.set_request_id(absl::StrCat(nulls, " by ", static_cast<int>(by)));
    return Watch(Create(request).job_id());
  };
  const std::vector<v1::WatchJobResponse> shifts = run(99, v1::NULL_BY_SHIFT);
  EXPECT_EQ(TilesFromTheStart(run(99, v1::NULL_BY_SWAP)), 0);
  const std::vector<v1::WatchJobResponse> swaps = run(199, v1::NULL_BY_SWAP);
  EXPECT_EQ(TilesFromTheStart(swaps), shifts.back().job().tiles_total());
  v1::AlignmentResult result;
  const std::string id = swaps.back().job().job_id();
  ASSERT_TRUE(Result(id, &result).ok());
  EXPECT_EQ(result.options().null_by(), v1::NULL_BY_SWAP);
  const auto told = Uncertainty(id, grpc::StatusCode::OK);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told.back().array().name(), "t_half");  // no p values of cells
  const v1::NoRelation& null = told.front().uncertainty().no_relation();
  EXPECT_EQ(null.null_by(), v1::NULL_BY_SWAP);
  EXPECT_EQ(null.nulls(), 199);
  EXPECT_GE(null.p_max(), 1.0 / 200);
  EXPECT_FALSE(null.has_p_mean_of_maxima() || null.has_cluster_p_max());
}

TEST_F(EngineTest, TilesOfADeletedJobAreComputed) {
  v1::CreateJobRequest request = Request(Noise(kEngineWords * kEngineSensors * kEngineTimes, 1),
                                         Noise(kEngineLayers * kEngineWords * kDims, 2));
  request.mutable_spec()->mutable_options()->set_nulls(99);
  const std::string first = Create(request).job_id();
  Watch(first);
  EXPECT_TRUE(TryDelete(first).ok());
  request.mutable_spec()->mutable_options()->set_nulls(199);
  request.set_request_id("second");
  const std::vector<v1::WatchJobResponse> events = Watch(Create(request).job_id());
  EXPECT_EQ(events.back().job().state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(TilesFromTheStart(events), 0);
}

}  // namespace
}  // namespace brainalign
