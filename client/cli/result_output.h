#ifndef BRAINALIGN_CLIENT_CLI_RESULT_OUTPUT_H_
#define BRAINALIGN_CLIENT_CLI_RESULT_OUTPUT_H_

#include <string>
#include <vector>

#include "client/cli/console.h"
#include "client/cli/pictures.h"
#include "client/jobs/job.h"
#include "client/report/result_json.h"

namespace CLI {
class App;
}

namespace brainalign {

class Client;

// Declares --out, written to `path`, and --json, which writes "-".
void AddOutFlag(CLI::App& app, std::string& path);

// Whether the result can be written later: to be asked before work starts. Prints
// the error. True for no path. A file that does not begin with `beginning` is not replaced.
bool CanWriteOut(const Console& console, const std::string& path,
                 const char* beginning = kResultBeginning);

// Options for showing and writing a result.
struct ResultForm {
  std::string json;  // begins as kResultBeginning
  std::string text_below;
};

// Writes the JSON to `path` ("-": standard output) if there is one, and the pictures that are asked
// for, and shows the result unless quiet or in the JSON's way. Returns the exit code.
int OutputResult(const Console& console, const JobResult& result, const std::string& path,
                 const PictureFlags& pictures, const std::vector<double>& true_delays_seconds);

// Writes `json` to `path` ("-": standard output) if there is one, and shows `text` unless quiet or
// in the JSON's way. Returns the exit code.
int OutputJson(const Console& console, const std::string& path, const std::string& json,
               const std::string& text);
// The same in another form.
int OutputResultAs(const Console& console, const JobResult& result, const ResultForm& form,
                   const std::string& path, const PictureFlags& pictures,
                   const std::vector<double>& true_delays_seconds);

// Prints how a job without a result ended. Returns the exit code.
int FailJob(const Console& console, const Job& job);

// OutputResult of a job of the server that has ended, whose result is fetched; or FailJob.
int OutputEndedJob(const Console& console, Client& client, const Job& job, const std::string& path,
                   const PictureFlags& pictures);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_RESULT_OUTPUT_H_
