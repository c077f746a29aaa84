#ifndef BRAINALIGN_CLIENT_JOBS_WATCH_H_
#define BRAINALIGN_CLIENT_JOBS_WATCH_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "client/jobs/job.h"
#include "core/align/result.h"

namespace brainalign {

// Callbacks of a watch; each may be null. Called on the watching thread.
struct WatchCallbacks {
  // The job's state changed.
  std::function<void(const Job&)> on_job;
  // Layers and times of the matrix, before its first tile. Older servers do not send them.
  std::function<void(const MatrixAxes&)> on_axes;
  // A rectangle of the matrix is finished. If it is reported again, it replaces the earlier one: a
  // job that restarts in float64 computes all tiles again.
  std::function<void(const TileScores&)> on_tile;
  // Share of the work done, 0 to 1, and the seconds left (NaN while unknown).
  std::function<void(double, double)> on_progress;
  // The job waits: its place in the queue and the seconds until it starts.
  std::function<void(int, double)> on_wait;
  // The stream broke. It is opened again after this many seconds.
  std::function<void(const absl::Status&, double)> on_break;
};

// Follows a job to its end, from the event after `after_sequence` (0: from the first), and returns
// the job in its last state. A stream that breaks is opened again after its last event, as the
// connection's retry options say. Every event is delivered exactly once.
//
// Errors: NOT_FOUND for an unknown job, CANCELLED on a stop, otherwise the last failure when there
// are no retries left.
absl::StatusOr<Job> WatchJob(Connection& connection, const std::string& job_id,
                             std::int64_t after_sequence, const WatchCallbacks& callbacks);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_JOBS_WATCH_H_
