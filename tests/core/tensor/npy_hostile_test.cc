// Files that are damaged, foreign or made to harm.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/tensor/format/npy.h"
#include "core/tensor/format/npy_header.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// A file of version 1.0 with this header text and `data_bytes` zeros after it.
std::string FileWith(const std::string& dict, std::size_t data_bytes) {
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += {static_cast<char>(dict.size() & 0xff), static_cast<char>(dict.size() >> 8)};
  return bytes + dict + std::string(data_bytes, '\0');
}

std::string Dict(const std::string& descr, const std::string& shape) {
  return "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }\n";
}

// What is said about a file of these bytes; empty if it is read.
std::string Refusal(const std::string& bytes) {
  const ScratchFolder folder;
  const absl::StatusOr<Tensor> read = OpenNpy(folder.Write("brain.npy", bytes));
  if (read.ok()) return "";
  EXPECT_TRUE(absl::IsInvalidArgument(read.status())) << read.status();
  EXPECT_THAT(std::string(read.status().message()), HasSubstr("brain.npy"));
  return std::string(read.status().message());
}

TEST(NpyHostileTest, TheGoodFileIsRead) {
  EXPECT_EQ(Refusal(FileWith(Dict("'<f4'", "(2, 3)"), 24)), "");
}

TEST(NpyHostileTest, TruncatedAtEveryByte) {
  const std::string whole = FileWith(Dict("'<f4'", "(2, 3)"), 24);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(
        Refusal(whole.substr(0, size)),
        testing::AnyOf(HasSubstr("truncated"), HasSubstr("empty"), HasSubstr("not a .npy file")))
        << size;
  }
}

TEST(NpyHostileTest, EveryByteOfTheHeaderReplaced) {
  // Nothing may crash or be read beyond the end, whatever a byte turns into.
  const ScratchFolder folder;
  const std::string whole = FileWith(Dict("'<f4'", "(2, 3)"), 24);
  for (std::size_t i = 0; i + 24 < whole.size(); ++i) {
    for (const int byte : {0x00, 0x01, 0x20, 0x27, 0x28, 0x29, 0x2c, 0x30, 0x39, 0x7d, 0xff}) {
      std::string bytes = whole;
      bytes[i] = static_cast<char>(byte);
      const auto read = OpenNpy(folder.Write("a", bytes));
      if (read.ok()) {
        EXPECT_EQ(read->size_bytes(), 24);
      }
    }
  }
}

TEST(NpyHostileTest, TrailingBytes) {
  EXPECT_THAT(Refusal(FileWith(Dict("'<f4'", "(2, 3)"), 25)), HasSubstr("1 bytes too many"));
}

TEST(NpyHostileTest, OtherByteOrders) {
  EXPECT_THAT(Refusal(FileWith(Dict("'>f4'", "(2, 3)"), 24)),
              AllOf(HasSubstr("big-endian"), HasSubstr("astype('<f4')")));
  EXPECT_THAT(Refusal(FileWith(Dict("'=f4'", "(2, 3)"), 24)), HasSubstr("byte order"));
}

TEST(NpyHostileTest, PickledObjects) {
  for (const char* descr : {"'|O'", "'O'", "'<O8'"}) {
    EXPECT_THAT(Refusal(FileWith(Dict(descr, "(2,)"), 16)),
                AllOf(HasSubstr("pickled Python objects, which are never read"),
                      HasSubstr("allow_pickle=False")));
  }
}

TEST(NpyHostileTest, DTypesThatAreNotRead) {
  for (const char* descr : {"'|i1'", "'|u1'", "'|b1'", "'<u2'", "'<c8'", "'<U5'", "'|S3'",
                            "'<M8[ns]'", "'f4'", "''", "'<f16'", "'<f4 '"}) {
    EXPECT_THAT(Refusal(FileWith(Dict(descr, "(2,)"), 2)), HasSubstr("supported are <f2, <f4"))
        << descr;
  }
  EXPECT_THAT(Refusal(FileWith(Dict("[('x', '<f4'), ('y', '<f4')]", "(2,)"), 16)),
              HasSubstr("structured"));
}

TEST(NpyHostileTest, ShapesThatLie) {
  EXPECT_THAT(Refusal(FileWith(Dict("'<f4'", "(2, 4)"), 24)),
              AllOf(HasSubstr("truncated"), HasSubstr("f32 (2, 4)"), HasSubstr("32 bytes")));
  for (const char* shape :
       {"(4611686018427387904, 4)", "(4294967296, 4294967296)", "(0, 4611686018427387904, 8)"}) {
    EXPECT_THAT(Refusal(FileWith(Dict("'<f4'", shape), 24)), HasSubstr("too large")) << shape;
  }
  for (const char* shape : {"(-2, 3)", "(9223372036854775808,)", "(2.0, 3)", "(2 3)", "(6)", "(,)",
                            "(2,,3)", "6", "[2, 3]", "(2, 3", "(0x2, 3)", "(+2, 3)", "None"}) {
    EXPECT_THAT(Refusal(FileWith(Dict("'<f4'", shape), 24)), HasSubstr("'shape'")) << shape;
  }
  std::string many = "(";
  for (int i = 0; i < 33; ++i) many += "1, ";
  EXPECT_THAT(Refusal(FileWith(Dict("'<f4'", many + ")"), 4)), HasSubstr("axes"));
}

TEST(NpyHostileTest, HeadersThatAreNotTheDict) {
  const std::string good = "'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)";
  EXPECT_EQ(Refusal(FileWith("{" + good + "}", 24)), "");
  EXPECT_THAT(Refusal(FileWith("", 24)), HasSubstr("'{'"));
  EXPECT_THAT(Refusal(FileWith("{" + good + "} x", 24)), HasSubstr("after '}'"));
  EXPECT_THAT(Refusal(FileWith("{" + good, 24)), HasSubstr("header"));
  EXPECT_THAT(Refusal(FileWith("{" + good + ", 'shape': (2, 3)}", 24)), HasSubstr("twice"));
  EXPECT_THAT(Refusal(FileWith("{" + good + ", 'descr': '<f4'}", 24)), HasSubstr("twice"));
  EXPECT_THAT(Refusal(FileWith("{" + good + ", 'fortran_order': True}", 24)), HasSubstr("twice"));
  EXPECT_THAT(Refusal(FileWith("{" + good + ", 'extra': 1}", 24)), HasSubstr("'extra'"));
  EXPECT_THAT(Refusal(FileWith("{" + good + ",, }", 24)), HasSubstr("key"));
  EXPECT_THAT(Refusal(FileWith("{'descr' '<f4'}", 24)), HasSubstr("':'"));
  EXPECT_THAT(Refusal(FileWith("{'descr': '<f4', 'shape': (2, 3)}", 24)),
              HasSubstr("lacks 'fortran_order'"));
  EXPECT_THAT(Refusal(FileWith("{'descr': '<f4', 'fortran_order': False}", 24)),
              HasSubstr("lacks 'shape'"));
  EXPECT_THAT(Refusal(FileWith("{'fortran_order': False, 'shape': (2, 3)}", 24)),
              HasSubstr("lacks 'descr'"));
  EXPECT_THAT(Refusal(FileWith("{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}", 24)),
              HasSubstr("True nor False"));
  EXPECT_THAT(Refusal(FileWith("{'descr': <f4}", 24)), HasSubstr("'descr'"));
  EXPECT_THAT(Refusal(FileWith("{'descr': '<f4}", 24)), HasSubstr("'descr'"));
  EXPECT_THAT(Refusal(FileWith("__import__('os').abort()", 24)), HasSubstr("'{'"));
}

TEST(NpyHostileTest, OtherFilesAndVersions) {
  EXPECT_THAT(Refusal("PK\x03\x04 a zip file"), HasSubstr("is a zip archive"));
  EXPECT_THAT(Refusal(""), HasSubstr("empty"));
  std::string bytes = FileWith(Dict("'<f4'", "(2, 3)"), 24);
  bytes[6] = '\x04';
  EXPECT_THAT(Refusal(bytes), HasSubstr("version 4.0"));
  bytes[6] = '\x01';
  bytes[7] = '\x01';
  EXPECT_THAT(Refusal(bytes), HasSubstr("version 1.1"));
}

TEST(NpyHostileTest, AHeaderThatAnnounces4GiB) {
  EXPECT_THAT(Refusal(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff{}", 14)),
              HasSubstr("4294967295 bytes"));
}

TEST(NpyHostileTest, WhatAMessageQuotesIsPrintableAndShort) {
  const std::string refusal =
      Refusal(FileWith(Dict("'\x1b[31m" + std::string(5000, 'x') + "'", "(2,)"), 8));
  EXPECT_EQ(refusal.find('\x1b'), std::string::npos);
  EXPECT_LT(refusal.size(), 400u);
}

}  // namespace
}  // namespace brainalign
