#ifndef BRAINALIGN_CLIENT_CLI_SUBMISSION_H_
#define BRAINALIGN_CLIENT_CLI_SUBMISSION_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/console.h"
#include "client/client.h"

namespace brainalign {

// What a job needs of a folder: the whole experiment, or what the server's recording or model do
// not stand in for. INVALID_ARGUMENT if the folder is left out and needed, or given and not.
absl::StatusOr<Experiment> LoadPart(const std::string& directory, const std::string& layer_order,
                                    const std::string& recording, const std::string& model);

// Selects the words that `where` asks for, if it does, by the word table of the experiment in
// `directory`. INVALID_ARGUMENT, naming the flag, for a condition that does not fit the table, and
// if there is no table.
absl::Status SelectWordsOf(const std::string& directory, const std::string& where,
                           Experiment& experiment);

// Client::Upload, with a bar that shows how far it is unless quiet.
absl::StatusOr<UploadedExperiment> UploadExperiment(const Console& console, Client& client,
                                                    const Experiment& experiment);

// UploadExperiment and Client::Submit; shows what goes on until the server has a job. A job that
// is too large for the server is refused before anything is uploaded.
absl::StatusOr<Job> SubmitExperiment(const Console& console, Client& client,
                                     const Experiment& experiment, const SubmitOptions& options);

// Prints why one of them failed; returns the exit code.
int FailSubmission(const Console& console, const absl::Status& status);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_SUBMISSION_H_
