#include "core/tensor/format/foreign_bytes.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/tensor/format/npy.h"
#include "core/tensor/format/safetensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string DescribeForeign(const std::string& bytes) {
  return DescribeForeignBytes(reinterpret_cast<const std::byte*>(bytes.data()),
                              static_cast<std::int64_t>(bytes.size()), ".npy");
}

TEST(ForeignBytesTest, FormatsAreToldByTheirFirstBytes) {
  EXPECT_EQ(DescribeForeign(std::string("PK\x03\x04") + std::string(26, 'x') + "archive/data.pkl"),
            "a file of torch.save");
  EXPECT_EQ(DescribeForeign(std::string("PK\x03\x04") + std::string(26, 'x') + "meg.npy"),
            "an archive of numpy.savez");
  EXPECT_EQ(DescribeForeign("PK\x03\x04"), "a zip archive");
  EXPECT_THAT(DescribeForeign("\x80\x04\x95"), HasSubstr("pickle"));
  EXPECT_THAT(DescribeForeign("\x89HDF\r\n\x1a\n..."), HasSubstr("HDF5"));
  EXPECT_THAT(DescribeForeign("MATLAB 5.0 MAT-file"), HasSubstr("MATLAB"));
  EXPECT_THAT(DescribeForeign("\x1f\x8b\x08"), HasSubstr("gzip"));
  EXPECT_THAT(DescribeForeign("\n<!DOCTYPE html><html>"), HasSubstr("web page"));
  EXPECT_EQ(DescribeForeign(std::string("\x10\0\0\0\0\0\0\0{\"a\":", 13)), "a .safetensors file");
  EXPECT_EQ(DescribeForeign(""), "");
  EXPECT_EQ(DescribeForeign("onsets 1 2 3"), "");
}

TEST(ForeignBytesTest, ReadersNameTheFormatAndWhatToDo) {
  const ScratchFolder folder;
  const std::string torch = std::string("PK\x03\x04") + std::string(26, 'x') + "archive/data.pkl";
  folder.Write("a.npy", torch);
  folder.Write("a.safetensors", torch);
  EXPECT_THAT(std::string(OpenNpy(folder.Path("a.npy")).status().message()),
              AllOf(HasSubstr("a.npy is a file of torch.save"), HasSubstr("numpy.save")));
  EXPECT_THAT(std::string(OpenSafetensors(folder.Path("a.safetensors")).status().message()),
              AllOf(HasSubstr("is a file of torch.save"), HasSubstr("safetensors")));
}

std::string NpyOf(const std::string& descr, int count, const std::string& data) {
  std::string header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" +
                       std::to_string(count) + ",), }";
  header.resize(117, ' ');
  header += '\n';
  return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + data;
}

TEST(ForeignBytesTest, NumbersThatTensorsDoNotHaveAreWidened) {
  const ScratchFolder folder;
  const auto read = [&](const std::string& descr, int count, const std::string& data) {
    folder.Write("n.npy", NpyOf(descr, count, data));
    const auto tensor = OpenNpyOfNumbers(folder.Path("n.npy"));
    EXPECT_TRUE(tensor.ok()) << tensor.status();
    return tensor.ok() ? tensor->ToDoubles() : std::vector<double>();
  };
  using ::testing::ElementsAre;
  EXPECT_THAT(read("|b1", 3, std::string("\x01\x00\x01", 3)), ElementsAre(1, 0, 1));
  EXPECT_THAT(read("|u1", 2, "\x02\xff"), ElementsAre(2, 255));
  EXPECT_THAT(read("|i1", 2, "\x02\xff"), ElementsAre(2, -1));
  EXPECT_THAT(read("<u2", 1, "\xff\xff"), ElementsAre(65535));
  EXPECT_THAT(read("<u4", 1, "\xff\xff\xff\xff"), ElementsAre(4294967295.0));
  EXPECT_THAT(read("<u8", 1, std::string("\x07\0\0\0\0\0\0\0", 8)), ElementsAre(7));
  EXPECT_THAT(read("<f4", 1, std::string("\0\0\x80\x3f", 4)), ElementsAre(1));

  folder.Write("n.npy", NpyOf("<u8", 1, std::string(8, '\xff')));
  EXPECT_THAT(std::string(OpenNpyOfNumbers(folder.Path("n.npy")).status().message()),
              HasSubstr("2^63 - 1"));
  folder.Write("n.npy", NpyOf("|u1", 3, "\x01"));
  EXPECT_THAT(std::string(OpenNpyOfNumbers(folder.Path("n.npy")).status().message()),
              HasSubstr("truncated"));
  EXPECT_FALSE(OpenNpy(folder.Path("n.npy")).ok()) << "as a tensor";
}

}  // namespace
}  // namespace brainalign
