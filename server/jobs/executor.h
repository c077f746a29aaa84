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
#include "server/rows/specification.h"
#include "server/schedule/schedule.h"

namespace brainalign {

// What an executor needs to know to compute an execution. Plain data: the tensors are named by
// their digests.
struct ExecutionDescription {
  std::int64_t execution_id = 0;
  int attempt = 0;
  JobSpecification specification;
  std::vector<TileScores> finished;  // tiles of earlier attempts, which are not computed again
  std::int64_t memory_bytes = 0;     // reserved for it
  std::string why_double;            // why it is computed in double; empty: it need not be
  // Whose the executions are that may share what is kept of the recording.
  std::string cache_owner;
};

// What remains of an execution whose tiles the host has.
struct ComputedExecution {
  std::vector<SelfCheck> checks;
  // What computed it, if that is in this process. Null: the host opens another one to assemble the
  // result.
  std::unique_ptr<Alignment> alignment;
};

// Keeps executions for an executor and takes what the executor computes. The executor calls it from
// threads of its own, which hold none of its locks meanwhile. A call for an attempt that is not
// under way, because the execution was cancelled or has begun another one, is rejected with
// CANCELLED.
class ExecutionHost {
 public:
  virtual ~ExecutionHost() = default;
  // CANCELLED if there is no such execution; DATA_LOSS if its record is damaged.
  virtual absl::StatusOr<ExecutionDescription> Describe(std::int64_t execution_id) = 0;
  // Makes durable where the attempt runs: after a restart of the server, Adopt gets the handle.
  // To be called before the first tile, by an executor that outlives the server.
  virtual absl::Status OnHandle(std::int64_t execution_id, int attempt,
                                const std::string& handle) = 0;
  // Makes a tile durable. A tile that is there already stays as it is, and is no error. After an
  // error the executor ends the execution with that error.
  virtual absl::Status OnTile(std::int64_t execution_id, int attempt, const TileScores& tile) = 0;
  // The last call for this attempt: every tile was taken, or why the attempt ended before that.
  // UNAVAILABLE, ABORTED, and an error with UnreadableField: it is tried again later. DATA_LOSS and
  // NOT_FOUND: an input is lost. The host assembles the result.
  virtual void OnEnd(std::int64_t execution_id, int attempt,
                     absl::StatusOr<ComputedExecution> computed) = 0;
};

struct ExecutionProgress {
  double share = 0;  // of the work done, 0 to 1; partly a guess inside a unit
  // With the executor for itself; NaN before the alignment is open.
  double remaining_seconds = 0;
  double thread_seconds = 0;  // of threads, since it was started or adopted
};

// What was done in one phase of executions since the server began.
struct PhaseTotals {
  std::string phase;       // open, preparation, tile, check or assembly
  std::int64_t units = 0;  // that ended, failed ones too
  double seconds = 0;      // of threads, in those units
};

// What an executor has for all executions together.
struct ExecutorCapacity {
  int threads = 1;
  std::int64_t memory_bytes = 0;
  int executions = 1;  // at a time
};

// Computes executions: tiles of several at a time, none of which waits for another to end. It may
// be threads of this process (LocalExecutor), or stand for another process, which goes on while the
// server is down. Who starts an execution has reserved its memory. Thread-safe.
class Executor {
 public:
  virtual ~Executor() = default;

  // The same from construction on.
  virtual ExecutorCapacity capacity() const = 0;
  // To be called once, before all that follows. Both must live until Detach. The schedule says
  // whose turn it is, and is charged for the time of threads. RESOURCE_EXHAUSTED if a thread cannot
  // be started.
  virtual absl::Status Attach(ExecutionHost* host, Schedule* schedule) = 0;
  // Takes over this attempt until OnEnd. Waits for nothing.
  virtual void Start(std::int64_t execution_id, int attempt) = 0;
  // Takes up an attempt that an earlier server started, and whose handle was stored: from then on
  // the host hears of it as if it had been started here, and first of what it missed. Waits for
  // nothing: where the handle's process cannot be reached now, the executor adopts, and calls OnEnd
  // with UNAVAILABLE if it finds it gone. NOT_FOUND if it is known that nothing runs under the
  // handle: then no call to the host follows.
  virtual absl::Status Adopt(std::int64_t execution_id, int attempt, const std::string& handle) = 0;
  // Makes OnEnd come soon, with CANCELLED. Nothing if the execution is unknown.
  virtual void Cancel(std::int64_t execution_id) = 0;
  virtual ExecutionProgress Progress(std::int64_t execution_id) const = 0;
  // Of an alignment that had the executor for itself.
  virtual double EstimateSeconds(const AlignmentPlan& plan) const = 0;
  // What was learned of the machine's speed so far (WorkRates::Save).
  virtual std::string SaveRates() const = 0;
  virtual std::vector<PhaseTotals> Totals() const = 0;
  // Lets go of the host: returns once no call to it is under way; none comes afterwards, no OnEnd
  // either. Executions with a handle go on, for a later server to adopt; the others stop. Nothing
  // may be started any more.
  virtual void Detach() = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_EXECUTOR_H_
