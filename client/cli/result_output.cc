#include "client/cli/result_output.h"

#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "client/cli/job_display.h"
#include "client/cli/result_text.h"
#include "client/jobs/job_calls.h"
#include "client/report/result_json.h"
#include "client/report/whole_file.h"

namespace brainalign {

void AddOutFlag(CLI::App& app, std::string& path) {
  app.add_option("--out", path,
                 "Write the result as JSON to this file, as a whole or not at all; - for standard "
                 "output. Undefined values are null")
      ->type_name("FILE");
}

bool CanWriteOut(const Console& console, const std::string& path) {
  if (path.empty() || path == "-") return true;
  const absl::Status status = CheckWritable(path);
  if (!status.ok()) console.Fail(kExitWrongInput, status);
  return status.ok();
}

int OutputResult(const Console& console, const JobResult& result, const std::string& path,
                 const std::vector<double>& true_delays_seconds) {
  if (path == "-") {
    console.out.Write(ResultToJson(result));
    return kExitDone;
  }
  if (!path.empty()) {
    const absl::Status status = WriteWholeFile(path, ResultToJson(result));
    if (!status.ok()) return console.Fail(kExitWrongInput, status);
  }
  if (console.quiet) return kExitDone;
  const MatrixStyle style{.width = console.out.Width() - 1, .color = console.out.color};
  console.out.Write(ResultText(result, true_delays_seconds, style));
  if (!path.empty()) console.out.Write(absl::StrCat("written to ", path, "\n"));
  return kExitDone;
}

int FailJob(const Console& console, const Job& job) {
  console.err.Write(absl::StrCat("brainalign: ", StateLine(job), "\n"));
  return kExitJobFailed;
}

int OutputEndedJob(const Console& console, Connection& connection, const Job& job,
                   const std::string& path) {
  if (job.state != JobState::kSucceeded) return FailJob(console, job);
  const absl::StatusOr<JobResult> result = GetJobResult(connection, job.job_id);
  if (!result.ok()) return console.FailCall(result.status());
  return OutputResult(console, *result, path, {});
}

}  // namespace brainalign
