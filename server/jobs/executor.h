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

// The description of an execution for an executor. Plain data: tensors are named by their digests.
struct ExecutionDescription {
  std::int64_t execution_id = 0;
  int attempt = 0;
  JobSpecification specification;
  std::vector<TileScores> finished;  // tiles of earlier attempts, which are not computed again
  std::int64_t memory_bytes = 0;     // reserved for it
  std::string why_double;            // why it is computed in double; empty: it need not be
  // The project whose executions share the cache of the recording.
  std::string cache_owner;
};

// The results of an execution in addition to its tiles, which the host has.
struct ComputedExecution {
  std::vector<SelfCheck> checks;
  // The alignment that computed it, if it is in this process. Null: the host opens another one to
  // assemble the result.
  std::unique_ptr<Alignment> alignment;
};

// Describes executions to an executor and receives its results. The executor calls it from its own
// threads, which hold none of its locks during the call. A call for an attempt that is not running,
// because the execution was cancelled or has started another attempt, is rejected with CANCELLED.
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
  // The last call for this attempt: OK if every tile was accepted, else the reason why it ended
  // earlier. UNAVAILABLE, ABORTED, and an error with UnreadableField: the attempt is retried later.
  // DATA_LOSS and NOT_FOUND: an input is lost. The host assembles the result.
  virtual void OnEnd(std::int64_t execution_id, int attempt,
                     absl::StatusOr<ComputedExecution> computed) = 0;
};

struct ExecutionProgress {
  double share = 0;  // of the work done, 0 to 1; partly a guess inside a unit
  // With the executor for itself; NaN before the alignment is open.
  double remaining_seconds = 0;
  double thread_seconds = 0;  // of threads, since it was started or adopted
};

// Statistics of one phase of executions since the start of the server.
struct PhaseTotals {
  std::string phase;       // open, preparation, tile, check or assembly
  std::int64_t units = 0;  // that ended, failed ones too
  double seconds = 0;      // of threads, in those units
};

// The resources of an executor for all executions together.
struct ExecutorCapacity {
  int threads = 1;
  std::int64_t memory_bytes = 0;
  int executions = 1;  // at a time
};

// Computes executions: tiles of several at a time, without waiting for each other. It can be
// threads of this process (LocalExecutor), or represent another process that continues while the
// server is down. The caller that starts an execution has reserved its memory. Thread-safe.
class Executor {
 public:
  virtual ~Executor() = default;

  // The same from construction on.
  virtual ExecutorCapacity capacity() const = 0;
  // Call it once, before the methods below. Both must live until Detach. The schedule chooses the
  // next execution, and the thread time is charged to it. RESOURCE_EXHAUSTED if a thread cannot be
  // started.
  virtual absl::Status Attach(ExecutionHost* host, Schedule* schedule) = 0;
  // Starts this attempt and owns it until OnEnd. Never waits.
  virtual void Start(std::int64_t execution_id, int attempt) = 0;
  // Adopts an attempt that an earlier server started and whose handle was stored. From then on the
  // host is called as if the attempt had been started here, first for the results that it missed.
  // Never waits: if the handle's process cannot be reached now, the executor adopts the attempt,
  // and calls OnEnd with UNAVAILABLE if it later finds that the process has ended. NOT_FOUND if it
  // is known that nothing runs under the handle; then no call to the host follows.
  virtual absl::Status Adopt(std::int64_t execution_id, int attempt, const std::string& handle) = 0;
  // Cancels the execution: OnEnd is called soon, with CANCELLED. Does nothing if the execution is
  // unknown.
  virtual void Cancel(std::int64_t execution_id) = 0;
  virtual ExecutionProgress Progress(std::int64_t execution_id) const = 0;
  // Of an alignment that had the executor for itself.
  virtual double EstimateSeconds(const AlignmentPlan& plan) const = 0;
  // The measured speed of the machine (WorkRates::Save).
  virtual std::string SaveRates() const = 0;
  virtual std::vector<PhaseTotals> Totals() const = 0;
  // Detaches from the host: returns when no call to it is running, and makes none afterwards, not
  // even OnEnd. Executions with a handle continue, and a later server can adopt them. The others
  // stop. Nothing may be started afterwards.
  virtual void Detach() = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_EXECUTOR_H_
