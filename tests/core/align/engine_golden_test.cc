// Every case of tests/golden/engine: nulls and influences, whose expected numbers come from word by
// word computations on scikit-learn.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/align/result.h"
#include "gtest/gtest.h"
#include "tests/core/align/golden_case.h"

namespace brainalign {
namespace {

using nlohmann::json;

AlignmentOptions OptionsOf(const GoldenCase& golden) {
  AlignmentOptions options = ToOptions(golden.options);
  options.uncertainty.nulls = golden.entry.at("nulls");
  options.uncertainty.seed = golden.entry.at("seed").get<std::uint64_t>();
  options.uncertainty.block_words = golden.entry.at("block_words").get<int>();
  options.uncertainty.min_shift_words = golden.entry.at("min_shift_words").get<int>();
  if (golden.entry.at("draws").get<bool>()) options.uncertainty.draws = 20;
  if (const json& order = golden.entry.at("detrend"); !order.is_null()) {
    options.uncertainty.detrend = order.get<int>();
  }
  return options;
}

class EngineGoldenTest : public testing::TestWithParam<GoldenCase> {};

TEST_P(EngineGoldenTest, AgreesWithWordByWordComputation) {
  const json expected = ReadGolden("engine/" + GetParam().name + ".json");
  const absl::StatusOr<AlignmentResult> result = AlignGolden(GetParam(), OptionsOf(GetParam()));
  ASSERT_TRUE(result.ok()) << result.status();
  const double tolerance = ToleranceOf(expected);
  ExpectNear(result->score, expected.at("score"), tolerance, "score");
  ExpectNear(result->null_scores, expected.at("null"), tolerance, "null");
  const bool has_basis = expected.contains("score_for_nulls");
  ExpectNear(result->score_for_nulls, has_basis ? expected.at("score_for_nulls") : json::array(),
             tolerance, "score_for_nulls");
  const bool has_influence = expected.contains("refit");
  ExpectNear(result->held_out_influence, has_influence ? expected.at("held_out") : json::array(),
             tolerance, "held_out");
  ExpectNear(result->refit_influence, has_influence ? expected.at("refit") : json::array(),
             tolerance, "refit");
}

INSTANTIATE_TEST_SUITE_P(Cases, EngineGoldenTest,
                         testing::ValuesIn(GoldenCases("engine/manifest.json")),
                         [](const testing::TestParamInfo<GoldenCase>& test) {
                           return test.param.name;
                         });

}  // namespace
}  // namespace brainalign
