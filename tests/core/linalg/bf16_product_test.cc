#include "core/linalg/bf16_product.h"

#include <cstdint>
#include <random>
#include <vector>

#include "core/tensor/convert.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

// Detects again, and lets oneDNN emulate, for one test.
class Bf16ProductTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SetBf16ChoiceForTest(Bf16Choice::kAnywhere);
    if (Bf16KernelName().empty()) GTEST_SKIP() << "oneDNN multiplies no bf16 on this processor";
  }
  void TearDown() override { SetBf16ChoiceForTest(Bf16Choice::kQuick); }
};

std::vector<std::uint16_t> RandomBFloat16(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  std::vector<std::uint16_t> rounded(count);
  RoundToBFloat16(values.data(), static_cast<std::int64_t>(count), rounded.data());
  return rounded;
}

double Value(std::uint16_t bits) {
  double value = 0;
  ConvertToDouble(DType::kBF16, reinterpret_cast<const std::byte*>(&bits), 1, 1, &value);
  return value;
}

TEST_F(Bf16ProductTest, IsTheProductOfTheRoundedNumbersAtAnyStride) {
  constexpr std::int64_t kRows = 37;
  constexpr std::int64_t kDepth = 301;
  constexpr std::int64_t kColumns = 65;
  constexpr std::int64_t kLeftStride = 310;
  constexpr std::int64_t kRightStride = 70;
  constexpr std::int64_t kOutStride = 66;
  const auto left = RandomBFloat16(kRows * kLeftStride, 1);
  const auto right = RandomBFloat16(kDepth * kRightStride, 2);
  std::vector<float> out(kRows * kOutStride, -1.0f);
  const absl::Status status =
      MultiplyBf16({left.data(), kRows, kDepth, kLeftStride},
                   {right.data(), kDepth, kColumns, kRightStride}, out.data(), kOutStride);
  ASSERT_TRUE(status.ok()) << status;
  for (std::int64_t i = 0; i < kRows; ++i) {
    for (std::int64_t j = 0; j < kColumns; ++j) {
      double expected = 0;
      for (std::int64_t k = 0; k < kDepth; ++k) {
        expected += Value(left[static_cast<std::size_t>(i * kLeftStride + k)]) *
                    Value(right[static_cast<std::size_t>(k * kRightStride + j)]);
      }
      ASSERT_NEAR(out[static_cast<std::size_t>(i * kOutStride + j)], expected, 2e-4)
          << i << "," << j;
    }
    ASSERT_EQ(out[static_cast<std::size_t>(i * kOutStride + kColumns)], -1.0f);  // left alone
  }
}

TEST_F(Bf16ProductTest, NowhereMeansNoKernel) {
  SetBf16ChoiceForTest(Bf16Choice::kNowhere);
  EXPECT_EQ(Bf16KernelName(), "");
}

}  // namespace
}  // namespace brainalign
