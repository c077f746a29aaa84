#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "core/tensor/tensor.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr float kNotANumber = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinite = std::numeric_limits<float>::infinity();

template <typename T>
Tensor MakeShaped(DType dtype, std::vector<std::int64_t> shape, Order order,
                  const std::vector<T>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return *Tensor::FromBytes({dtype, std::move(shape), order}, std::move(bytes));
}

TEST(FirstNonFiniteTest, NothingAmongExtremesThatAreFinite) {
  const float max = std::numeric_limits<float>::max();
  EXPECT_THAT(
      FirstNonFinite(MakeShaped<float>(DType::kF32, {4}, Order::kC,
                                       {max, -max, 0.0f, std::numeric_limits<float>::min()})),
      IsEmpty());
  EXPECT_THAT(FirstNonFinite(MakeShaped<double>(DType::kF64, {2}, Order::kC, {1e308, -1e308})),
              IsEmpty());
  EXPECT_THAT(
      FirstNonFinite(MakeShaped<std::uint16_t>(DType::kF16, {2}, Order::kC, {0x7bff, 0xfbff})),
      IsEmpty());
  EXPECT_THAT(
      FirstNonFinite(MakeShaped<std::uint16_t>(DType::kBF16, {2}, Order::kC, {0x7f7f, 0xff7f})),
      IsEmpty());
}

TEST(FirstNonFiniteTest, FindsEachKindInEachType) {
  EXPECT_THAT(
      FirstNonFinite(MakeShaped<float>(DType::kF32, {3}, Order::kC, {0, -kInfinite, kNotANumber})),
      ElementsAre(1));
  EXPECT_THAT(FirstNonFinite(MakeShaped<double>(DType::kF64, {3}, Order::kC, {0, 1, kNotANumber})),
              ElementsAre(2));
  EXPECT_THAT(
      FirstNonFinite(MakeShaped<std::uint16_t>(DType::kF16, {3}, Order::kC, {0, 0x7c00, 0x7e00})),
      ElementsAre(1));
  EXPECT_THAT(
      FirstNonFinite(MakeShaped<std::uint16_t>(DType::kBF16, {3}, Order::kC, {0, 0, 0xffc0})),
      ElementsAre(2));
}

TEST(FirstNonFiniteTest, IntegersAreAlwaysFinite) {
  EXPECT_THAT(
      FirstNonFinite(MakeShaped<std::int32_t>(DType::kI32, {2}, Order::kC, {-1, 0x7f800000})),
      IsEmpty());
}

TEST(FirstNonFiniteTest, ScalarsAndEmptyTensors) {
  EXPECT_THAT(FirstNonFinite(MakeShaped<float>(DType::kF32, {}, Order::kC, {kNotANumber})),
              ElementsAre(0));
  EXPECT_THAT(FirstNonFinite(MakeShaped<float>(DType::kF32, {}, Order::kC, {1})), IsEmpty());
  EXPECT_THAT(FirstNonFinite(MakeShaped<float>(DType::kF32, {3, 0, 2}, Order::kC, {})), IsEmpty());
  EXPECT_THAT(FirstNonFinite(Tensor()), IsEmpty());
}

TEST(FirstNonFiniteTest, IsTheFirstInAxisOrderForBothOrders) {
  // (2, 3) with NaN at (0, 2) and (1, 0): in Fortran order the latter lies first.
  EXPECT_THAT(FirstNonFinite(MakeShaped<float>(DType::kF32, {2, 3}, Order::kC,
                                               {0, 0, kNotANumber, kNotANumber, 0, 0})),
              ElementsAre(0, 2));
  EXPECT_THAT(FirstNonFinite(MakeShaped<float>(DType::kF32, {2, 3}, Order::kFortran,
                                               {0, kNotANumber, 0, 0, kNotANumber, 0})),
              ElementsAre(0, 2));
}

TEST(FirstNonFiniteTest, FarIntoALargeTensor) {
  const std::int64_t rows = 700;
  const std::int64_t columns = 1001;
  std::vector<float> values(static_cast<std::size_t>(rows * columns), 1.0f);
  values[641u * 1001u + 999u] = kInfinite;
  EXPECT_THAT(FirstNonFinite(MakeShaped<float>(DType::kF32, {rows, columns}, Order::kC, values)),
              ElementsAre(641, 999));
  EXPECT_THAT(
      FirstNonFinite(MakeShaped<float>(DType::kF32, {columns, rows}, Order::kFortran, values)),
      ElementsAre(999, 641));
}

TEST(FirstNonFiniteTest, AsksEveryFewMegabytesWhetherToStop) {
  const std::int64_t columns = std::int64_t{1} << 14;
  std::vector<float> values(static_cast<std::size_t>(1024 * columns));  // 64 MiB
  values.back() = kNotANumber;
  const Tensor dense = MakeShaped<float>(DType::kF32, {1024, columns}, Order::kC, values);
  const Tensor cube = MakeShaped<float>(DType::kF32, {2, 512, columns}, Order::kFortran, values);
  for (const Tensor& tensor : {dense, *cube.Slice(1)}) {
    int asked = 0;
    EXPECT_THAT(FirstNonFinite(tensor, [&] { return ++asked < 0; }), testing::Not(IsEmpty()));
    EXPECT_GE(asked, tensor.size_bytes() >> 22);
    const int in_all = asked;
    asked = 0;
    EXPECT_THAT(FirstNonFinite(tensor, [&] { return ++asked == 2; }), IsEmpty());
    EXPECT_EQ(asked, 2) << in_all;
  }
}

TEST(FirstNonFiniteTest, LooksOnlyIntoTheSlice) {
  // Fortran (2, 3): rows are {0, 2, 4} and {1, 3, 5} of memory.
  const Tensor whole = MakeShaped<float>(DType::kF32, {2, 3}, Order::kFortran,
                                         {0, 1, 2, kNotANumber, 4, kNotANumber});
  EXPECT_THAT(FirstNonFinite(*whole.Slice(0)), IsEmpty());
  EXPECT_THAT(FirstNonFinite(*whole.Slice(1)), ElementsAre(1));
  const Tensor cube = MakeShaped<float>(DType::kF32, {2, 2, 2}, Order::kFortran,
                                        {0, 0, 0, kNotANumber, 0, kNotANumber, 0, 0});
  EXPECT_THAT(FirstNonFinite(*cube.Slice(1)), ElementsAre(0, 1));
}

}  // namespace
}  // namespace brainalign
