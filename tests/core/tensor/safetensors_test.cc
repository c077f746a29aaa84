#include "core/tensor/format/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "absl/strings/str_cat.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string LittleEndian(std::uint64_t value) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(value >> (8 * i));
  return bytes;
}

std::string SafetensorsFile(const std::string& header, std::size_t data_bytes) {
  return LittleEndian(header.size()) + header + std::string(data_bytes, '\0');
}

// What is said about a file of these bytes; empty if it is read.
std::string SafetensorsRefusal(const std::string& bytes) {
  const ScratchFolder folder;
  const auto read = OpenSafetensors(folder.Write("layers.safetensors", bytes));
  if (read.ok()) return "";
  EXPECT_TRUE(absl::IsInvalidArgument(read.status())) << read.status();
  EXPECT_THAT(std::string(read.status().message()), HasSubstr("layers.safetensors"));
  return std::string(read.status().message());
}

std::string Entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return absl::StrCat("\"", name, "\": {\"dtype\": \"", dtype, "\", \"shape\": ", shape,
                      ", \"data_offsets\": ", offsets, "}");
}

Tensor Halves(DType dtype, std::vector<std::int64_t> shape, std::size_t count) {
  return *Tensor::FromBytes({dtype, std::move(shape), Order::kC},
                            std::vector<std::byte>(2 * count, std::byte{0x3f}));
}

TEST(SafetensorsTest, RoundTripKeepsOrderNamesAndBytes) {
  const ScratchFolder folder;
  const Tensor a = Halves(DType::kBF16, {3, 5}, 15);
  const Tensor b = Halves(DType::kF16, {2}, 2);
  const Tensor c = Halves(DType::kI64, {1, 1}, 4);
  const std::string path = folder.Path("x.safetensors");
  ASSERT_TRUE(WriteSafetensors(path, {{"layer \"10\" \xc3\xa9", a}, {"b", b}, {"c", c}}).ok());
  const auto read = OpenSafetensors(path);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 3u);
  EXPECT_EQ((*read)[0].name, "layer \"10\" \xc3\xa9");
  EXPECT_EQ((*read)[1].name, "b");
  EXPECT_EQ((*read)[0].tensor.spec(), a.spec());
  EXPECT_EQ((*read)[1].tensor.spec(), b.spec());
  EXPECT_EQ((*read)[2].tensor.spec(), c.spec());
  EXPECT_EQ(std::memcmp((*read)[0].tensor.data(), a.data(), 30), 0);
  EXPECT_THAT(folder.List(), ElementsAre("x.safetensors"));
}

TEST(SafetensorsTest, WritesTheDocumentedBytes) {
  const ScratchFolder folder;
  const Tensor tensor = *Tensor::FromBytes(
      {DType::kI16, {2}, Order::kC}, {std::byte{1}, std::byte{0}, std::byte{2}, std::byte{0}});
  ASSERT_TRUE(WriteSafetensors(folder.Path("x"), {{"a", tensor}}).ok());
  const std::string header = R"({"a":{"dtype":"I16","shape":[2],"data_offsets":[0,4]}})";
  ASSERT_LT(header.size(), 56u);
  EXPECT_EQ(folder.Read("x"), LittleEndian(56) + header + std::string(56 - header.size(), ' ') +
                                  std::string("\x01\x00\x02\x00", 4));
}

TEST(SafetensorsTest, ReadsTensorsInTheOrderOfTheirBytes) {
  const ScratchFolder folder;
  const std::string header = std::string("{") + Entry("second", "F32", "[2]", "[4, 12]") + ", " +
                             Entry("first", "F32", "[]", "[0, 4]") +
                             ", \"__metadata__\": {\"format\": \"pt\"}}   ";
  const auto read = OpenSafetensors(folder.Write("x", SafetensorsFile(header, 12)));
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].name, "first");
  EXPECT_EQ((*read)[0].tensor.rank(), 0);
  EXPECT_EQ((*read)[1].name, "second");
}

TEST(SafetensorsTest, ReadsUnalignedElements) {
  const ScratchFolder folder;
  const std::string header = std::string("{") + Entry("a", "F64", "[1]", "[0, 8]") + "}";
  for (std::size_t padding = 0; padding < 8; ++padding) {
    const auto read =
        OpenSafetensors(folder.Write("x", SafetensorsFile(header + std::string(padding, ' '), 8)));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_THAT((*read)[0].tensor.ToDoubles(), ElementsAre(0));
  }
}

TEST(SafetensorsTest, ReadsEmptyTensorsAndNone) {
  EXPECT_EQ(SafetensorsRefusal(SafetensorsFile("{}", 0)), "");
  EXPECT_EQ(
      SafetensorsRefusal(SafetensorsFile(std::string("{") + Entry("a", "F32", "[0, 5]", "[0, 0]") +
                                             ", " + Entry("b", "F32", "[1]", "[0, 4]") + "}",
                                         4)),
      "");
}

TEST(SafetensorsTest, DoesNotWriteWhatCannotBeReadBack) {
  const ScratchFolder folder;
  const Tensor ok = Halves(DType::kF16, {2}, 2);
  const Tensor fortran =
      *Tensor::FromBytes({DType::kF16, {2, 2}, Order::kFortran}, std::vector<std::byte>(8));
  const std::string path = folder.Path("x");
  EXPECT_FALSE(WriteSafetensors(path, {{"a", ok}, {"a", ok}}).ok());
  EXPECT_FALSE(WriteSafetensors(path, {{"__metadata__", ok}}).ok());
  EXPECT_FALSE(WriteSafetensors(path, {{"\xff", ok}}).ok());
  EXPECT_FALSE(WriteSafetensors(path, {{"a", fortran}}).ok());
  EXPECT_FALSE(WriteSafetensors(path, {{"a", *fortran.Slice(0)}}).ok());
  EXPECT_THAT(folder.List(), IsEmpty());
}

TEST(SafetensorsHostileTest, TruncatedAtEveryByte) {
  const std::string whole =
      SafetensorsFile(std::string("{") + Entry("a", "F32", "[2]", "[0, 8]") + "}", 8);
  EXPECT_EQ(SafetensorsRefusal(whole), "");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(SafetensorsRefusal(whole.substr(0, size)), "") << size;
  }
}

TEST(SafetensorsHostileTest, EveryByteOfTheHeaderReplaced) {
  const ScratchFolder folder;
  const std::string whole =
      SafetensorsFile(std::string("{") + Entry("a", "F32", "[2]", "[0, 8]") + "}", 8);
  for (std::size_t i = 0; i + 8 < whole.size(); ++i) {
    for (const int byte : {0x00, 0x20, 0x22, 0x2c, 0x39, 0x5b, 0x5d, 0x7b, 0x7d, 0xff}) {
      std::string bytes = whole;
      bytes[i] = static_cast<char>(byte);
      const auto read = OpenSafetensors(folder.Write("x", bytes));
      if (read.ok() && !read->empty()) {
        EXPECT_EQ((*read)[0].tensor.size_bytes(), 8);
      }
    }
  }
}

TEST(SafetensorsHostileTest, HeaderLengthsThatLie) {
  EXPECT_THAT(SafetensorsRefusal(LittleEndian(~std::uint64_t{0}) + "{}"),
              HasSubstr("18446744073709551615"));
  EXPECT_THAT(SafetensorsRefusal(LittleEndian(100'000'001) + "{}"), HasSubstr("100000000"));
  EXPECT_THAT(SafetensorsRefusal(LittleEndian(3) + "{}"), HasSubstr("truncated"));
}

TEST(SafetensorsHostileTest, HeadersThatAreNotTheJson) {
  EXPECT_THAT(SafetensorsRefusal(SafetensorsFile("", 0)), HasSubstr("not JSON"));
  EXPECT_THAT(SafetensorsRefusal(SafetensorsFile("{", 0)), HasSubstr("not JSON"));
  EXPECT_THAT(SafetensorsRefusal(SafetensorsFile("{} {}", 0)), HasSubstr("not JSON"));
  EXPECT_THAT(SafetensorsRefusal(SafetensorsFile("\xff\xfe", 0)), HasSubstr("not JSON"));
  for (const char* header : {"[]", "3", "null", "\"a\"", "true", "1.5", "-1"}) {
    EXPECT_THAT(SafetensorsRefusal(SafetensorsFile(header, 0)), HasSubstr("does not map names"))
        << header;
  }
  for (const char* header :
       {"{\"a\": 1}", "{\"a\": []}", "{\"a\": null}", "{\"a\": \"F32\"}", "{\"a\": {}}",
        "{\"a\": {\"dtype\": 1}}", "{\"a\": {\"shape\": [[1]]}}", "{\"a\": {\"shape\": [{}]}}",
        "{\"a\": {\"shape\": [-1]}}", "{\"a\": {\"shape\": [1.0]}}",
        "{\"a\": {\"shape\": [1e400]}}", "{\"a\": {\"shape\": [18446744073709551615]}}",
        "{\"a\": {\"other\": {}}}", "{\"a\": {\"shape\": [1], \"shape\": [1]}}",
        "{\"a\": {\"dtype\": \"F32\", \"dtype\": \"F32\"}}"}) {
    EXPECT_NE(SafetensorsRefusal(SafetensorsFile(header, 0)), "") << header;
  }
  EXPECT_THAT(SafetensorsRefusal(SafetensorsFile(
                  std::string("{") + Entry("a", "F32", "[1]", "[0, 4, 4]") + "}", 4)),
              HasSubstr("'a'"));
  EXPECT_THAT(SafetensorsRefusal(
                  SafetensorsFile(std::string("{") + Entry("a", "F32", "[1]", "[0]") + "}", 4)),
              HasSubstr("'a'"));
}

TEST(SafetensorsHostileTest, DTypesThatAreNotRead) {
  for (const char* dtype : {"F8_E4M3", "I8", "U8", "BOOL", "f32", ""}) {
    EXPECT_THAT(SafetensorsRefusal(SafetensorsFile(
                    std::string("{") + Entry("a", dtype, "[1]", "[0, 1]") + "}", 1)),
                AllOf(HasSubstr("'a'"), HasSubstr("supported are F16, BF16")))
        << dtype;
  }
}

TEST(SafetensorsHostileTest, OffsetsThatLie) {
  const auto refusal = [](const std::string& shape, const std::string& offsets) {
    return SafetensorsRefusal(
        SafetensorsFile(std::string("{") + Entry("a", "F32", shape, offsets) + "}", 8));
  };
  EXPECT_EQ(refusal("[2]", "[0, 8]"), "");
  EXPECT_THAT(refusal("[3]", "[0, 12]"), HasSubstr("only 8 bytes follow"));
  EXPECT_THAT(refusal("[3]", "[0, 8]"), HasSubstr("takes 12 bytes"));
  EXPECT_THAT(refusal("[2]", "[8, 0]"), HasSubstr("backwards"));
  EXPECT_THAT(refusal("[1]", "[0, 4]"), HasSubstr("4 bytes too many"));
  EXPECT_THAT(refusal("[1]", "[4, 8]"), HasSubstr("hole"));
  EXPECT_THAT(refusal("[4611686018427387904, 4]", "[0, 8]"), HasSubstr("too large"));
  EXPECT_THAT(refusal("[0, 4611686018427387904, 4]", "[0, 0]"), HasSubstr("too large"));
  EXPECT_THAT(
      SafetensorsRefusal(SafetensorsFile(std::string("{") + Entry("a", "F32", "[2]", "[0, 8]") +
                                             "," + Entry("b", "F32", "[2]", "[4, 12]") + "}",
                                         12)),
      HasSubstr("overlaps"));
  EXPECT_THAT(
      SafetensorsRefusal(SafetensorsFile(std::string("{") + Entry("a", "F32", "[1]", "[0, 4]") +
                                             "," + Entry("b", "F32", "[1]", "[8, 12]") + "}",
                                         12)),
      HasSubstr("hole after byte 4"));
}

TEST(SafetensorsHostileTest, OneNameTwice) {
  EXPECT_THAT(
      SafetensorsRefusal(SafetensorsFile(std::string("{") + Entry("a", "F32", "[1]", "[0, 4]") +
                                             "," + Entry("a", "F32", "[1]", "[4, 8]") + "}",
                                         8)),
      HasSubstr("'a' twice"));
}

TEST(SafetensorsHostileTest, DeepNestingNeitherCrashesNorPasses) {
  const std::size_t depth = 5'000'000;
  const std::string open(depth, '[');
  const std::string close(depth, ']');
  EXPECT_NE(SafetensorsRefusal(SafetensorsFile(open + close, 0)), "");
  EXPECT_NE(SafetensorsRefusal(
                SafetensorsFile(std::string("{\"a\": {\"shape\": ") + open + close + "}}", 0)),
            "");
  EXPECT_EQ(SafetensorsRefusal(
                SafetensorsFile(std::string("{\"__metadata__\": ") + open + close + "}", 0)),
            "");
}

TEST(SafetensorsHostileTest, MetadataMayHoldAnything) {
  EXPECT_EQ(SafetensorsRefusal(
                SafetensorsFile("{\"__metadata__\": {\"a\": [1, {\"b\": null}], \"a\": -1.5}, " +
                                    Entry("a", "F32", "[1]", "[0, 4]") + "}",
                                4)),
            "");
  EXPECT_EQ(SafetensorsRefusal(SafetensorsFile(
                "{\"__metadata__\": 3, " + Entry("a", "F32", "[1]", "[0, 4]") + "}", 4)),
            "");
}

}  // namespace
}  // namespace brainalign
