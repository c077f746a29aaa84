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

// The filtering and resampling of an experiment's recording before the alignment.
struct FilterFlags {
  std::vector<double> band_pass;  // lower and upper end; empty: none
  std::optional<double> resample;
};

// Declares --band-pass and --resample.
void AddFilterFlags(CLI::App& app, FilterFlags& flags);

FilterOptions ToFilterOptions(const FilterFlags& flags);

// Runs `prepare` with all cores and half of the memory, shows the progress, and prints an error.
// Returns the exit code; kExitDone on success.
int ShowPreparation(const Console& console,
                    const std::function<absl::Status(const PreparationRun& run)>& prepare);

// Prepares the experiment's recording if the flags ask for it. Returns the exit code.
int PrepareAsAsked(const Console& console, const FilterFlags& flags, Experiment& experiment);

// Adds the preparation of the experiment's recording to a result, if there was one.
void AddPreparation(const Experiment& experiment, JobResult& result);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_FILTER_FLAGS_H_
