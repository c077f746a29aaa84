#ifndef BRAINALIGN_CLIENT_CLI_RIGOUR_RUN_H_
#define BRAINALIGN_CLIENT_CLI_RIGOUR_RUN_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/alignment_flags.h"
#include "client/cli/console.h"
#include "client/cli/nuisance_source.h"
#include "client/cli/submission.h"
#include "client/experiment/experiment.h"
#include "client/jobs/job.h"
#include "client/rigour/part_results.h"

namespace brainalign {

// The outcome of a job of an experiment.
struct ComputedJob {
  absl::StatusOr<JobResult> result;
  // Prints why there is no result; returns the exit code.
  std::function<int()> fail;
};

// `part` is the name of a part, for people; empty for a job that is no part.
using ComputeJob = std::function<ComputedJob(
    const Experiment& experiment, const AlignmentOptions& options, const std::string& part)>;

// The experiment with the layers of the model in the folder `untrained`, or in the folder of this
// name in `directory` if `untrained` is empty. Nothing if there is none. The statuses of LoadModel,
// and INVALID_ARGUMENT if it has other numbers of layers or words.
absl::StatusOr<std::optional<Experiment>> LoadUntrained(const Experiment& experiment,
                                                        const std::string& directory,
                                                        const std::string& untrained,
                                                        const std::string& layer_order);

// What the part "nuisance" takes out: what was read from --nuisance and --nuisance-file, else the
// position of a word, the interval to the one before it and a column duration, as far as they vary
// and `source` has them, which this adds to the experiment.
NuisanceOfRigour TakeNuisance(const NuisanceSource& source, Experiment& experiment);

// The experiments of the parts that have other inputs than the rest. A server's jobs know an
// experiment by its address (RunParts).
struct OtherExperiments {
  std::optional<Experiment> untrained;
  std::optional<Experiment> previous;  // with the vectors of the word before as nuisance
};

// Sets the nuisance of the parts, TakeNuisance and the vectors of the word before, from the
// experiment, or, where the server keeps a side, from there by `connection`. The errors of calls.
absl::Status SetNuisanceOfParts(const ExperimentSource& source, const AlignmentFlags& alignment,
                                Connection* connection, Experiment& experiment,
                                OtherExperiments& others, std::vector<RigourJob>& jobs);

// Why the part "swapped" cannot be run, as a clause; empty: it can, as far as is known before the
// server has looked at the recording.
std::string WhyNoSwapsOf(const Experiment& experiment);

// Computes the parts, one after the other. A part that is refused or fails for itself has no
// result; a failure of the first, an interruption, or a server that is out of reach ends it. The
// exit code; kExitDone if there are parts to judge.
int RunParts(const Console& console, const std::vector<RigourJob>& jobs,
             const Experiment& experiment, const OtherExperiments& others,
             const ComputeJob& compute, std::vector<RigourPartResult>& parts);

// The verdict for people.
std::string VerdictText(const Verdict& verdict);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_RIGOUR_RUN_H_
