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

// What a watch tells; each may be null. Called on the watching thread.
struct WatchCallbacks {
  // The job's state changed.
  std::function<void(const Job&)> on_job;
  // What the matrix is of; comes before any tile of it. Older servers do not tell.
  std::function<void(const MatrixAxes&)> on_axes;
  // A rectangle of the matrix is finished. One that is told again replaces what was told of it
  // before: a job that goes on in float64 begins anew.
  std::function<void(const TileScores&)> on_tile;
  // Share of the work done, 0 to 1, and the seconds left (NaN while unknown).
  std::function<void(double, double)> on_progress;
  // The job waits: its place in the queue and the seconds until it starts.
  std::function<void(int, double)> on_wait;
  // The stream broke; it is opened again after so many seconds.
  std::function<void(const absl::Status&, double)> on_break;
};

// Follows a job to its end, from the event after `after_sequence` (0: from the
// first), and returns the job in its last state. A stream that breaks is opened
// again where it stopped, as the connection's retry says: no event is
// missed, none is delivered twice.
//
// Errors: NOT_FOUND for an unknown job, CANCELLED on a stop, otherwise the last
// failure once the tries are used up.
absl::StatusOr<Job> WatchJob(Connection& connection, const std::string& job_id,
                             std::int64_t after_sequence, const WatchCallbacks& callbacks);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_JOBS_WATCH_H_
