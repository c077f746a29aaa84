#include "client/report/result_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/client/report/small_result.h"

namespace brainalign {
namespace {

using Json = nlohmann::json;

TEST(ResultJsonTest, MatricesAreLayersByTimes) {
  const Json json = Json::parse(ResultToJson(SmallResult()));
  EXPECT_EQ(json["score"], Json::parse("[[0.1, 0.25, 0.3333333333333333],"
                                       " [-0.125, -0.5, -1e-300]]"));
  EXPECT_EQ(json["score_per_fold"],
            Json::parse("[[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]]"));
  EXPECT_EQ(json["alpha_counts"], Json::parse("[[1, 2], [3, 4]]"));
}

TEST(ResultJsonTest, ScoresOfSingleColumnsAreThereIfTheyWereAskedFor) {
  JobResult result = SmallResult();
  Json json = Json::parse(ResultToJson(result));
  EXPECT_FALSE(json.contains("score_per_target"));
  EXPECT_EQ(json["options"]["arrays"], Json::array());
  result.alignment.spec.column_scores = true;
  result.alignment.score_per_target = {1, 2, 3, 4,  5,  6,
                                       7, 8, 9, 10, 11, std::numeric_limits<double>::quiet_NaN()};
  json = Json::parse(ResultToJson(result));
  EXPECT_EQ(json["score_per_target"],
            Json::parse("[[[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 10], [11, null]]]"));
  EXPECT_FALSE(json.contains("score_per_sensor"));
  EXPECT_EQ(json["options"]["arrays"], Json::parse("[\"per_target\"]"));
}

TEST(ResultJsonTest, TimeGeneralisationIsAMatrixOfTimesForEachLayer) {
  JobResult result = SmallResult();
  Json json = Json::parse(ResultToJson(result));
  EXPECT_FALSE(json.contains("time_generalisation"));
  EXPECT_EQ(json["options"]["time_generalisation"], false);
  result.alignment.spec.time_generalisation = true;
  for (int i = 0; i < 2 * 3 * 3; ++i) result.alignment.time_generalisation.push_back(i);
  json = Json::parse(ResultToJson(result));
  EXPECT_EQ(json["options"]["time_generalisation"], true);
  EXPECT_EQ(json["time_generalisation"], Json::parse("[[[0, 1, 2], [3, 4, 5], [6, 7, 8]], "
                                                     "[[9, 10, 11], [12, 13, 14], [15, 16, 17]]]"));
}

TEST(ResultJsonTest, DoublesReadBackAsTheSameBits) {
  JobResult result = SmallResult();
  result.alignment.score = {0.1, 1.0 / 3, 2.0 / 3, 5e-324, 1.7976931348623157e308, -0.0};
  const Json json = Json::parse(ResultToJson(result));
  for (std::size_t i = 0; i < 6; ++i) {
    const double back = json["score"][i / 3][i % 3].get<double>();
    EXPECT_EQ(back, result.alignment.score[i]);
    EXPECT_EQ(std::signbit(back), std::signbit(result.alignment.score[i]));
  }
}

TEST(ResultJsonTest, UndefinedAndEndlessAreNull) {
  const Json json = Json::parse(ResultToJson(SmallResult()));
  EXPECT_EQ(json["t_max"], Json::parse("[0.1, null]"));
  EXPECT_TRUE(json["temporal_score"].is_null());
  EXPECT_TRUE(json["temporal_score_p"].is_null());
  EXPECT_TRUE(json["windows"][0]["end_seconds"].is_null());
}

TEST(ResultJsonTest, EverythingElseIsThere) {
  const Json json = Json::parse(ResultToJson(SmallResult()));
  EXPECT_EQ(json["times"], Json::parse("[-0.1, 0.0, 0.1]"));
  EXPECT_EQ(json["t_max_contiguous"], Json::parse("[true, false]"));
  EXPECT_EQ(json["window_of_maximum"], Json::parse("[-1, 0]"));
  EXPECT_EQ(json["fold_sizes"], Json::parse("[49, 49]"));
  EXPECT_EQ(json["dropped_words"], 2);
  EXPECT_EQ(json["constant_sensors"], Json::parse("[3]"));
  EXPECT_EQ(json["options"]["preset"], "strict");
  EXPECT_EQ(json["options"]["selection"], "blocked");
  EXPECT_EQ(json["options"]["alphas"], Json::parse("[1.0, 10.0]"));
  EXPECT_EQ(json["notes"], Json::parse("[\"2 words were dropped.\"]"));
  EXPECT_EQ(json["job_id"], "job-1");
  EXPECT_EQ(json["from_cache"], true);
  EXPECT_EQ(json["numerics_version"], "numerics-1");
}

TEST(ResultJsonTest, TheOrderOfTheLayersSaysWhereItComesFrom) {
  JobResult result = SmallResult();
  EXPECT_TRUE(Json::parse(ResultToJson(result))["layer_order"].is_null());
  result.layer_order = "by the numbers in their names";
  EXPECT_EQ(Json::parse(ResultToJson(result))["layer_order"], "by the numbers in their names");
}

TEST(ResultJsonTest, InputsAndWhatWasFoundWhileReading) {
  JobResult result = SmallResult();
  result.reading_notes = {"A row was left out."};
  result.inputs = {{"activations", "ab12", {DType::kBF16, {2, 98, 5}, Order::kFortran}}};
  const Json json = Json::parse(ResultToJson(result));
  EXPECT_EQ(json["notes"], Json::parse(R"(["2 words were dropped."])"));
  EXPECT_EQ(json["reading_notes"], Json::parse(R"(["A row was left out."])"));
  EXPECT_EQ(json["inputs"], Json::parse(R"([{"name": "activations", "dtype": "bf16",
      "shape": [2, 98, 5], "order": "F", "sha256": "ab12"}])"));
}

TEST(ResultJsonTest, PrecisionAskedForAndUsed) {
  JobResult result = SmallResult();
  result.alignment.spec.precision = Precision::kFast;
  Json json = Json::parse(ResultToJson(result));
  EXPECT_EQ(json["options"]["precision"], "fast");
  EXPECT_EQ(json["precision_used"], "exact");
  EXPECT_EQ(json["bf16_kernel"], "");
  result.alignment.spec.bf16_kernel = "some-kernel";
  json = Json::parse(ResultToJson(result));
  EXPECT_EQ(json["precision_used"], "fast");
  EXPECT_EQ(json["bf16_kernel"], "some-kernel");
}

TEST(ResultJsonTest, NameThatIsNotUtf8IsWrittenAllTheSame) {
  JobResult result = SmallResult();
  result.alignment.layer_names[0] = "caf\xe9";
  EXPECT_EQ(Json::parse(ResultToJson(result))["layer_names"][0], "caf\xef\xbf\xbd");
}

}  // namespace
}  // namespace brainalign
