#include "client/cli/terminal/matrix_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>

#include "client/cli/terminal/palette.h"
#include "client/cli/terminal/text.h"
#include "tests/client/report/lightness.h"

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
                          "          ^0 s, ^ word onset",
                          "        0.000 .::--==++**##%%@@ 0.500 score, scale still grows"));
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
                HasSubstr(color == ColorDepth::k256 ? "\x1b[48;5;" : "\x1b[48;2;254;232;56m"));
    EXPECT_THAT(line, HasSubstr("\x1b[0m  0.200 at #1"));
    EXPECT_THAT(line, testing::StartsWith("layer 0  "));
  }
}

// The colours of xterm's 256 by their definition: a cube of 6 x 6 x 6 from 16, greys from 232.
std::array<double, 3> ColorOfXterm(int index) {
  if (index >= 232) {
    const double grey = 8 + 10.0 * (index - 232);
    return {grey, grey, grey};
  }
  constexpr std::array<double, 6> kLevels = {0, 95, 135, 175, 215, 255};
  const std::size_t place = static_cast<std::size_t>(index - 16);
  return {kLevels[place / 36], kLevels[place / 6 % 6], kLevels[place % 6]};
}

TEST(PaletteTest, LightnessRisesIn256Colors) {
  const Palette palette(ColorDepth::k256);
  double before = -1;
  int last = -1;
  int colors = 0;
  for (int i = 0; i <= 1000; ++i) {
    const std::string cell = palette.Cell(i / 1000.0, 1);
    int index = 0;
    ASSERT_EQ(std::sscanf(cell.c_str(), "\x1b[48;5;%dm", &index), 1) << cell;
    if (index == last) continue;
    const double lightness = LightnessOf(ColorOfXterm(index));
    EXPECT_GT(lightness, before + 2) << "colour " << index;
    before = lightness;
    last = index;
    ++colors;
  }
  EXPECT_GE(colors, 12);
}

TEST(MatrixViewTest, FitsTheWindowAndSaysWhatIsMerged) {
  std::vector<double> axis;
  for (int t = 0; t < 166; ++t) axis.push_back(-0.5 + t / 83.0);
  GrowingMatrix matrix(96, 166, {}, axis);
  for (int l = 0; l < 96; ++l) matrix.Add(OneTile(l, 0, std::vector<double>(166, 0.01 * l)));
  const std::vector<std::string> lines =
      RenderMatrix(matrix, MatrixStyle{.width = 79, .height = 22});
  ASSERT_EQ(lines.size(), 22U);
  EXPECT_THAT(lines[0], testing::StartsWith("layer 0   ...."));
  EXPECT_THAT(lines[19], testing::StartsWith("layer 91  @@@@"));
  EXPECT_THAT(lines[20], HasSubstr(" ^0.0 "));
  // 96 layers in 20 lines; 166 times in the 79 - 8 - 2 - 19 columns that names and peaks leave.
  EXPECT_THAT(lines[21], testing::EndsWith(" score, a cell is 3-4 times x 4-5 layers"));
}

// The bar of 0 s stands in the column of the first cell with scores.
TEST(MatrixViewTest, OnsetIsMarkedUnderItsCell) {
  GrowingMatrix matrix(1, 5, {"a"}, {-0.2, -0.1, 0, 0.1, 0.2});
  matrix.Add(OneTile(0, 2, {0.1, 0.1, 0.1}));
  const std::vector<std::string> lines = RenderMatrix(matrix, MatrixStyle{});
  EXPECT_EQ(lines[1].find('^'), lines[0].find('@'));
}

TEST(MatrixViewTest, NoiseDoesNotLookLikeStructure) {
  GrowingMatrix matrix(1, 2, {}, {});
  matrix.Add(OneTile(0, 0, {0.0001, 0.001}));
  EXPECT_THAT(RenderMatrix(matrix, MatrixStyle{})[0], HasSubstr("  ....  "));
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

TEST(TextTest, CharactersOfSeveralBytesAreNotCutApart) {
  EXPECT_EQ(CutTo("h\xc3\xa9llo", 2), "h\xc3\xa9");
  EXPECT_EQ(Fit("h\xc3\xa9", 4), "h\xc3\xa9  ");
  EXPECT_EQ(Fit("hello", 4), "hell");
}

// A character of Chinese takes two columns, a combining accent none.
TEST(TextTest, NamesOfEveryScriptTakeTheirColumns) {
  EXPECT_EQ(ColumnsOf("\xe5\xb1\xa4"
                      "1"),
            3);
  EXPECT_EQ(ColumnsOf("e\xcc\x81"), 1);
  EXPECT_EQ(Fit("\xe5\xb1\xa4\xe5\xb1\xa4", 3), "\xe5\xb1\xa4 ");
  EXPECT_EQ(ColumnsOf("\xff\xfe"), 2);
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
