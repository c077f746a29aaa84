#include "client/report/svg_figure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "client/report/svg_conversion.h"
#include "tests/client/report/report_json.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

ReportData DataOf(const nlohmann::ordered_json& json) {
  absl::StatusOr<ReportData> data = ReadReportData(json.dump());
  EXPECT_TRUE(data.ok()) << data.status();
  return data.ok() ? *data : ReportData();
}

std::string FigureOf(const nlohmann::ordered_json& json) {
  return SvgFigure(DataOf(json), FigureWidth::kDouble);
}

std::ptrdiff_t Count(const std::string& text, const std::string& part) {
  std::ptrdiff_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(SvgFigureTest, HasTheWidthOfTwoColumnsAndLiveText) {
  const std::string svg = SvgFile(DataOf(UncertainReportJson()), FigureWidth::kDouble);
  EXPECT_THAT(svg, StartsWith(kSvgBeginning));
  EXPECT_THAT(svg, HasSubstr("width=\"183mm\""));
  EXPECT_THAT(svg, HasSubstr(">Time after word onset (s)</text>"));
  EXPECT_THAT(svg, HasSubstr(">second</text>"));
  EXPECT_THAT(svg, HasSubstr("<title>Pearson r by layer and time</title>"));
  EXPECT_THAT(svg, HasSubstr("<desc>The best score, Pearson r = 0.400 for second"));
  EXPECT_THAT(svg, HasSubstr(" Pearson r of 2 layers at 3 times from -0.100 to 0.100 s after word "
                             "onset. The scores go from 0.000 to 0.400. t_max is 0.000 s in first "
                             "and 0.100 s in second. Of 6 cells, 2 have a family-wise p of at most "
                             "0.05, between 0.000 and 0.100 s.</desc>"));
  EXPECT_THAT(svg, HasSubstr("family-wise p at most 0.05"));
  // A page's policy forbids both.
  EXPECT_THAT(svg, Not(HasSubstr("style=")));
  EXPECT_THAT(svg, Not(HasSubstr("href")));
}

// Journals ask for 5 to 7 points, and 8 for the letters of panels. The view box is in points.
TEST(SvgFigureTest, OfEachWidthHasTextsOfTheSizesOfJournals) {
  nlohmann::ordered_json json = UncertainReportJson();
  json["layer_names"][0] = "model.layers.12.a_long_name_of_a_layer";
  for (const FigureWidth width : {FigureWidth::kSingle, FigureWidth::kDouble}) {
    const std::string svg = SvgFile(DataOf(json), width);
    const double millimetres = width == FigureWidth::kSingle ? 89 : 183;
    EXPECT_THAT(svg, HasSubstr(absl::StrFormat("width=\"%gmm\"", millimetres)));
    EXPECT_THAT(svg, HasSubstr(absl::StrFormat("viewBox=\"0 0 %.2f ", millimetres / 25.4 * 72)));
    EXPECT_EQ(Count(svg, "<text"), Count(svg, "font-size=\"6\"") + Count(svg, "font-size=\"7\"") +
                                       Count(svg, "font-size=\"8\""));
    EXPECT_EQ(Count(svg, "font-size=\"8\""), 2);
    EXPECT_THAT(svg, HasSubstr("Outlined: family-wise p at most 0.05.</text>"));
  }
}

// Cell (0, 1) has neither neighbour: it is surrounded by its four edges; so is cell (1, 2).
TEST(SvgFigureTest, OutlinesSignificantCells) {
  const std::string svg = FigureOf(UncertainReportJson());
  const std::size_t begin = svg.find("stroke-linecap=\"square\"");
  ASSERT_NE(begin, std::string::npos);
  const std::string outline = svg.substr(begin, svg.find("stroke=\"#000000\"", begin) - begin);
  EXPECT_EQ(Count(outline, "H") + Count(outline, "V"), 8);
  EXPECT_THAT(FigureOf(ReportJson()), Not(HasSubstr("stroke-linecap=\"square\"")));
}

TEST(SvgFigureTest, NeighboursOfOneColorAreOneShape) {
  nlohmann::ordered_json json = ReportJson();
  json["score"] = nlohmann::ordered_json::parse("[[0.5, 0.5, 0.5], [0.5, 0.0, null]]");
  const std::string svg = FigureOf(json);
  EXPECT_THAT(svg, HasSubstr("d=\"M0 1h3v1H0zM0 0h1v1H0z\""));
  EXPECT_THAT(svg, HasSubstr("d=\"M1 0h1v1H1z\""));
}

TEST(SvgFigureTest, NamesThatAreMarkupStayText) {
  nlohmann::ordered_json json = ReportJson();
  json["layer_names"] = nlohmann::ordered_json::array({"</text><script>", "\"'&\xe5\xb1\xa4"});
  const std::string svg = FigureOf(json);
  EXPECT_THAT(svg, Not(HasSubstr("<script")));
  EXPECT_THAT(svg, HasSubstr("&lt;/text&gt;&lt;script&gt;"));
  EXPECT_THAT(svg, HasSubstr("&quot;&#39;&amp;\xe5\xb1\xa4"));
}

TEST(SvgFigureTest, OneLayerAtOneTime) {
  nlohmann::ordered_json json = ReportJson();
  json.update(nlohmann::ordered_json::parse(R"({"score": [[null]], "times": [0.1], "depth": [1],
      "t_max": [null], "layer_names": ["only"]})"));
  const std::string svg = FigureOf(json);
  EXPECT_THAT(svg, HasSubstr("No score is defined."));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(SvgFigureTest, OfAManyLayeredModelStaysSmall) {
  constexpr int kLayers = 96;
  constexpr int kTimes = 166;
  nlohmann::ordered_json json = ReportJson();
  for (const char* name : {"score", "times", "depth", "layer_names", "t_max"}) json[name].clear();
  for (int t = 0; t < kTimes; ++t) json["times"].push_back(0.01 * t);
  for (int l = 0; l < kLayers; ++l) {
    std::vector<double> row;
    for (int t = 0; t < kTimes; ++t) row.push_back(0.1 + 0.1 * std::sin(l * 12.9 + t * 78.2));
    json["score"].push_back(row);
    json["depth"].push_back((l + 1.0) / kLayers);
    json["t_max"].push_back(0.01 * l);
    json["layer_names"].push_back("layer." + std::to_string(l));
  }
  EXPECT_LT(FigureOf(json).size(), 400'000U);
}

TEST(SvgConversionTest, DrawsPngAndPdf) {
  if (absl::IsFailedPrecondition(CheckConversion())) {
    GTEST_SKIP() << "rsvg-convert is missing; install the package librsvg2-bin";
  }
  const std::string svg = SvgFile(DataOf(ReportJson()), FigureWidth::kDouble);
  const absl::StatusOr<std::string> png = ConvertSvg(svg, PictureFormat::kPng);
  ASSERT_TRUE(png.ok()) << png.status();
  EXPECT_THAT(*png, StartsWith(kPngBeginning));
  // 183 mm at 300 dots per inch, in the header of the PNG.
  const auto byte = [&png](std::size_t i) { return static_cast<unsigned char>((*png)[i]); };
  EXPECT_NEAR((byte(18) << 8) + byte(19), 183 / 25.4 * 300, 2);
  const absl::StatusOr<std::string> pdf = ConvertSvg(svg, PictureFormat::kPdf);
  ASSERT_TRUE(pdf.ok()) << pdf.status();
  EXPECT_THAT(*pdf, StartsWith(kPdfBeginning));
}

TEST(SvgConversionTest, SaysWhatIsWrongWithAFigure) {
  if (absl::IsFailedPrecondition(CheckConversion())) GTEST_SKIP() << "rsvg-convert is missing";
  const absl::StatusOr<std::string> picture = ConvertSvg("<no svg", PictureFormat::kPng);
  EXPECT_EQ(picture.status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(picture.status().message(), HasSubstr("rsvg-convert did not draw the figure: "));
}

}  // namespace
}  // namespace brainalign
