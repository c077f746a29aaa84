// Every case of tests/golden/alphas: alphas chosen with each inner fold left out, whose expected
// numbers come from scikit-learn.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/align/result.h"
#include "gtest/gtest.h"
#include "tests/core/align/golden_case.h"

namespace brainalign {
namespace {

using nlohmann::json;

class AlphasGoldenTest : public testing::TestWithParam<GoldenCase> {};

TEST_P(AlphasGoldenTest, AgreesWithChoicesMadeAgain) {
  const json expected = ReadGolden("alphas/" + GetParam().name + ".json");
  AlignmentOptions options = ToOptions(GetParam().options);
  options.uncertainty.draws = 20;
  options.uncertainty.block_words = 6;
  if (const json& order = GetParam().entry.at("detrend"); !order.is_null()) {
    options.uncertainty.detrend = order.get<int>();
  }
  const absl::StatusOr<AlignmentResult> result = AlignGolden(GetParam(), options);
  ASSERT_TRUE(result.ok()) << result.status();
  const double tolerance = ToleranceOf(expected);
  ExpectNear(result->score, expected.at("score"), tolerance, "score");
  ExpectNear(result->alphas_influence, expected.at("alphas"), tolerance, "alphas");
  ASSERT_TRUE(result->uncertainty.has_value());
  ExpectNear(result->uncertainty->se_alphas, expected.at("se_alphas"), tolerance, "se_alphas");
}

INSTANTIATE_TEST_SUITE_P(Cases, AlphasGoldenTest,
                         testing::ValuesIn(GoldenCases("alphas/manifest.json")),
                         [](const testing::TestParamInfo<GoldenCase>& test) {
                           return test.param.name;
                         });

}  // namespace
}  // namespace brainalign
