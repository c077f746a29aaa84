#ifndef BRAINALIGN_CLIENT_CLI_FILTER_FLAGS_H_
#define BRAINALIGN_CLIENT_CLI_FILTER_FLAGS_H_

#include <functional>
#include <optional>
#include <vector>

#include "client/cli/console.h"
#include "client/experiment/experiment.h"
#include "client/jobs/job.h"
#include "client/preparation/prepare.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace brainalign {

// What is to be done to the recording of an experiment before it is aligned.
struct FilterFlags {
  std::vector<double> band_pass;  // lower and upper end; empty: none
  std::optional<double> resample;
};

// Declares --band-pass and --resample.
void AddFilterFlags(CLI::App& app, FilterFlags& flags);

FilterOptions ToFilterOptions(const FilterFlags& flags);

// Runs `prepare` with all cores and half of the memory, shows how far it is, and prints why it
// failed. The exit code; kExitDone if it did not.
int ShowPreparation(const Console& console,
                    const std::function<absl::Status(const PreparationRun& run)>& prepare);

// Prepares the experiment's recording as the flags say, if they do. The exit code.
int PrepareAsAsked(const Console& console, const FilterFlags& flags, Experiment& experiment);

// Adds to a result what was done to the experiment's recording, if anything was.
void AddPreparation(const Experiment& experiment, JobResult& result);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_FILTER_FLAGS_H_
