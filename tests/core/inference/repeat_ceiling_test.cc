// The ceiling of repeated words, beside that of numpy (tests/golden/ceiling).
#include "core/inference/repeat_ceiling.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "gmock/gmock.h"
#include "tests/core/inference/golden_file.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

nlohmann::json ReadCeilingGolden() {
  std::ifstream file(BRAINALIGN_SOURCE_DIR "/tests/golden/ceiling/ceiling.json");
  EXPECT_TRUE(file.is_open());
  return nlohmann::json::parse(file);
}

// Epochs (w, s, T) of float64.
Epochs EpochsOf(const std::vector<double>& values, std::vector<std::int64_t> shape) {
  std::vector<std::byte> bytes(values.size() * sizeof(double));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  absl::StatusOr<Tensor> tensor =
      Tensor::FromBytes({DType::kF64, std::move(shape), Order::kC}, std::move(bytes));
  EXPECT_TRUE(tensor.ok()) << tensor.status();
  return Epochs::OfArray(*std::move(tensor));
}

Epochs GoldenEpochs(const nlohmann::json& golden) {
  const nlohmann::json& rows = golden.at("epochs");
  return EpochsOf(FlatNumbers(rows),
                  {std::ssize(rows), std::ssize(rows[0]), std::ssize(rows[0][0])});
}

TEST(RepeatCeilingTest, IsThatOfNumpy) {
  const nlohmann::json golden = ReadCeilingGolden();
  const nlohmann::json& expected = golden.at("expected");
  const auto ceiling =
      CeilingOfRepeats(GoldenEpochs(golden), golden.at("items").get<std::vector<std::int64_t>>());
  ASSERT_TRUE(ceiling.ok()) << ceiling.status();
  EXPECT_EQ(ceiling->items, expected.at("items"));
  EXPECT_EQ(ceiling->presentations, expected.at("presentations"));
  EXPECT_EQ(ceiling->constant_sensors, 1);
  EXPECT_NEAR(ceiling->presentations_per_half, expected.at("presentations_per_half"), 1e-12);
  // The offset of 1e6 deviations costs six of sixteen digits.
  constexpr double kTolerance = 1e-8;
  const auto numbers = [&](const char* name) { return FlatNumbers(expected.at(name)); };
  ExpectClose(ceiling->half_correlation, numbers("half_correlation"), kTolerance, "r");
  ExpectClose(ceiling->ceiling_of_mean, numbers("of_mean"), kTolerance, "of_mean");
  ExpectClose(ceiling->ceiling_of_one, numbers("of_one"), kTolerance, "of_one");
  ExpectClose(ceiling->median_of_mean, numbers("median_of_mean"), kTolerance, "median_of_mean");
  ExpectClose(ceiling->median_of_one, numbers("median_of_one"), kTolerance, "median_of_one");
}

// Squares of such numbers are none of float64.
TEST(RepeatCeilingTest, DoesNotDependOnTheUnit) {
  const nlohmann::json golden = ReadCeilingGolden();
  const nlohmann::json& rows = golden.at("epochs");
  for (const double unit : {1e200, 1e-200}) {
    std::vector<double> values = FlatNumbers(rows);
    for (double& value : values) value *= unit;
    const auto ceiling = CeilingOfRepeats(
        EpochsOf(values, {std::ssize(rows), std::ssize(rows[0]), std::ssize(rows[0][0])}),
        golden.at("items").get<std::vector<std::int64_t>>());
    ASSERT_TRUE(ceiling.ok()) << ceiling.status();
    ExpectClose(ceiling->half_correlation,
                FlatNumbers(golden.at("expected").at("half_correlation")), 1e-8, "r");
  }
}

TEST(RepeatCeilingTest, PresentationsThatAreEqualHaveACeilingOfOne) {
  std::vector<double> values;
  std::vector<std::int64_t> items;
  for (int word = 0; word < 12; ++word) {
    items.push_back(word % 4);
    for (const double scale : {1.0, 1e-200, 1e200}) values.push_back(scale * (word % 4));
  }
  const auto ceiling = CeilingOfRepeats(EpochsOf(values, {12, 3, 1}), items);
  ASSERT_TRUE(ceiling.ok()) << ceiling.status();
  for (const double one : ceiling->ceiling_of_one) EXPECT_DOUBLE_EQ(one, 1);
  // Of three presentations the third is left out.
  EXPECT_EQ(ceiling->presentations, 8);
}

TEST(RepeatCeilingTest, TooFewItemsAndNumbersThatAreNoneAreRefused) {
  std::vector<double> values = {1, 2, 3, 4, 5, 6};
  const auto few = CeilingOfRepeats(EpochsOf(values, {6, 1, 1}), {0, 0, 1, 2, 3, 1});
  EXPECT_EQ(few.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(few.status().message(), HasSubstr("2 words are presented twice"));
  values[4] = std::numeric_limits<double>::quiet_NaN();
  const auto bad = CeilingOfRepeats(EpochsOf(values, {6, 1, 1}), {0, 0, 1, 2, 2, 1});
  EXPECT_THAT(bad.status().message(), HasSubstr("at word 4, sensor 0, time sample 0"));
}

TEST(RepeatCeilingTest, WordsThatAreNoItemMayHoldAnything) {
  std::vector<double> values = {1, 2, 3, 1, 2, 3, 7};
  values[6] = std::numeric_limits<double>::quiet_NaN();
  const auto ceiling = CeilingOfRepeats(EpochsOf(values, {7, 1, 1}), {0, 1, 2, 0, 1, 2, -1});
  ASSERT_TRUE(ceiling.ok()) << ceiling.status();
  EXPECT_DOUBLE_EQ(ceiling->ceiling_of_one[0], 1);
  EXPECT_EQ(ceiling->adjacent_presentations, 0);
}

TEST(RepeatCeilingTest, PresentationsInARowAreCountedAndWorkCanBeStopped) {
  const Epochs epochs = EpochsOf({1, 1, 2, 2, 3, 4}, {6, 1, 1});
  const auto ceiling = CeilingOfRepeats(epochs, {0, 0, 1, 1, 2, 2});
  ASSERT_TRUE(ceiling.ok()) << ceiling.status();
  EXPECT_EQ(ceiling->adjacent_presentations, 3);
  EXPECT_EQ(CeilingOfRepeats(epochs, {0, 0, 1, 1, 2, 2}, [] { return true; }).status().code(),
            absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace brainalign
