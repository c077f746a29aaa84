#ifndef BRAINALIGN_CLIENT_CLI_NUISANCE_FLAGS_H_
#define BRAINALIGN_CLIENT_CLI_NUISANCE_FLAGS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/alignment_flags.h"
#include "client/cli/nuisance_source.h"
#include "client/experiment/experiment.h"

namespace brainalign {

// Whether --nuisance or --nuisance-file is given.
bool AsksForNuisance(const AlignmentFlags& flags);

// What they need of what a server keeps. INVALID_ARGUMENT, naming the flag.
absl::StatusOr<NuisanceNeeds> NeedsOf(const AlignmentFlags& flags);

// Reads the columns that they name from `source` into the nuisance of the experiment.
// INVALID_ARGUMENT, naming the flag, for columns that do not fit the recording or its word table;
// otherwise the errors of reading the file.
absl::Status ReadNuisance(const AlignmentFlags& flags, const NuisanceSource& source,
                          Experiment& experiment);

// How many components of the first layer stand for a previous word, with --pca as given or 0.
int ComponentsOfPrevious(int pca);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_NUISANCE_FLAGS_H_
