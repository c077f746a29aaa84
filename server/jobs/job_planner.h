#ifndef BRAINALIGN_SERVER_JOBS_JOB_PLANNER_H_
#define BRAINALIGN_SERVER_JOBS_JOB_PLANNER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/blobs/tensors.h"
#include "server/jobs/alignments.h"
#include "server/jobs/executor.h"
#include "server/jobs/job_types.h"
#include "server/jobs/limits.h"
#include "server/rows/job.h"

namespace brainalign {

// A planned execution, and the arrays that its tiles compute.
struct PlannedExecution {
  Execution execution;
  std::vector<Tile> tiles;
};

// Sets block_words and min_shift_words to what the plan of the execution chose, where the job left
// the choice open.
void FillAutomaticWords(const Execution& execution, UncertaintyOptions& options);

// Checks a request, cheap things first, and plans the execution that answers it. Thread-safe.
class JobPlanner {
 public:
  // The pointers must outlive it.
  JobPlanner(const JobSettings& settings, const Alignments* alignments, Tensors* tensors,
             const Executor* executor);

  // INVALID_ARGUMENT with the fields that are beyond limits, or of a shape that no alignment has.
  // Reads no tensor.
  absl::Status CheckRequest(const JobRequest& request) const;
  // FAILED_PRECONDITION with the tensors that are not there; UNAVAILABLE if those of a recording
  // are not. Marks the others as used.
  absl::Status CheckTensors(const JobRequest& request) const;
  // CANCELLED if the client has disconnected.
  static absl::Status CheckCaller(const JobRequest& request);

  // The part of an execution that follows from its data: shape, memory, time and inputs. Reads the
  // tensors without known facts. INVALID_ARGUMENT with the fields, and if it needs more memory than
  // there is; INTERNAL if a tensor cannot be read; the error of CheckCaller if the client has
  // disconnected; UNAVAILABLE if `is_stopping` has returned true.
  absl::StatusOr<PlannedExecution> Plan(const JobRequest& request,
                                        const std::function<bool()>& is_stopping) const;
  // Plans `execution` anew, to be computed in double because of `why`. Errors as
  // Alignment::Create, CANCELLED soon after `is_cancelled` returns true.
  absl::Status PlanInDouble(const JobSpecification& specification, const std::string& why,
                            const CancelCheck& is_cancelled, Execution& execution) const;

 private:
  // The part of an execution that follows from the plan of its alignment.
  void CopyPlan(const Alignment& alignment, Execution& execution) const;

  const JobLimits limits_;
  const Alignments* const alignments_;
  Tensors* const tensors_;
  const Executor* const executor_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_JOB_PLANNER_H_
