#include "client/cli/pictures.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/output_file.h"
#include "client/report/html_report.h"
#include "client/report/report_data.h"
#include "client/report/svg_conversion.h"
#include "client/report/svg_figure.h"
#include "client/report/whole_file.h"

namespace brainalign {
namespace {

struct Picture {
  std::string path;
  std::string beginning;
  std::function<absl::StatusOr<std::string>(const ReportData&)> make;
};

std::vector<Picture> PicturesOf(const PictureFlags& flags) {
  std::vector<Picture> pictures;
  const auto add = [&pictures](const std::string& path, const std::string& beginning, auto make) {
    if (!path.empty()) pictures.push_back({path, beginning, make});
  };
  add(flags.report, kHtmlBeginning, HtmlReport);
  const FigureWidth width =
      flags.figure_width == "single" ? FigureWidth::kSingle : FigureWidth::kDouble;
  add(flags.svg, kSvgBeginning, [width](const ReportData& data) { return SvgFile(data, width); });
  add(flags.png, kPngBeginning, [width](const ReportData& data) {
    return ConvertSvg(SvgFile(data, width), PictureFormat::kPng);
  });
  add(flags.pdf, kPdfBeginning, [width](const ReportData& data) {
    return ConvertSvg(SvgFile(data, width), PictureFormat::kPdf);
  });
  return pictures;
}

// The file that a path leads to, by whichever of its names.
std::string PlaceOf(const std::string& path) {
  std::error_code error;
  const std::filesystem::path place =
      std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
  return error ? path : place.string();
}

}  // namespace

void AddPictureFlags(CLI::App& app, const std::string& report_flag, PictureFlags& flags) {
  app.add_option(report_flag, flags.report,
                 "Write a report to this file: an HTML page with charts that needs no network")
      ->type_name("FILE");
  app.add_option("--svg", flags.svg, "Write the figure as SVG to this file")->type_name("FILE");
  app.add_option("--png", flags.png,
                 "Write the figure as PNG with 300 dots per inch; needs rsvg-convert")
      ->type_name("FILE");
  app.add_option("--pdf", flags.pdf, "Write the figure as PDF; needs rsvg-convert")
      ->type_name("FILE");
  app.add_option("--figure-width", flags.figure_width,
                 "Width of --svg, --png and --pdf: one column of a journal (89 mm) or two (183 mm)")
      ->check(CLI::IsMember({"single", "double"}))
      ->capture_default_str();
}

bool CanWritePictures(const Console& console, const PictureFlags& flags, const std::string& out) {
  std::vector<std::string> places;
  if (!out.empty() && out != "-") places.push_back(PlaceOf(out));
  for (const Picture& picture : PicturesOf(flags)) {
    const std::string place = PlaceOf(picture.path);
    if (std::find(places.begin(), places.end(), place) != places.end()) {
      console.Fail(kExitWrongInput,
                   absl::InvalidArgumentError(
                       absl::StrCat(picture.path, " is given for two outputs; give two files")));
      return false;
    }
    places.push_back(place);
    const absl::Status status = CheckOutputFile(picture.path, picture.beginning);
    if (!status.ok()) console.Fail(kExitWrongInput, status);
    if (!status.ok()) return false;
  }
  if (flags.png.empty() && flags.pdf.empty()) return true;
  const absl::Status status = CheckConversion();
  if (!status.ok()) console.Fail(kExitWrongInput, status);
  return status.ok();
}

int WritePictures(const Console& console, const std::string& result_json, const PictureFlags& flags,
                  const std::string& source) {
  if (flags.empty()) return kExitDone;
  const absl::StatusOr<ReportData> data = ReadReportData(result_json);
  if (!data.ok()) {
    const std::string where = source.empty() ? "" : absl::StrCat(source, ": ");
    return console.Fail(kExitWrongInput,
                        absl::InvalidArgumentError(absl::StrCat(where, data.status().message())));
  }
  for (const Picture& picture : PicturesOf(flags)) {
    const absl::StatusOr<std::string> bytes = picture.make(*data);
    if (!bytes.ok()) return console.Fail(kExitWrongInput, bytes.status());
    const absl::Status written = WriteWholeFile(picture.path, *bytes);
    if (!written.ok()) return console.Fail(kExitWrongInput, written);
    console.Tell(absl::StrCat("written to ", picture.path));
  }
  return kExitDone;
}

}  // namespace brainalign
