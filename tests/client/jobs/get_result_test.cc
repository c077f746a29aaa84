// Fetching a result whose large arrays come in parts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "client/jobs/job_calls.h"
#include "client/report/result_json.h"
#include "core/align/read_off_uncertainty.h"
#include "tests/client/fakes/fake_clock.h"
#include "tests/client/fakes/fake_server.h"
#include "tests/client/report/result_proto.h"
#include "tests/client/report/small_result.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class GetResultTest : public testing::Test {
 protected:
  GetResultTest() { server_.jobs.result = ResultProto(SmallResult()); }

  absl::StatusOr<JobResult> Get() {
    const std::unique_ptr<Connection> connection = server_.Connect(clock_);
    return GetJobResult(*connection, "job-1");
  }

  v1::ResultArray& Array(const std::string& name) {
    for (v1::ResultArray& array : *server_.jobs.result.mutable_arrays()) {
      if (array.name() == name) return array;
    }
    ADD_FAILURE() << "there is no array " << name;
    return *server_.jobs.result.mutable_arrays(0);
  }

  // Lets the server name the array, and send it in chunks of 8 bytes.
  void MakeLarge(const std::string& name) {
    server_.jobs.large_array = Array(name).data();
    Array(name).clear_data();
  }

  // Whether the result is wrong, with this in the sentence.
  void ExpectMalformed(const std::string& text) {
    const absl::Status status = Get().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
    EXPECT_THAT(std::string(status.message()), HasSubstr(text));
  }

  FakeServer server_;
  FakeClock clock_;
};

// As a client reads it off.
JobResult WithUncertainty(JobResult result) {
  ReadOffUncertainty(result.alignment);
  return result;
}

TEST_F(GetResultTest, GivesTheBitsOfTheResultAsJson) {
  const absl::StatusOr<JobResult> result = Get();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(ResultToJson(*result), ResultToJson(WithUncertainty(SmallResult())));
  EXPECT_THAT(server_.jobs.read_offsets(), IsEmpty());
}

TEST_F(GetResultTest, LargeArrayIsReadAndGoesOnWhereItsStreamBroke) {
  MakeLarge("score_per_fold");
  server_.jobs.BreakRead(0, grpc::StatusCode::UNAVAILABLE);
  server_.jobs.BreakRead(5, grpc::StatusCode::UNAVAILABLE);
  server_.jobs.BreakRead(2, grpc::StatusCode::OK, /*damaged=*/true);
  const absl::StatusOr<JobResult> result = Get();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(ResultToJson(*result), ResultToJson(WithUncertainty(SmallResult())));
  EXPECT_THAT(server_.jobs.read_offsets(), ElementsAre(0, 0, 40, 56));
}

TEST_F(GetResultTest, ErrorOfAnArrayIsTheErrorOfTheResult) {
  MakeLarge("score");
  server_.jobs.BreakRead(1, grpc::StatusCode::DATA_LOSS);
  EXPECT_EQ(Get().status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(GetResultTest, ArrayThatEndsEarlyIsAnError) {
  MakeLarge("score");
  server_.jobs.large_array.resize(40);
  ExpectMalformed("array score has 40 bytes where 6 elements of 8 bytes belong");
}

TEST_F(GetResultTest, ArraysOfANewerServerAreIgnored) {
  v1::ResultArray& newer = *server_.jobs.result.add_arrays();
  newer.set_name("of a newer server");
  newer.add_axes("of a newer server, too");
  newer.add_shape(1);
  newer.set_data_type(static_cast<v1::DataType>(99));
  newer.set_data("x");
  EXPECT_TRUE(Get().ok()) << Get().status();
  newer.clear_data();  // large: it is not read
  EXPECT_TRUE(Get().ok()) << Get().status();
  EXPECT_THAT(server_.jobs.read_offsets(), IsEmpty());
}

TEST_F(GetResultTest, ArraysThatASealWithholdsMayBeMissingAndNoOthers) {
  auto& arrays = *server_.jobs.result.mutable_arrays();
  for (int i = arrays.size() - 1; i >= 0; --i) {
    const std::string& name = arrays[i].name();
    if (name == "score_per_fold" || name == "alpha_counts" || name == "training_sizes" ||
        name == "purged_words" || name == "constant_sensors") {
      arrays.DeleteSubrange(i, 1);
    }
  }
  server_.jobs.result.mutable_self_check()->clear_largest_difference();
  const absl::StatusOr<JobResult> result = Get();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(ResultToJson(*result), HasSubstr("\"score_per_fold\": []"));
  EXPECT_THAT(ResultToJson(*result), HasSubstr("\"largest_difference\": null"));
  arrays.DeleteSubrange(0, 1);
  ExpectMalformed("array score is missing");
}

TEST_F(GetResultTest, ArraysThatDoNotFitTheirAxesAreErrors) {
  Array("t_max").set_shape(0, 3);
  ExpectMalformed("array t_max");
  server_.jobs.result = ResultProto(SmallResult());
  Array("t_max").set_data_type(v1::DATA_TYPE_I64);
  ExpectMalformed("array t_max");
  server_.jobs.result = ResultProto(SmallResult());
  server_.jobs.result.mutable_axes(0)->set_size(-1);
  ExpectMalformed("axis layer");
  server_.jobs.result = ResultProto(SmallResult());
  server_.jobs.result.mutable_axes()->DeleteSubrange(1, 1);
  ExpectMalformed("axis time");
  server_.jobs.result = ResultProto(SmallResult());
  Array("window_of_maximum").set_data(ToBytes({3e9, 0}, DType::kI64));
  ExpectMalformed("array window_of_maximum has an element that is too large");
  server_.jobs.result = ResultProto(SmallResult());
  Array("window_of_maximum").set_data(ToBytes({1e16, 0}, DType::kI64));
  ExpectMalformed("the element 10000000000000000 is beyond 2^53");
  server_.jobs.result = ResultProto(SmallResult());
  server_.jobs.result.mutable_options()->add_alphas(100);
  ExpectMalformed("axis alpha");
}

}  // namespace
}  // namespace brainalign
