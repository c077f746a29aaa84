#ifndef BRAINALIGN_SERVER_JOBS_EXECUTOR_H_
#define BRAINALIGN_SERVER_JOBS_EXECUTOR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/align/alignment.h"
#include "core/align/result.h"

namespace brainalign {

// An execution about to run: the alignment, and the tiles that earlier attempts
// finished.
struct OpenedExecution {
  std::unique_ptr<Alignment> alignment;
  std::vector<TileScores> finished;
};

// Where an executor takes its work from and brings what comes of it. Called from
// the executor's threads, which hold none of its locks meanwhile.
class ExecutionHost {
 public:
  virtual ~ExecutionHost() = default;
  // Reads the inputs again. DATA_LOSS or NOT_FOUND if they are gone; ABORTED, or an error with
  // UnreadableField, if they cannot be read now.
  virtual absl::StatusOr<OpenedExecution> OpenExecution(std::int64_t execution_id) = 0;
  // Makes a tile durable. After an error the execution ends with that error.
  virtual absl::Status OnTile(std::int64_t execution_id, const TileScores& tile) = 0;
  // The last call for this execution: its result, or why there is none.
  virtual void OnEnd(std::int64_t execution_id, absl::StatusOr<AlignmentResult> result) = 0;
};

struct ExecutionProgress {
  double share = 0;  // of the work done, 0 to 1; partly a guess inside a unit
  // With the executor for itself; NaN before the alignment is open.
  double remaining_seconds = 0;
  double thread_seconds = 0;  // of threads, since it was started
};

// What was done in one phase of executions since the executor began.
struct PhaseTotals {
  std::string phase;       // open, preparation, tile or assembly
  std::int64_t units = 0;  // that ended, failed ones too
  double seconds = 0;      // of threads, in those units
};

// Runs executions: tiles of several at a time, none of which waits for another to
// end. Who starts one has reserved its memory. Thread-safe.
class Executor {
 public:
  virtual ~Executor() = default;

  // Takes over the execution until OnEnd. No more units of it run at a time than its
  // plan says.
  virtual void Start(std::int64_t execution_id) = 0;
  // Makes OnEnd come soon, with CANCELLED. Nothing if the execution is unknown.
  virtual void Cancel(std::int64_t execution_id) = 0;
  virtual ExecutionProgress Progress(std::int64_t execution_id) const = 0;
  // Of an alignment that had the executor for itself.
  virtual double EstimateSeconds(const AlignmentPlan& plan) const = 0;
  // What was learned of the machine's speed so far (WorkRates::Save).
  virtual std::string SaveRates() const = 0;
  virtual std::vector<PhaseTotals> Totals() const = 0;
  // Stops all work and returns once no call to the host is under way; none comes
  // afterwards, no OnEnd either. Nothing may be started any more.
  virtual void Stop() = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_EXECUTOR_H_
