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

// The sources of the two sides of a job. The folder provides the side that is not a recording or a
// model at the server.
struct ExperimentSource {
  std::string directory;
  std::string layer_order;
  std::string recording;
  std::string model;

  // Whether the server keeps one of the sides, or both.
  bool is_kept() const { return !recording.empty() || !model.empty(); }
};

// Loads the part of the folder that the job needs, selects the words, reads the nuisance, unless a
// server keeps a side (ReadNuisanceKept), checks the delays by `alignment`, prepares the recording
// by `filter`, and prints the notes. Prints an error if the folder is missing or not needed, if the
// condition or the nuisance does not fit the word table, or if the delays do not fit the rows.
// Returns the exit code; kExitDone on success. Afterwards the console uses the names of the
// experiment.
int LoadToAlign(Console& console, const ExperimentSource& source, const AlignmentFlags& alignment,
                const FilterFlags& filter, Experiment& experiment);

// Reads the nuisance that `alignment` asks for where the server keeps a side, and tells what there
// is to say of it. Call it before OptionsFor. INVALID_ARGUMENT, naming the flag, for what cannot be
// had; otherwise the errors of calls.
absl::Status ReadNuisanceKept(const Console& console, Connection& connection,
                              const ExperimentSource& source, const AlignmentFlags& alignment,
                              Experiment& experiment);

// ToOptions with the names of the nuisance that was read.
AlignmentOptions OptionsFor(const AlignmentFlags& alignment, const Experiment& experiment);

// With --quiet, writes one line about a wait that is longer than the client's own delays: the
// server asked for it, such as while it is drained, and without the line the command would seem to
// hang. Returns whether it did.
bool TellOfLongWait(const Console& console, const std::string& why, double seconds);

// Client::Upload, with a progress bar unless --quiet is given.
absl::StatusOr<UploadedExperiment> UploadExperiment(const Console& console, Client& client,
                                                    const Experiment& experiment);

// Whether the server's limits and memory allow the job. Call it before uploading. INVALID_ARGUMENT
// with what is exceeded, or CANCELLED.
absl::Status CheckBeforeUpload(const Console& console, Client& client, const Experiment& experiment,
                               const SubmitOptions& options);

// UploadExperiment and Client::Submit, with progress until the server has created the job. A job
// that is too large for the server, or names what the server does not keep, is rejected before
// anything is uploaded.
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
