#include "core/result/array.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string Bytes(const std::vector<int>& numbers) {
  std::string bytes;
  for (const int number : numbers) bytes.push_back(static_cast<char>(number));
  return bytes;
}

TEST(ArrayTest, BytesAreLittleEndian) {
  // IEEE 754: 1.0 is 0x3FF0000000000000, -2.5 is 0xC004000000000000.
  EXPECT_EQ(ToBytes({1.0, -2.5}, DType::kF64),
            Bytes({0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0x04, 0xC0}));
  EXPECT_EQ(ToBytes({258, -1}, DType::kI64),
            Bytes({2, 1, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255}));
  EXPECT_THAT(*FromBytes(Bytes({2, 1, 0, 0, 0, 0, 0, 0}), DType::kI64), ElementsAre(258));
  EXPECT_EQ(ToBytes({}, DType::kF64), "");
  EXPECT_THAT(*FromBytes("", DType::kI64), ElementsAre());
}

TEST(ArrayTest, ElementsComeBackBitForBit) {
  const std::vector<double> values = {0.1, -0.0, std::numeric_limits<double>::denorm_min(),
                                      std::numeric_limits<double>::quiet_NaN(),
                                      -std::numeric_limits<double>::infinity()};
  const std::string bytes = ToBytes(values, DType::kF64);
  EXPECT_EQ(ToBytes(*FromBytes(bytes, DType::kF64), DType::kF64), bytes);
}

TEST(ArrayTest, BytesThatAreNoElementsAreRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(FromBytes("1234567", DType::kF64).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(FromBytes("12345678", DType::kF32).status()));
  // 2^53 + 1, which no double is.
  const absl::Status status = FromBytes(Bytes({1, 0, 0, 0, 0, 0, 0x20, 0}), DType::kI64).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("9007199254740993"));
  EXPECT_TRUE(FromBytes(Bytes({0, 0, 0, 0, 0, 0, 0x20, 0}), DType::kI64).ok());
}

TEST(ArrayTest, ShapeIsThatOfItsAxes) {
  const std::vector<Axis> axes = {{"a", 3, {}, {}}, {"b", 0, {}, {}}, {"c", 2, {}, {}}};
  EXPECT_THAT(ShapeOf({"x", {"c", "a"}}, axes), ElementsAre(2, 3));
  EXPECT_EQ(ElementCount({2, 3}), 6);
  EXPECT_EQ(ElementCount({}), 1);
  EXPECT_EQ(ElementCount({2, 0}), 0);
  EXPECT_EQ(ElementCount({2, -1}), -1);
  EXPECT_EQ(ElementCount({std::int64_t{1} << 40, std::int64_t{1} << 40}), -1);
  EXPECT_EQ(FindAxis(axes, "d"), nullptr);
}

}  // namespace
}  // namespace brainalign
