#include "core/printable.h"

#include <gtest/gtest.h>

#include <string>

namespace brainalign {
namespace {

TEST(PrintableTest, TextOfAnyLanguageStaysAsItIs) {
  for (const char* text : {"layer_12", "caf\xc3\xa9", "\xe8\x84\xb3", "\xf0\x9f\xa7\xa0", ""}) {
    EXPECT_EQ(Printable(text), text);
  }
}

TEST(PrintableTest, WhatTerminalsObeyIsShown) {
  EXPECT_EQ(Printable("a\x1b[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(Printable("a\nb\tc\rd\x7f"), "a\\nb\\tc\\rd\\x7f");
  EXPECT_EQ(Printable(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(Printable("x\xc2\x9by"), "x\\u009by");  // CSI in eight bits
}

TEST(PrintableTest, WhatTurnsOrHidesTextIsShown) {
  EXPECT_EQ(Printable("gpj.\xe2\x80\xae"
                      "exe"),
            "gpj.\\u202eexe");
  EXPECT_EQ(Printable("a\xe2\x80\x8b"
                      "b\xef\xbb\xbf"),
            "a\\u200bb\\ufeff");
  EXPECT_EQ(Printable("a\xe2\x80\xa8"
                      "b"),
            "a\\u2028b");
}

TEST(PrintableTest, BytesThatAreNoTextAreShownOneByOne) {
  EXPECT_EQ(Printable("\x9b"
                      "31m"),
            "\\x9b31m");
  EXPECT_EQ(Printable("\xc3"), "\\xc3");
  EXPECT_EQ(Printable("\xe2\x80"), "\\xe2\\x80");
  EXPECT_EQ(Printable("\xc0\x8a"), "\\xc0\\x8a");           // a line end in two bytes
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // half of a pair of UTF-16
  EXPECT_EQ(Printable("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80");
}

TEST(PrintableTest, LinesAreKeptWhereTheyAreMeant) {
  EXPECT_EQ(PrintableLines("a\nb\x1b[m"), "a\nb\\x1b[m");
}

}  // namespace
}  // namespace brainalign
