// Large arrays of a result: named, and read in parts.
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t kChunkLimit = std::int64_t{1} << 20;
constexpr std::int64_t kInlineLimit = 64 << 10;
// What grpcio receives by default.
constexpr std::size_t kDefaultReceiveLimit = std::size_t{4} << 20;

class ResultArrayTest : public ServerTest {
 protected:
  void SetUp() override { Start(); }
};

TEST_F(ResultArrayTest, LargeArraysAreNamedAndReadFromAnyOffset) {
  constexpr int kLayers = 32;
  constexpr int kTimes = 2000;
  constexpr std::int64_t kScores = kLayers * kTimes;
  const v1::Job job = Create(MakeLongRequest(kLayers, kTimes));
  ASSERT_EQ(Watch(job.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  v1::AlignmentResult result;
  ASSERT_TRUE(Result(job.job_id(), &result).ok());
  EXPECT_LT(result.ByteSizeLong(), kDefaultReceiveLimit / 4);
  for (const v1::ResultArray& array : result.arrays()) {
    std::int64_t size = 8;
    for (const std::int64_t length : array.shape()) size *= length;
    EXPECT_EQ(array.has_data(), size <= kInlineLimit) << array.name();
    if (array.has_data()) {
      EXPECT_EQ(static_cast<std::int64_t>(array.data().size()), size);
    }
  }
  ASSERT_NE(FindArray(result, "score"), nullptr);
  EXPECT_FALSE(FindArray(result, "score")->has_data());
  ASSERT_NE(FindArray(result, "score_per_fold"), nullptr);
  EXPECT_THAT(FindArray(result, "score_per_fold")->axes(), ElementsAre("fold", "layer", "time"));
  EXPECT_THAT(FindArray(result, "score_per_fold")->shape(), ElementsAre(5, kLayers, kTimes));

  std::vector<double> expected(5 * kScores);
  for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = static_cast<double>(i) / 7;
  grpc::Status status;
  const std::string whole = ReadArray(job.job_id(), "score_per_fold", 0, &status);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(NumbersOf(whole, false) == expected);
  const auto size = static_cast<std::int64_t>(whole.size());
  for (const std::int64_t offset : {std::int64_t{1}, std::int64_t{12}, kChunkLimit - 1, kChunkLimit,
                                    kChunkLimit + 3, size - 1, size}) {
    EXPECT_TRUE(ReadArray(job.job_id(), "score_per_fold", offset, &status) ==
                whole.substr(static_cast<std::size_t>(offset)))
        << offset;
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
  // Those that the message has are the same bytes.
  for (const v1::ResultArray& array : result.arrays()) {
    if (!array.has_data()) continue;
    EXPECT_EQ(ReadArray(job.job_id(), array.name(), 0, &status), array.data()) << array.name();
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
  // The result survives its server.
  Restart();
  EXPECT_TRUE(ReadArray(job.job_id(), "score_per_fold", 0, &status) == whole);
}

TEST_F(ResultArrayTest, ManySmallArraysStayBelowTheLimitOfAllTogether) {
  // 60 KiB of scores each: with 5 folds 300 KiB, which is no small array.
  const v1::Job job = Create(MakeLongRequest(4, 1900));
  Watch(job.job_id());
  v1::AlignmentResult result;
  ASSERT_TRUE(Result(job.job_id(), &result).ok());
  EXPECT_EQ(Values(result, "score").size(), 4U * 1900U);
  EXPECT_FALSE(FindArray(result, "score_per_fold")->has_data());
  EXPECT_LT(result.ByteSizeLong(), kDefaultReceiveLimit / 4);
}

TEST_F(ResultArrayTest, OfALargeTileOnlyItsScoresAreStreamed) {
  constexpr int kTimes = 4000;
  v1::CreateJobRequest request = MakeLongRequest(2, kTimes);
  request.mutable_spec()->mutable_options()->set_folds(100);
  const v1::Job job = Create(request);
  int tiles = 0;
  for (const v1::WatchJobResponse& event : Watch(job.job_id())) {
    EXPECT_LT(event.ByteSizeLong(), kDefaultReceiveLimit / 4);
    if (!event.has_tile()) continue;
    ++tiles;
    ASSERT_EQ(event.tile().boxes_size(), 1);
    EXPECT_EQ(event.tile().boxes(0).array(), "score");
    EXPECT_EQ(event.tile().boxes(0).data().size(), kTimes * sizeof(double));
  }
  EXPECT_EQ(tiles, 2);
  grpc::Status status;
  EXPECT_EQ(ReadArray(job.job_id(), "score_per_fold", 0, &status).size(),
            std::size_t{100} * 2 * kTimes * sizeof(double));
}

TEST_F(ResultArrayTest, WrongNameOffsetAndStateAreRefusedWithAReason) {
  const v1::Job job = Create(MakeRequest(2));
  Watch(job.job_id());
  grpc::Status status;
  ReadArray(job.job_id(), "scores", 0, &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), "ARRAY_NOT_FOUND");
  EXPECT_THAT(status.error_message(), HasSubstr("'scores'"));
  EXPECT_THAT(status.error_message(),
              HasSubstr("score, score_per_fold, alpha_counts, t_max, t_argmax, t_max_contiguous, "
                        "window_mean, window_of_maximum, fold_sizes, training_sizes, "
                        "purged_words, constant_sensors"));
  for (const std::int64_t offset : {std::int64_t{-1}, std::int64_t{2 * 4 * 8 + 1}}) {
    ReadArray(job.job_id(), "score", offset, &status);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
    EXPECT_EQ(ReasonOf(status), "OFFSET_OUT_OF_RANGE");
    EXPECT_THAT(status.error_message(), HasSubstr(absl::StrCat("offset_bytes is ", offset)));
    EXPECT_THAT(status.error_message(), HasSubstr("64 bytes"));
  }
  ReadArray("nobody", "score", 0, &status);
  EXPECT_EQ(ReasonOf(status), "JOB_NOT_FOUND");
  workshop_.Hold();
  ReadArray(Create(MakeRequest(1)).job_id(), "score", 0, &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(status), "JOB_NOT_SUCCEEDED");
}

}  // namespace
}  // namespace brainalign
