#ifndef BRAINALIGN_CLIENT_CLI_SUBMISSION_H_
#define BRAINALIGN_CLIENT_CLI_SUBMISSION_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/alignment_flags.h"
#include "client/cli/console.h"
#include "client/cli/filter_flags.h"
#include "client/client.h"

namespace brainalign {

// Where the two sides of a job come from. The folder has what neither the recording nor the model
// at the server stands in for.
struct ExperimentSource {
  std::string directory;
  std::string layer_order;
  std::string recording;
  std::string model;
};

// Loads what the job needs of the folder, selects the words and reads the nuisance that
// `alignment` asks for, prepares the recording as `filter` says, and prints the notes. Prints why
// it failed, if it did: the folder is left out and needed, or given and not; the condition or the
// nuisance does not fit the word table. The exit code;
// kExitDone if all is well. Names of the experiment are the console's from then on.
int LoadToAlign(Console& console, const ExperimentSource& source, const AlignmentFlags& alignment,
                const FilterFlags& filter, Experiment& experiment);

// ToOptions with the names of the nuisance that was read.
AlignmentOptions OptionsFor(const AlignmentFlags& alignment, const Experiment& experiment);

// Client::Upload, with a bar that shows how far it is unless quiet.
absl::StatusOr<UploadedExperiment> UploadExperiment(const Console& console, Client& client,
                                                    const Experiment& experiment);

// UploadExperiment and Client::Submit; shows what goes on until the server has a job. A job that
// is too large for the server is refused before anything is uploaded.
absl::StatusOr<Job> SubmitExperiment(const Console& console, Client& client,
                                     const Experiment& experiment, const SubmitOptions& options);

// The same of an experiment that UploadExperiment has uploaded.
absl::StatusOr<Job> SubmitUploaded(const Console& console, Client& client,
                                   const Experiment& experiment, const UploadedExperiment& uploaded,
                                   const SubmitOptions& options);

// Prints why one of them failed; returns the exit code.
int FailSubmission(const Console& console, const absl::Status& status);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_SUBMISSION_H_
