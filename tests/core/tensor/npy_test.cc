#include "core/tensor/format/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <typename T>
Tensor Make(DType dtype, std::vector<std::int64_t> shape, Order order,
            const std::vector<T>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return *Tensor::FromBytes({dtype, std::move(shape), order}, std::move(bytes));
}

template <typename T>
void ExpectRoundTrip(DType dtype, Order order) {
  const ScratchFolder folder;
  const std::vector<T> values = {1, 2, 3, 4, 5, 6};
  const Tensor tensor = Make<T>(dtype, {2, 3}, order, values);
  ASSERT_TRUE(WriteNpy(folder.Path("a.npy"), tensor).ok());
  const absl::StatusOr<Tensor> read = OpenNpy(folder.Path("a.npy"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->spec(), tensor.spec());
  EXPECT_EQ(std::memcmp(read->data(), values.data(), sizeof(T) * values.size()), 0);
  EXPECT_THAT(folder.List(), ElementsAre("a.npy"));
}

TEST(NpyTest, RoundTripOfEveryTypeAndOrder) {
  for (const Order order : {Order::kC, Order::kFortran}) {
    ExpectRoundTrip<std::uint16_t>(DType::kF16, order);
    ExpectRoundTrip<float>(DType::kF32, order);
    ExpectRoundTrip<double>(DType::kF64, order);
    ExpectRoundTrip<std::int16_t>(DType::kI16, order);
    ExpectRoundTrip<std::int32_t>(DType::kI32, order);
    ExpectRoundTrip<std::int64_t>(DType::kI64, order);
  }
}

TEST(NpyTest, WritesTheBytesThatNumPyWrites) {
  // numpy.save of numpy.float32([[1, 2, 3]]): 128 bytes of header, then the elements.
  const ScratchFolder folder;
  ASSERT_TRUE(
      WriteNpy(folder.Path("a.npy"), Make<float>(DType::kF32, {1, 3}, Order::kC, {1, 2, 3})).ok());
  std::string expected("\x93NUMPY\x01\x00\x76\x00", 10);
  expected += "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }";
  expected.append(127 - expected.size(), ' ');
  expected += '\n';
  expected += std::string("\x00\x00\x80\x3f\x00\x00\x00\x40\x00\x00\x40\x40", 12);
  EXPECT_EQ(folder.Read("a.npy"), expected);
}

TEST(NpyTest, WritesShapesAsPythonTuples) {
  const ScratchFolder folder;
  ASSERT_TRUE(WriteNpy(folder.Path("0"), Make<double>(DType::kF64, {}, Order::kC, {1})).ok());
  ASSERT_TRUE(WriteNpy(folder.Path("1"), Make<double>(DType::kF64, {1}, Order::kC, {1})).ok());
  ASSERT_TRUE(
      WriteNpy(folder.Path("3"), Make<double>(DType::kF64, {1, 1, 1}, Order::kFortran, {1})).ok());
  EXPECT_THAT(folder.Read("0"), HasSubstr("'fortran_order': False, 'shape': (), }"));
  EXPECT_THAT(folder.Read("1"), HasSubstr("'fortran_order': False, 'shape': (1,), }"));
  EXPECT_THAT(folder.Read("3"), HasSubstr("'fortran_order': True, 'shape': (1, 1, 1), }"));
}

TEST(NpyTest, HeaderIsAMultipleOf64BytesWhateverTheShape) {
  const ScratchFolder folder;
  for (std::int64_t axes = 0; axes <= 32; ++axes) {
    const std::vector<std::int64_t> shape(static_cast<std::size_t>(axes), 1);
    const Tensor tensor = Make<std::int16_t>(DType::kI16, shape, Order::kC, {7});
    ASSERT_TRUE(WriteNpy(folder.Path("a"), tensor).ok());
    EXPECT_EQ(folder.Read("a").size() % 64, 2u);
    const absl::StatusOr<Tensor> read = OpenNpy(folder.Path("a"));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->spec().shape, shape);
  }
}

TEST(NpyTest, ReadsVersions2And3) {
  const ScratchFolder folder;
  const std::string dict = "{\"descr\": \"<i2\", \"shape\": (2,), 'fortran_order': False}\n";
  for (const char version : {'\x02', '\x03'}) {
    std::string bytes("\x93NUMPY", 6);
    bytes += {version, '\0', static_cast<char>(dict.size()), '\0', '\0', '\0'};
    const auto read = OpenNpy(folder.Write("a", bytes + dict + std::string("\x05\0\x07\0", 4)));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_THAT(read->ToDoubles(), ElementsAre(5, 7));
  }
}

TEST(NpyTest, ReadsElementsAtAnUnalignedOffset) {
  const ScratchFolder folder;
  const std::string dict = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}";
  for (std::size_t padding = 0; padding < 8; ++padding) {
    const std::string text = dict + std::string(padding, ' ');
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += {static_cast<char>(text.size()), '\0'};
    const double values[] = {1.5, -2.5};
    bytes += text + std::string(reinterpret_cast<const char*>(values), sizeof(values));
    const auto read = OpenNpy(folder.Write("a", bytes));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_THAT(read->ToDoubles(), ElementsAre(1.5, -2.5));
    EXPECT_THAT(FirstNonFinite(*read), testing::IsEmpty());
  }
}

TEST(NpyTest, ReadsAnAxisOfLengthZero) {
  const ScratchFolder folder;
  ASSERT_TRUE(WriteNpy(folder.Path("a"), Make<float>(DType::kF32, {4, 0, 3}, Order::kC, {})).ok());
  const auto read = OpenNpy(folder.Path("a"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->element_count(), 0);
  EXPECT_THAT(read->spec().shape, ElementsAre(4, 0, 3));
}

TEST(NpyTest, DoesNotWriteWhatTheFormatLacks) {
  const ScratchFolder folder;
  const Tensor brain = Make<std::uint16_t>(DType::kBF16, {1}, Order::kC, {1});
  EXPECT_THAT(std::string(WriteNpy(folder.Path("a.npy"), brain).message()), HasSubstr("bf16"));
  const Tensor matrix = Make<float>(DType::kF32, {2, 2}, Order::kFortran, {1, 2, 3, 4});
  EXPECT_TRUE(absl::IsInvalidArgument(WriteNpy(folder.Path("a.npy"), *matrix.Slice(0))));
  EXPECT_THAT(folder.List(), ElementsAre());
}

// Real files, where the folder with them is there.
class NpyRealFileTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* given = std::getenv("BRAINALIGN_TEST_DATA");
    folder_ = given != nullptr ? given : BRAINALIGN_SOURCE_DIR "/../shared/data";
    if (!std::filesystem::exists(folder_ + "/semantic")) GTEST_SKIP() << "no " << folder_;
  }
  std::string folder_;
};

TEST_F(NpyRealFileTest, PickledObjectsAreRefused) {
  const auto read = OpenNpy(folder_ + "/semantic/pickled_object.npy");
  EXPECT_TRUE(absl::IsInvalidArgument(read.status()));
  EXPECT_THAT(std::string(read.status().message()), HasSubstr("pickle"));
}

TEST_F(NpyRealFileTest, BertIsRead) {
  const auto read = OpenNpy(folder_ + "/semantic/bert.npy");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(read->spec().shape, ElementsAre(60, 768));
  EXPECT_THAT(FirstNonFinite(*read), testing::IsEmpty());
}

}  // namespace
}  // namespace brainalign
