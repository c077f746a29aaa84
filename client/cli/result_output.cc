#include "client/cli/result_output.h"

#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "client/cli/job_display.h"
#include "client/cli/output_file.h"
#include "client/cli/result_text.h"
#include "client/client.h"
#include "client/report/whole_file.h"

namespace brainalign {

void AddOutFlag(CLI::App& app, std::string& path) {
  CLI::Option* const out = app.add_option("--out", path,
                                          "Write the result as JSON to this file, complete or not "
                                          "at all; - is standard output. Undefined values are "
                                          "null. A new file can be read by you alone")
                               ->type_name("FILE");
  app.add_flag_callback(
         "--json", [&path] { path = "-"; },
         "Write the result as JSON to standard output instead of text, as --out - does")
      ->excludes(out);
}

bool CanWriteOut(const Console& console, const std::string& path, const char* beginning) {
  if (path.empty() || path == "-") return true;
  const absl::Status status = CheckOutputFile(path, beginning);
  if (!status.ok()) console.Fail(kExitWrongInput, status);
  return status.ok();
}

int OutputResult(const Console& console, const JobResult& result, const std::string& path,
                 const PictureFlags& pictures, const std::vector<double>& true_delays_seconds) {
  // It is long, so it is made only for a file.
  const bool has_json = !path.empty() || !pictures.empty();
  return OutputResultAs(console, result, {has_json ? ResultToJson(result) : "", ""}, path, pictures,
                        true_delays_seconds);
}

int OutputResultAs(const Console& console, const JobResult& result, const ResultForm& form,
                   const std::string& path, const PictureFlags& pictures,
                   const std::vector<double>& true_delays_seconds) {
  if (path == "-") {
    console.out.Write(form.json);
    return WritePictures(console, form.json, pictures);
  }
  // A disk that is full by now costs the file, and not what was computed: it is shown.
  const absl::Status written = path.empty() ? absl::OkStatus() : WriteWholeFile(path, form.json);
  if (!console.quiet) {
    const MatrixStyle style{.width = console.out.Width() - 1,
                            // A line stays free for the prompt.
                            .height = console.out.can_redraw ? console.out.Height() - 1 : 0,
                            .color = console.out.color};
    console.out.Write(ResultText(result, true_delays_seconds, style));
    console.out.Write(form.text_below);
  }
  if (!written.ok()) return console.Fail(kExitWrongInput, written);
  if (!console.quiet && !path.empty()) {
    console.out.Write(absl::StrCat("written to ", path, "\n"));
  }
  return pictures.empty() ? int{kExitDone} : WritePictures(console, form.json, pictures);
}

int OutputJson(const Console& console, const std::string& path, const std::string& json,
               const std::string& text) {
  if (path == "-") {
    console.out.Write(json);
    return kExitDone;
  }
  if (!path.empty()) {
    if (absl::Status status = WriteWholeFile(path, json); !status.ok()) {
      return console.Fail(kExitWrongInput, status);
    }
  }
  if (!console.quiet) console.out.Write(text);
  return kExitDone;
}

int FailJob(const Console& console, const Job& job) {
  console.err.Write(absl::StrCat("brainalign: ", StateLine(job), "\n"));
  return kExitJobFailed;
}

int OutputEndedJob(const Console& console, Client& client, const Job& job, const std::string& path,
                   const PictureFlags& pictures) {
  if (job.state != JobState::kSucceeded) return FailJob(console, job);
  const absl::StatusOr<JobResult> result = client.Fetch(job.job_id);
  if (!result.ok()) return console.FailCall(result.status());
  return OutputResult(console, *result, path, pictures, {});
}

}  // namespace brainalign
