#include "client/cli/terminal/matrix_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "client/cli/terminal/text.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TileScores OneTile(int layer, int time, const std::vector<double>& scores) {
  TileScores tile;
  tile.tile = Tile{.layer_begin = layer,
                   .layer_count = 1,
                   .time_begin = time,
                   .time_count = static_cast<int>(scores.size())};
  tile.score = scores;
  return tile;
}

TEST(MatrixViewTest, UnfinishedCellsAreBlankAndPeaksComeWithTheLastCell) {
  GrowingMatrix matrix(2, 4, {"first", "second"}, {-0.1, 0, 0.1, 0.2});
  matrix.Add(OneTile(0, 1, {0.25, 0.5}));
  EXPECT_EQ(matrix.finished_cells, 2);
  EXPECT_THAT(RenderMatrix(matrix, MatrixStyle{}),
              ElementsAre("first     ++@@  ",  //
                          "second          ",  //
                          "        -0.10 s", "        0.000 .::--==++**##%%@@ 0.500"));
}

// Written by hand: cells go from '.' at 0 to '@' at the highest score.
TEST(MatrixViewTest, FinishedMatrixWithoutColour) {
  GrowingMatrix matrix(2, 3, {"a", "b"}, {0, 0.1, 0.2});
  matrix.Add(OneTile(0, 0, {0, 0.1, 0.8}));
  matrix.Add(OneTile(1, 0, {0.4, 0.2, 0.3}));
  const std::vector<std::string> lines = RenderMatrix(matrix, MatrixStyle{});
  EXPECT_EQ(lines[0], "a  ..::@@  0.800 at 0.20 s");
  EXPECT_EQ(lines[1], "b  ++--==  0.400 at 0.00 s");
}

TEST(MatrixViewTest, EveryLineFitsTheWidth) {
  for (const int width : {32, 40, 60, 79, 200}) {
    for (const int times : {1, 31, 166, 1000}) {
      std::vector<double> axis;
      std::vector<double> scores;
      for (int t = 0; t < times; ++t) {
        axis.push_back(-2.5 + t / 30.0);
        scores.push_back(std::sin(t / 10.0));
      }
      GrowingMatrix matrix(1, times, {"a layer with quite a long name"}, axis);
      matrix.Add(OneTile(0, 0, scores));
      for (const std::string& line : RenderMatrix(matrix, MatrixStyle{.width = width})) {
        EXPECT_LE(ColumnsOf(line), width) << times << " times: " << line;
      }
    }
  }
}

TEST(MatrixViewTest, ColourEndsBeforeTheLineDoes) {
  for (const ColorDepth color : {ColorDepth::k256, ColorDepth::kTrueColor}) {
    GrowingMatrix matrix(1, 2, {}, {});
    matrix.Add(OneTile(0, 0, {0.1, 0.2}));
    const std::string line = RenderMatrix(matrix, MatrixStyle{.color = color})[0];
    EXPECT_THAT(line,
                HasSubstr(color == ColorDepth::k256 ? "\x1b[48;5;" : "\x1b[48;2;253;231;37m"));
    EXPECT_THAT(line, HasSubstr("\x1b[0m  0.200 at #1"));
    EXPECT_THAT(line, testing::StartsWith("layer 0  "));
  }
}

TEST(MatrixViewTest, TileOutsideTheMatrixIsLeftOut) {
  GrowingMatrix matrix(1, 2, {}, {});
  matrix.Add(OneTile(0, 1, {0.1, 0.2, 0.3}));
  matrix.Add(OneTile(5, 0, {0.1}));
  EXPECT_EQ(matrix.finished_cells, 1);
}

TEST(MatrixViewTest, NegativeScoresMoveTheScale) {
  GrowingMatrix matrix(1, 2, {}, {});
  matrix.Add(OneTile(0, 0, {-0.5, 0.5}));
  EXPECT_THAT(RenderMatrix(matrix, MatrixStyle{})[0], HasSubstr("  ..@@"));
}

TEST(TextTest, ControlCharactersDoNotReachTheTerminal) {
  EXPECT_EQ(Printable("a\x1b[2Jb\nc\x7f"), "a?[2Jb?c?");
  EXPECT_EQ(Printable("x\xc2\x9by"), "x?y");
  EXPECT_EQ(Printable("caf\xc3\xa9"), "caf\xc3\xa9");
}

TEST(TextTest, CharactersOfSeveralBytesAreNotCutApart) {
  EXPECT_EQ(CutTo("h\xc3\xa9llo", 2), "h\xc3\xa9");
  EXPECT_EQ(Fit("h\xc3\xa9", 4), "h\xc3\xa9  ");
  EXPECT_EQ(Fit("hello", 4), "hell");
}

TEST(TextTest, BytesAndDurations) {
  EXPECT_EQ(FormatBytes(1023), "1023 B");
  EXPECT_EQ(FormatBytes(1536), "1.5 KiB");
  EXPECT_EQ(FormatBytes(std::int64_t{7} << 30), "7.0 GiB");
  EXPECT_EQ(FormatDuration(7.6), "8 s");
  EXPECT_EQ(FormatDuration(125), "2 min 05 s");
  EXPECT_EQ(FormatDuration(4320), "1 h 12 min");
  EXPECT_EQ(FormatDuration(std::nan("")), "?");
}

}  // namespace
}  // namespace brainalign
