// brainalign report: a result for people to look at.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "client/cli/pictures.h"
#include "client/cli/verb.h"
#include "client/report/whole_file.h"

namespace brainalign {
namespace {

struct ReportFlags {
  std::string result;
  PictureFlags pictures;
};

int Report(const Console& console, const ReportFlags& flags) {
  if (flags.pictures.empty()) {
    return console.Fail(
        kExitWrongInput,
        absl::InvalidArgumentError(
            "No output file is given; give -o report.html, --svg FILE, --png FILE or --pdf FILE."));
  }
  const absl::StatusOr<std::string> text = ReadWholeFile(flags.result);
  if (!text.ok()) return console.Fail(kExitWrongInput, text.status());
  if (!CanWritePictures(console, flags.pictures)) return kExitWrongInput;
  return WritePictures(console, *text, flags.pictures, flags.result);
}

}  // namespace

Verb AddReport(CLI::App& root) {
  auto flags = std::make_shared<ReportFlags>();
  CLI::App* app = root.add_subcommand("report", "Make a report or a figure of a result");
  app->footer(
      "Example:\n"
      "  brainalign report result.json -o report.html\n"
      "  brainalign report result.json --svg figure.svg --pdf figure.pdf --figure-width single");
  app->add_option("RESULT", flags->result, "The result, as --out wrote it")->required();
  AddPictureFlags(*app, "-o,--output", flags->pictures);
  return Verb{.app = app, .run = [flags](Console& console) { return Report(console, *flags); }};
}

}  // namespace brainalign
