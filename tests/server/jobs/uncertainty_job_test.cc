// Jobs with nulls and draws: their arrays are stored and told, and draws are their own.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/result/array.h"
#include "gmock/gmock.h"
#include "server/rows/convert_uncertainty.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class UncertaintyJobTest : public ServerTest {
 protected:
  void SetUp() override { Start(); }

  v1::CreateJobRequest Request(int nulls, int draws, std::uint64_t seed = 0) {
    v1::CreateJobRequest request = MakeRequest(2);
    v1::AlignmentOptions& options = *request.mutable_spec()->mutable_options();
    options.set_nulls(nulls);
    options.set_draws(draws);
    options.set_seed(seed);
    return request;
  }

  v1::AlignmentOptions ReadOptions(const v1::Job& job) {
    v1::GetJobSpecificationRequest request;
    request.set_job_id(job.job_id());
    v1::GetJobSpecificationResponse response;
    Context context;
    const grpc::Status status = jobs_->GetJobSpecification(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.spec().options();
  }

  v1::AlignmentResult ResultOf(const v1::CreateJobRequest& request, v1::Job* job) {
    *job = Watch(Create(request).job_id()).back().job();
    EXPECT_EQ(job->state(), v1::JOB_STATE_SUCCEEDED) << job->message();
    v1::AlignmentResult result;
    const grpc::Status status = Result(job->job_id(), &result);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return result;
  }
};

TEST_F(UncertaintyJobTest, NullsAndInfluenceAreTilesAndArrays) {
  const v1::Job job = Create(Request(3, 100));
  EXPECT_EQ(job.nulls(), 3);
  EXPECT_EQ(job.blocks(), 2);
  EXPECT_EQ(job.tiles_total(), 4);
  const std::vector<v1::WatchJobResponse> events = Watch(job.job_id());
  std::vector<std::string> streamed;
  std::vector<std::int64_t> shape_of_nulls;
  std::vector<std::string> boxes;
  for (const v1::WatchJobResponse& event : events) {
    for (const v1::ResultArray& array : event.streamed().arrays()) {
      streamed.push_back(array.name());
      if (array.name() == "null_scores") {
        shape_of_nulls.assign(array.shape().begin(), array.shape().end());
      }
    }
    for (const v1::ArrayBox& box : event.tile().boxes()) boxes.push_back(box.array());
  }
  EXPECT_THAT(streamed, Contains("influence_refit"));
  EXPECT_THAT(streamed, Contains("influence_alphas"));
  EXPECT_THAT(shape_of_nulls, ElementsAre(3, 2, 4));
  EXPECT_THAT(boxes, Contains("null_scores"));
  EXPECT_THAT(boxes, Contains("influence_held_out"));

  v1::AlignmentResult result;
  ASSERT_TRUE(Result(job.job_id(), &result).ok());
  std::vector<double> nulls;
  for (int i = 0; i < 3 * 2 * 4; ++i) nulls.push_back(i / 3.0);
  EXPECT_EQ(Values(result, "null_scores"), nulls);
  EXPECT_THAT(Values(result, "influence_refit"), Each(0.5));
  EXPECT_EQ(Values(result, "influence_alphas"), std::vector<double>(5 * 2 * 4, 0.125));
  EXPECT_THAT(Values(result, "words_of_block"), ElementsAre(10, 10));
  EXPECT_EQ(result.uncertainty().nulls(), 3);
  // All of it survives its server.
  Restart();
  v1::AlignmentResult again;
  ASSERT_TRUE(Result(job.job_id(), &again).ok());
  EXPECT_EQ(again.SerializeAsString(), result.SerializeAsString());
}

TEST_F(UncertaintyJobTest, ServerComputesPValuesAndIntervals) {
  const std::vector<v1::ReadUncertaintyResponse> responses = [&] {
    v1::Job job;
    ResultOf(Request(3, 100, 7), &job);
    return Uncertainty(job.job_id(), grpc::StatusCode::OK);
  }();
  ASSERT_FALSE(responses.empty());
  const v1::Uncertainty& told = responses.front().uncertainty();
  EXPECT_EQ(told.draws(), 100);
  EXPECT_EQ(told.seed(), 7U);
  EXPECT_EQ(told.no_relation().nulls(), 3);
  EXPECT_EQ(told.blocks().count(), 2);
  EXPECT_TRUE(told.blocks().too_few_for_intervals());
  EXPECT_FALSE(told.intervals().has_slope_interval());
  ASSERT_GT(told.cautions_size(), 0);
  EXPECT_FALSE(told.cautions(0).text().empty());
  // The workshop's scores of layer l and time t are 10 l + t, and those of nulls count up from 0 in
  // steps of a third: the largest of the three nulls are 7/3, 15/3 and 23/3.
  EXPECT_DOUBLE_EQ(told.no_relation().p_max(), 0.25);
  const std::vector<double> familywise = [&] {
    for (const v1::ReadUncertaintyResponse& one : responses) {
      if (one.array().name() != "p_familywise") continue;
      EXPECT_THAT(one.array().shape(), ElementsAre(2, 4));
      return *FromBytes(one.array().data(), DType::kF64);
    }
    return std::vector<double>();
  }();
  EXPECT_THAT(familywise, ElementsAre(1, 1, 1, 0.75, 0.25, 0.25, 0.25, 0.25));
}

TEST_F(UncertaintyJobTest, LargeArraysArriveInParts) {
  AlignmentResult result;
  const std::size_t cells = std::size_t{256} * 2100;
  result.depth.assign(256, 0.5);
  result.layer_names.assign(256, "layer");
  result.times_seconds.assign(2100, 0.25);
  result.uncertainty.emplace();
  for (std::size_t i = 0; i < cells; ++i) {
    result.uncertainty->se_refit.push_back(static_cast<double>(i));
  }
  result.uncertainty->se_fixed_maps.assign(4, 0.5);
  std::string bytes;
  std::vector<std::string> names;
  for (const v1::ReadUncertaintyResponse& one : UncertaintyResponses(result)) {
    EXPECT_LT(one.ByteSizeLong(), std::size_t{4} << 20);
    if (!one.has_array()) continue;
    names.push_back(one.array().name());
    if (one.array().name() == "se_refit") bytes += one.array().data();
  }
  EXPECT_TRUE(*FromBytes(bytes, DType::kF64) == result.uncertainty->se_refit);
  EXPECT_THAT(names, ElementsAre("se_refit", "se_refit", "se_fixed_maps"));
}

TEST_F(UncertaintyJobTest, ResultWithoutNullsAndDrawsHasWhatNeedsNeither) {
  v1::Job job;
  ResultOf(Request(0, 0), &job);
  const std::vector<v1::ReadUncertaintyResponse> responses =
      Uncertainty(job.job_id(), grpc::StatusCode::OK);
  ASSERT_FALSE(responses.empty());
  const v1::Uncertainty& told = responses.front().uncertainty();
  EXPECT_EQ(told.note(), "");
  EXPECT_FALSE(told.has_no_relation());
  EXPECT_FALSE(told.has_blocks());
  EXPECT_FALSE(told.order().has_p_temporal_score());
  std::vector<std::string> arrays;
  for (const v1::ReadUncertaintyResponse& one : responses) {
    if (one.has_array()) arrays.push_back(one.array().name());
  }
  EXPECT_THAT(arrays, ElementsAre("t_half"));
  EXPECT_THAT(Uncertainty("none", grpc::StatusCode::NOT_FOUND), IsEmpty());
}

TEST_F(UncertaintyJobTest, TooManyDrawsAreLeftToTheClient) {
  v1::CreateJobRequest request = MakeLongRequest(32, 2000);
  request.mutable_spec()->mutable_options()->set_draws(1'000'000);
  v1::Job job;
  ResultOf(request, &job);
  EXPECT_THAT(Uncertainty(job.job_id(), grpc::StatusCode::FAILED_PRECONDITION), IsEmpty());
  // With fewer of the same influences it does.
  request = MakeLongRequest(32, 2000);
  request.mutable_spec()->mutable_options()->set_draws(10);
  ResultOf(request, &job);
  EXPECT_FALSE(Uncertainty(job.job_id(), grpc::StatusCode::OK).empty());
}

TEST_F(UncertaintyJobTest, LargeBoxesOfInfluencesAreNotStreamed) {
  v1::CreateJobRequest request = MakeLongRequest(32, 2000);
  request.mutable_spec()->mutable_options()->set_draws(10);
  const v1::Job job = Create(request);
  int without_boxes = 0;
  std::vector<std::string> boxes;
  // The stub receives at most 4 MiB, as by default.
  for (const v1::WatchJobResponse& event : Watch(job.job_id())) {
    if (event.has_tile() && event.tile().boxes().empty()) ++without_boxes;
    for (const v1::ArrayBox& box : event.tile().boxes()) boxes.push_back(box.array());
  }
  EXPECT_GT(without_boxes, 0);
  EXPECT_THAT(boxes, Contains("score"));
  EXPECT_THAT(boxes, Not(Contains("influence_refit")));
  v1::AlignmentResult result;
  ASSERT_TRUE(Result(job.job_id(), &result).ok());
  const auto& arrays = result.arrays();
  EXPECT_TRUE(std::any_of(arrays.begin(), arrays.end(), [](const v1::ResultArray& array) {
    return array.name() == "influence_refit";
  }));
}

TEST_F(UncertaintyJobTest, OtherDrawsAreAnsweredFromTheCacheAndToldAsAskedFor) {
  v1::Job first_job;
  const v1::AlignmentResult first = ResultOf(Request(0, 100, 1), &first_job);
  v1::Job job;
  const v1::AlignmentResult result = ResultOf(Request(0, 5000, 2), &job);
  EXPECT_EQ(job.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
  EXPECT_EQ(result.options().draws(), 5000);
  EXPECT_EQ(result.options().seed(), 2U);
  EXPECT_EQ(Values(result, "influence_refit"), Values(first, "influence_refit"));
  v1::GetJobSpecificationRequest request;
  request.set_job_id(job.job_id());
  v1::GetJobSpecificationResponse response;
  Context context;
  ASSERT_TRUE(jobs_->GetJobSpecification(&context, request, &response).ok());
  EXPECT_EQ(response.spec().options().draws(), 5000);
  // Of the first one it is still told what it asked for.
  Restart();
  v1::AlignmentResult told;
  ASSERT_TRUE(Result(first_job.job_id(), &told).ok());
  EXPECT_EQ(told.options().draws(), 100);
  EXPECT_EQ(told.options().seed(), 1U);
}

TEST_F(UncertaintyJobTest, WordsOfBlocksAndShiftsAreReadBackAsTheyWereChosen) {
  v1::Job job;
  const v1::AlignmentResult result = ResultOf(Request(3, 100, 1), &job);
  v1::AlignmentOptions options = ReadOptions(job);
  ASSERT_TRUE(options.has_block_words());
  ASSERT_TRUE(options.has_min_shift_words());
  EXPECT_EQ(options.block_words(), 10);
  EXPECT_EQ(options.min_shift_words(), 3);
  EXPECT_EQ(result.options().block_words(), 10);
  EXPECT_EQ(result.options().min_shift_words(), 3);
  Restart();
  EXPECT_EQ(ReadOptions(job).block_words(), 10);
  EXPECT_EQ(ReadOptions(job).min_shift_words(), 3);
  ResultOf(Request(0, 0), &job);
  EXPECT_FALSE(ReadOptions(job).has_block_words());
  EXPECT_FALSE(ReadOptions(job).has_min_shift_words());
}

TEST_F(UncertaintyJobTest, JobFromASpecificationReadBackIsAnsweredFromTheCache) {
  v1::Job job;
  ResultOf(Request(3, 100, 1), &job);
  v1::CreateJobRequest read_back = Request(3, 100, 1);
  *read_back.mutable_spec()->mutable_options() = ReadOptions(job);
  ASSERT_TRUE(read_back.spec().options().has_block_words());
  ResultOf(read_back, &job);
  EXPECT_EQ(job.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);

  v1::CreateJobRequest other = read_back;
  other.set_request_id("other");
  other.mutable_spec()->mutable_options()->set_block_words(11);
  ResultOf(other, &job);
  EXPECT_NE(job.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
}

// A client takes a server for too old that does not repeat what it was asked for.
TEST_F(UncertaintyJobTest, NumbersOfWordsWithoutEffectAreReadBackToo) {
  v1::Job job;
  ResultOf(Request(3, 0), &job);
  v1::CreateJobRequest with_blocks = Request(3, 0);
  with_blocks.mutable_spec()->mutable_options()->set_block_words(10);
  ResultOf(with_blocks, &job);
  EXPECT_EQ(ReadOptions(job).block_words(), 10);
  ResultOf(Request(0, 20), &job);
  v1::CreateJobRequest with_shifts = Request(0, 20);
  with_shifts.mutable_spec()->mutable_options()->set_min_shift_words(3);
  ResultOf(with_shifts, &job);
  EXPECT_EQ(ReadOptions(job).min_shift_words(), 3);
}

TEST_F(UncertaintyJobTest, JobThatLeavesWordsOpenIsAnsweredByOneThatNamesThem) {
  v1::CreateJobRequest named = Request(3, 100, 1);
  named.mutable_spec()->mutable_options()->set_block_words(10);
  named.mutable_spec()->mutable_options()->set_min_shift_words(3);
  v1::Job job;
  ResultOf(named, &job);
  ResultOf(Request(3, 100, 1), &job);
  EXPECT_EQ(job.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
}

TEST_F(UncertaintyJobTest, JobWithoutDrawsHasNoInfluence) {
  v1::Job job;
  ResultOf(Request(0, 100), &job);
  const v1::AlignmentResult result = ResultOf(Request(0, 0), &job);
  EXPECT_NE(job.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
  EXPECT_EQ(FindArray(result, "influence_refit"), nullptr);
  EXPECT_EQ(result.uncertainty().nulls(), 0);
  EXPECT_EQ(result.uncertainty().words_fingerprint(), 0U);
}

TEST_F(UncertaintyJobTest, OptionsOutOfRangeAreRefusedByName) {
  const grpc::Status negative = TryCreate(Request(-1, 0));
  EXPECT_EQ(negative.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(negative.error_message(), HasSubstr("nulls is -1; it must be from 0 to 100000"));
  const grpc::Status too_many = TryCreate(Request(0, 2'000'000));
  EXPECT_EQ(too_many.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(too_many.error_message(), HasSubstr("draws is 2000000; at most 1000000"));
}

TEST_F(UncertaintyJobTest, NullsCountAmongTheNumbersOfAResult) {
  Stop();
  options_.max_result_values = 100;
  Start();
  EXPECT_TRUE(TryCreate(Request(7, 0)).ok());
  const grpc::Status status = TryCreate(Request(8, 0));
  EXPECT_THAT(status.error_message(), HasSubstr("2 layers x 4 times x (5 folds + 8 nulls)"));
}

}  // namespace
}  // namespace brainalign
