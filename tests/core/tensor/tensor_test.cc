#include "core/tensor/tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "core/tensor/mapped_file.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// 0, 1, 2, ... in the order of memory.
Tensor Counting(std::vector<std::int64_t> shape, Order order) {
  TensorSpec spec{DType::kI16, std::move(shape), order};
  std::vector<std::byte> bytes(static_cast<std::size_t>(*SizeInBytes(spec)));
  for (std::size_t i = 0; 2 * i < bytes.size(); ++i) {
    const auto value = static_cast<std::int16_t>(i);
    std::memcpy(&bytes[2 * i], &value, 2);
  }
  return *Tensor::FromBytes(std::move(spec), std::move(bytes));
}

TEST(TensorSpecTest, SizeMultipliesAxesAndElementSize) {
  EXPECT_EQ(*SizeInBytes({DType::kF64, {3, 4}, Order::kC}), 96);
  EXPECT_EQ(*SizeInBytes({DType::kBF16, {}, Order::kC}), 2);
  EXPECT_EQ(*SizeInBytes({DType::kF32, {7, 0, 9}, Order::kC}), 0);
}

TEST(TensorSpecTest, SizeRefusesWhatCannotBe) {
  const std::int64_t big = std::int64_t{1} << 62;
  EXPECT_FALSE(SizeInBytes({DType::kF32, {3, -1}, Order::kC}).ok());
  EXPECT_FALSE(SizeInBytes({DType::kI16, {big}, Order::kC}).ok());
  EXPECT_FALSE(SizeInBytes({DType::kF64, {1 << 20, 1 << 20, 1 << 21}, Order::kC}).ok());
  EXPECT_FALSE(SizeInBytes({DType::kF32, {0, big, big}, Order::kC}).ok());
  EXPECT_FALSE(SizeInBytes({DType::kF32, std::vector<std::int64_t>(33, 1), Order::kC}).ok());
}

TEST(TensorSpecTest, DescribesItself) {
  EXPECT_EQ(Describe({DType::kF32, {600, 24, 31}, Order::kC}), "f32 (600, 24, 31)");
  EXPECT_EQ(Describe({DType::kF16, {5}, Order::kC}), "f16 (5,)");
  EXPECT_EQ(Describe({DType::kI64, {}, Order::kC}), "i64 ()");
  EXPECT_EQ(Describe({DType::kF64, {2, 3}, Order::kFortran}), "f64 (2, 3), Fortran order");
}

TEST(TensorTest, FromBytesChecksTheirNumber) {
  EXPECT_TRUE(Tensor::FromBytes({DType::kF32, {2}, Order::kC}, std::vector<std::byte>(8)).ok());
  EXPECT_FALSE(Tensor::FromBytes({DType::kF32, {2}, Order::kC}, std::vector<std::byte>(7)).ok());
}

TEST(TensorTest, ToDoublesIsInAxisOrderWhateverTheMemory) {
  EXPECT_THAT(Counting({2, 3}, Order::kC).ToDoubles(), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(Counting({2, 3}, Order::kFortran).ToDoubles(), ElementsAre(0, 2, 4, 1, 3, 5));
  EXPECT_THAT(Counting({2, 1, 2}, Order::kFortran).ToDoubles(), ElementsAre(0, 2, 1, 3));
  EXPECT_THAT(Counting({}, Order::kC).ToDoubles(), ElementsAre(0));
  EXPECT_THAT(Counting({3, 0}, Order::kC).ToDoubles(), ElementsAre());
}

TEST(TensorTest, StridesFollowTheOrder) {
  const Tensor c = Counting({2, 3, 4}, Order::kC);
  EXPECT_EQ(c.stride(0), 12);
  EXPECT_EQ(c.stride(1), 4);
  EXPECT_EQ(c.stride(2), 1);
  const Tensor f = Counting({2, 3, 4}, Order::kFortran);
  EXPECT_EQ(f.stride(0), 1);
  EXPECT_EQ(f.stride(1), 2);
  EXPECT_EQ(f.stride(2), 6);
}

TEST(TensorTest, SliceTakesOneIndexOfTheFirstAxis) {
  const Tensor c = *Counting({2, 3}, Order::kC).Slice(1);
  EXPECT_THAT(c.ToDoubles(), ElementsAre(3, 4, 5));
  EXPECT_TRUE(c.is_dense());
  const Tensor f = *Counting({2, 3}, Order::kFortran).Slice(1);
  EXPECT_THAT(f.ToDoubles(), ElementsAre(1, 3, 5));
  EXPECT_FALSE(f.is_dense());
  EXPECT_THAT(Counting({2, 3, 2}, Order::kFortran).Slice(1)->Slice(2)->ToDoubles(),
              ElementsAre(5, 11));
}

TEST(TensorTest, SliceRefusesWhatIsNotThere) {
  EXPECT_FALSE(Counting({2, 3}, Order::kC).Slice(2).ok());
  EXPECT_FALSE(Counting({2, 3}, Order::kC).Slice(-1).ok());
  EXPECT_FALSE(Counting({}, Order::kC).Slice(0).ok());
}

TEST(TensorTest, SliceKeepsTheBytesAlive) {
  Tensor slice;
  {
    const Tensor whole = Counting({2, 3}, Order::kC);
    slice = *whole.Slice(1);
  }
  EXPECT_THAT(slice.ToDoubles(), ElementsAre(3, 4, 5));
}

TEST(MappedFileTest, SaysWhatIsWrongWithThePath) {
  const ScratchFolder folder;
  const auto missing = MappedFile::Open(folder.Path("none.npy"));
  EXPECT_TRUE(absl::IsNotFound(missing.status()));
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr(folder.Path("none.npy")));
  const auto directory = MappedFile::Open(folder.path());
  EXPECT_EQ(directory.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(MappedFileTest, MapsAnEmptyFile) {
  const ScratchFolder folder;
  const auto file = MappedFile::Open(folder.Write("empty", ""));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->size_bytes(), 0);
}

}  // namespace
}  // namespace brainalign
