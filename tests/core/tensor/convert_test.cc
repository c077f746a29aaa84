#include "core/tensor/convert.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace brainalign {
namespace {

template <typename T>
std::vector<std::byte> BytesOf(const std::vector<T>& values, std::size_t lead = 0) {
  std::vector<std::byte> bytes(lead + values.size() * sizeof(T));
  std::memcpy(bytes.data() + lead, values.data(), values.size() * sizeof(T));
  return bytes;
}

float HalfToFloat(std::uint16_t bits) {
  float value = 0;
  ConvertToFloat(DType::kF16, reinterpret_cast<const std::byte*>(&bits), 1, 1, &value);
  return value;
}

float BFloat16ToFloat(std::uint16_t bits) {
  float value = 0;
  ConvertToFloat(DType::kBF16, reinterpret_cast<const std::byte*>(&bits), 1, 1, &value);
  return value;
}

// IEEE 754 binary16, straight from its definition.
double HalfByDefinition(std::uint16_t bits) {
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  const int exponent = (bits >> 10) & 0x1f;
  const int fraction = bits & 0x3ff;
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

TEST(ConvertTest, KnownHalves) {
  EXPECT_EQ(HalfToFloat(0x3c00), 1.0f);
  EXPECT_EQ(HalfToFloat(0xc000), -2.0f);
  EXPECT_EQ(HalfToFloat(0x7bff), 65504.0f);
  EXPECT_EQ(HalfToFloat(0x0400), 0x1p-14f);      // smallest normal
  EXPECT_EQ(HalfToFloat(0x0001), 0x1p-24f);      // smallest subnormal
  EXPECT_EQ(HalfToFloat(0x03ff), 0x1.ff8p-15f);  // largest subnormal
  EXPECT_EQ(HalfToFloat(0x3555), 0.333251953125f);
  EXPECT_TRUE(std::signbit(HalfToFloat(0x8000)));
  EXPECT_EQ(HalfToFloat(0x8000), 0.0f);
  EXPECT_EQ(HalfToFloat(0x7c00), std::numeric_limits<float>::infinity());
  EXPECT_EQ(HalfToFloat(0xfc00), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(HalfToFloat(0x7e00)));
  EXPECT_TRUE(std::isnan(HalfToFloat(0x7c01)));
}

TEST(ConvertTest, KnownBFloat16s) {
  EXPECT_EQ(BFloat16ToFloat(0x3f80), 1.0f);
  EXPECT_EQ(BFloat16ToFloat(0xc040), -3.0f);
  EXPECT_EQ(BFloat16ToFloat(0x4049), 3.140625f);
  EXPECT_EQ(BFloat16ToFloat(0x0001), 0x1p-133f);
  EXPECT_EQ(BFloat16ToFloat(0x7f7f), 0x1.fep127f);
  EXPECT_EQ(BFloat16ToFloat(0x7f80), std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(BFloat16ToFloat(0x7fc0)));
}

TEST(ConvertTest, EveryFiniteHalfInOneRun) {
  std::vector<std::uint16_t> halves;
  for (int bits = 0; bits < 0x10000; ++bits) {
    if ((bits & 0x7c00) != 0x7c00) halves.push_back(static_cast<std::uint16_t>(bits));
  }
  const std::vector<std::byte> bytes = BytesOf(halves);
  const auto count = static_cast<std::int64_t>(halves.size());
  std::vector<float> floats(halves.size());
  std::vector<double> doubles(halves.size());
  ConvertToFloat(DType::kF16, bytes.data(), 1, count, floats.data());
  ConvertToDouble(DType::kF16, bytes.data(), 1, count, doubles.data());
  for (std::size_t i = 0; i < halves.size(); ++i) {
    ASSERT_EQ(floats[i], HalfByDefinition(halves[i])) << halves[i];
    ASSERT_EQ(doubles[i], HalfByDefinition(halves[i])) << halves[i];
  }
}

template <typename T>
void ExpectRunsConvert(DType dtype) {
  std::vector<T> values;
  for (int i = 0; i < 301; ++i) values.push_back(static_cast<T>((i - 150) * 3));
  for (const std::size_t lead : {0u, 1u, 3u}) {  // elements need not be aligned
    const std::vector<std::byte> bytes = BytesOf(values, lead);
    for (const std::int64_t stride : {1, 2, 7}) {
      const std::int64_t count = (301 + stride - 1) / stride;
      std::vector<float> floats(static_cast<std::size_t>(count));
      std::vector<double> doubles(floats.size());
      ConvertToFloat(dtype, bytes.data() + lead, stride, count, floats.data());
      ConvertToDouble(dtype, bytes.data() + lead, stride, count, doubles.data());
      for (std::size_t i = 0; i < floats.size(); ++i) {
        const T expected = values[i * static_cast<std::size_t>(stride)];
        ASSERT_EQ(floats[i], static_cast<float>(expected));
        ASSERT_EQ(doubles[i], static_cast<double>(expected));
      }
    }
  }
}

TEST(ConvertTest, NumbersAtAnyStrideAndAlignment) {
  ExpectRunsConvert<float>(DType::kF32);
  ExpectRunsConvert<double>(DType::kF64);
  ExpectRunsConvert<std::int16_t>(DType::kI16);
  ExpectRunsConvert<std::int32_t>(DType::kI32);
  ExpectRunsConvert<std::int64_t>(DType::kI64);
}

TEST(ConvertTest, WideNumbersAreRoundedToNearest) {
  const std::vector<double> values = {1 + 0x1p-24, 1 + 0x1.8p-24, 1e300, -0x1p-149};
  const std::vector<std::byte> bytes = BytesOf(values);
  float out[4];
  ConvertToFloat(DType::kF64, bytes.data(), 1, 4, out);
  EXPECT_EQ(out[0], 1.0f);  // a tie goes to even
  EXPECT_EQ(out[1], 1 + 0x1p-23f);
  EXPECT_EQ(out[2], std::numeric_limits<float>::infinity());
  EXPECT_EQ(out[3], -0x1p-149f);
  const std::vector<std::int32_t> integers = {16777217, -16777219, 2147483647};
  const std::vector<std::byte> integer_bytes = BytesOf(integers);
  ConvertToFloat(DType::kI32, integer_bytes.data(), 1, 3, out);
  EXPECT_EQ(out[0], 16777216.0f);
  EXPECT_EQ(out[1], -16777220.0f);
  EXPECT_EQ(out[2], 2147483648.0f);
}

TEST(ConvertTest, RoundingToBf16GoesToNearestHalvesToEven) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  // Steps of bf16 are 2^-7 above 1 and 2^-8 below.
  const std::vector<float> values = {1.0f,         1 + 0x1p-8f,   1 + 0x1.02p-8f, 1 + 0x3p-8f,
                                     -1 - 0x1p-9f, 0.0f,          -0.0f,          0x1p-133f,
                                     kInfinity,    0x1.ffffp127f, -3.0e-42f};
  const std::vector<float> expected = {1.0f,  1.0f,      1 + 0x1p-7f, 1 + 0x2p-7f, -1.0f, 0.0f,
                                       -0.0f, 0x1p-133f, kInfinity,   kInfinity,   -0.0f};
  std::vector<std::uint16_t> rounded(values.size());
  RoundToBFloat16(values.data(), static_cast<std::int64_t>(values.size()), rounded.data());
  std::vector<float> back(values.size());
  ConvertToFloat(DType::kBF16, reinterpret_cast<const std::byte*>(rounded.data()), 1,
                 static_cast<std::int64_t>(values.size()), back.data());
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    EXPECT_EQ(back[i], expected[i]) << i;
    EXPECT_EQ(std::signbit(back[i]), std::signbit(expected[i])) << i;
  }
  EXPECT_NEAR(back.back(), values.back(), 0x1p-134);  // half a step of the smallest numbers
  const float nan = std::numeric_limits<float>::quiet_NaN();
  RoundToBFloat16(&nan, 1, rounded.data());
  ConvertToFloat(DType::kBF16, reinterpret_cast<const std::byte*>(rounded.data()), 1, 1,
                 back.data());
  EXPECT_TRUE(std::isnan(back[0]));
}

TEST(ConvertTest, NothingIsReadForNoElements) {
  ConvertToFloat(DType::kF32, nullptr, 1, 0, nullptr);
  ConvertToDouble(DType::kBF16, nullptr, 5, 0, nullptr);
}

}  // namespace
}  // namespace brainalign
