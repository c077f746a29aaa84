// Noise of the choice of alphas by inner folds (docs/uncertainty.md, "Chosen alphas").
#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/align/compare.h"
#include "core/align/read_off_uncertainty.h"
#include "tests/core/align/golden_uncertainty.h"

namespace brainalign {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// The quantile of Student's t in scipy is off by 4e-9.
constexpr double kOfScipy = 1e-8;

void ExpectEnds(const std::optional<Interval>& actual, double low, double high) {
  if (std::isnan(low)) {
    EXPECT_FALSE(actual.has_value());
    return;
  }
  ASSERT_TRUE(actual.has_value());
  EXPECT_NEAR(actual->low, low, kOfScipy);
  EXPECT_NEAR(actual->high, high, kOfScipy);
}

TEST(ChosenAlphasTest, IntervalsAndTestsAreWhatNumpySays) {
  for (const nlohmann::json& expected : ReadGoldenUncertainty("alpha_draws")) {
    const nlohmann::json golden = ReadGoldenUncertainty(expected.at("experiment"));
    const AlignmentResult plain = [&] {
      AlignmentResult result = GoldenResult(golden);
      ReadOffUncertainty(result);
      return result;
    }();
    AlignmentResult result = GoldenResult(golden);
    result.alphas_influence = NumbersIn(expected.at("change"));
    ReadOffUncertainty(result);
    ASSERT_TRUE(result.uncertainty.has_value()) << testing::PrintToString(result.notes);
    const Uncertainty& u = *result.uncertainty;
    EXPECT_EQ(u.se_refit, plain.uncertainty->se_refit);
    EXPECT_TRUE(plain.uncertainty->se_alphas.empty());
    EXPECT_EQ(u.blocks->df, expected.at("df").get<int>());
    const std::vector<double> se_alphas = NumbersIn(expected.at("se_alphas"));
    ASSERT_EQ(u.se_alphas.size(), se_alphas.size());
    for (std::size_t cell = 0; cell < se_alphas.size(); ++cell) {
      EXPECT_NEAR(u.se_alphas[cell], se_alphas[cell], 1e-12);
    }
    EXPECT_EQ(u.se_alphas[1], 0);
    if (u.intervals.simultaneous_quantile.has_value()) {
      EXPECT_NEAR(*u.intervals.simultaneous_quantile, expected.at("simultaneous_quantile"), 1e-12);
    }
    if (u.intervals.t_quantile.has_value()) {
      const std::vector<double> ends = NumbersIn(expected.at("t_max_interval"));
      const std::size_t layers = result.depth.size();
      for (std::size_t layer = 0; layer < layers; ++layer) {
        ExpectEnds(u.intervals.t_max[layer], ends[layer], ends[layers + layer]);
      }
      const std::vector<double> slope = NumbersIn(expected.at("slope_interval"));
      ExpectEnds(u.intervals.slope, slope[0], slope[1]);
    }
    // The test of order leaves this noise out.
    EXPECT_EQ(u.order->p_temporal_score, plain.uncertainty->order->p_temporal_score);
    EXPECT_EQ(u.order->two_level_p_half_score, plain.uncertainty->order->two_level_p_half_score);

    AlignmentResult other = OtherGoldenResult(golden);
    const auto expect_se = [&](const char* name) {
      const auto pair = Compare(ComparedOf(result), ComparedOf(other), 0, 20);
      ASSERT_TRUE(pair.ok()) << pair.status();
      const std::vector<double> se = NumbersIn(expected.at(name));
      EXPECT_EQ(pair->df, expected.at("df").get<int>());
      for (std::size_t cell = 0; cell < se.size(); ++cell) {
        EXPECT_NEAR(pair->test.se[cell], se[cell], 1e-12) << name;
      }
    };
    expect_se("paired_se_with_given_alphas");
    other.alphas_influence = NumbersIn(expected.at("other_change"));
    expect_se("paired_se");
  }
}

// Of other inner folds the noise has nothing in common.
TEST(ChosenAlphasTest, OtherNumbersOfInnerFoldsAddTheirVariances) {
  const nlohmann::json golden = ReadGoldenUncertainty("automatic");
  const std::vector<double> change =
      NumbersIn(ReadGoldenUncertainty("alpha_draws").at(1).at("change"));
  AlignmentResult first = GoldenResult(golden);
  AlignmentResult second = first;
  first.alphas_influence = change;
  second.alphas_influence = change;
  second.alphas_influence.insert(second.alphas_influence.end(), change.begin(), change.end());
  const auto pair = Compare(ComparedOf(first), ComparedOf(second), 0, 20);
  ASSERT_TRUE(pair.ok()) << pair.status();
  ReadOffUncertainty(first);
  ReadOffUncertainty(second);
  for (std::size_t cell = 0; cell < pair->test.se.size(); ++cell) {
    EXPECT_NEAR(pair->test.se[cell],
                std::hypot(first.uncertainty->se_alphas[cell], second.uncertainty->se_alphas[cell]),
                1e-12);
  }
}

// Results of earlier versions have no such array, and keep their caution.
TEST(ChosenAlphasTest, CautionSaysWhetherTheirNoiseIsKnown) {
  const nlohmann::json golden = ReadGoldenUncertainty("five_sessions");
  AlignmentResult result = GoldenResult(golden);
  ReadOffUncertainty(result);
  EXPECT_THAT(result.uncertainty->cautions, Not(Contains(Caution::kAlphasByInnerFolds)));
  result.spec.alphas = {1, 2};
  ReadOffUncertainty(result);
  EXPECT_THAT(result.uncertainty->cautions, Contains(Caution::kAlphasByInnerFolds));
  result.alphas_influence = NumbersIn(ReadGoldenUncertainty("alpha_draws").at(0).at("change"));
  ReadOffUncertainty(result);
  EXPECT_THAT(result.uncertainty->cautions, Not(Contains(Caution::kAlphasByInnerFolds)));
  result.alphas_influence.front() = std::numeric_limits<double>::infinity();
  ReadOffUncertainty(result);
  EXPECT_THAT(result.notes,
              Contains(HasSubstr("alphas_influence has a number that is not finite")));
}

}  // namespace
}  // namespace brainalign
