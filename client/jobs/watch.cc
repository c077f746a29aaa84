#include "client/jobs/watch.h"

#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/connection/stubs.h"
#include "client/jobs/job_calls.h"
#include "client/wire/enum_from_proto.h"
#include "client/wire/job_from_proto.h"
#include "client/wire/result_from_proto.h"

namespace brainalign {
namespace {

// It is unknown whether a state that only a newer client knows is terminal.
absl::Status CheckState(const Job& job) {
  if (job.state >= JobState::kUnknown && job.state <= JobState::kCancelled) {
    return absl::OkStatus();
  }
  return NewerServerError("job state", static_cast<int>(job.state));
}

class Watcher {
 public:
  Watcher(Connection& connection, const std::string& job_id, std::int64_t after_sequence,
          const WatchCallbacks& callbacks)
      : connection_(connection),
        job_id_(job_id),
        callbacks_(callbacks),
        last_sequence_(after_sequence) {}

  std::int64_t last_sequence() const { return last_sequence_; }
  const std::optional<Job>& ended() const { return ended_; }

  // Reads one stream until it breaks or the job has ended. OK means that the
  // server closed the stream, which it may do while it shuts down.
  absl::Status ReadStream() {
    CallContext context(connection_.options(), /*timeout_seconds=*/0);
    v1::WatchJobRequest request;
    request.set_job_id(job_id_);
    request.set_after_sequence(last_sequence_);
    const auto stream = connection_.stubs().jobs->WatchJob(context.get(), request);
    v1::WatchJobResponse response;
    while (stream->Read(&response)) {
      absl::Status status = Deliver(response);
      if (!status.ok() || ended_.has_value()) {
        context.get()->TryCancel();
        stream->Finish();
        return status;
      }
    }
    return context.Conclude(stream->Finish());
  }

 private:
  absl::Status Deliver(const v1::WatchJobResponse& response) {
    if (response.has_streamed() && callbacks_.on_axes) {
      callbacks_.on_axes(AxesFromProto(response.streamed()));
    }
    if (response.has_heartbeat()) {
      DeliverHeartbeat(response.heartbeat());
      return absl::OkStatus();
    }
    if (response.sequence() <= last_sequence_) return absl::OkStatus();
    if (response.sequence() != last_sequence_ + 1) {
      // The contract has no gaps: asking again from the last event closes it.
      return absl::UnavailableError(absl::StrCat(
          "Event ", response.sequence(), " of the job came after event ", last_sequence_, "."));
    }
    // A tile without boxes is done, and nothing of it is released.
    if (response.has_tile() && response.tile().boxes_size() > 0) {
      absl::StatusOr<TileScores> tile = TileFromProto(response.tile());
      if (!tile.ok()) return tile.status();
      last_sequence_ = response.sequence();
      if (callbacks_.on_tile) callbacks_.on_tile(*tile);
      return absl::OkStatus();
    }
    last_sequence_ = response.sequence();
    if (!response.has_job()) return absl::OkStatus();  // an event of a newer protocol
    Job job = JobFromProto(response.job());
    if (absl::Status status = CheckState(job); !status.ok()) return status;
    if (callbacks_.on_job) callbacks_.on_job(job);
    if (HasEnded(job.state)) ended_ = std::move(job);
    return absl::OkStatus();
  }

  void DeliverHeartbeat(const v1::Heartbeat& heartbeat) {
    if (callbacks_.on_progress) {
      callbacks_.on_progress(heartbeat.progress(), heartbeat.has_remaining_seconds()
                                                       ? heartbeat.remaining_seconds()
                                                       : std::numeric_limits<double>::quiet_NaN());
    }
    if (callbacks_.on_wait && heartbeat.queue_place() > 0) {
      callbacks_.on_wait(heartbeat.queue_place(), heartbeat.expected_start_seconds());
    }
  }

  Connection& connection_;
  const std::string& job_id_;
  const WatchCallbacks& callbacks_;
  std::int64_t last_sequence_;
  std::optional<Job> ended_;
};

}  // namespace

absl::StatusOr<Job> WatchJob(Connection& connection, const std::string& job_id,
                             std::int64_t after_sequence, const WatchCallbacks& callbacks) {
  const ConnectionOptions& options = connection.options();
  // CANCELLED, which is not our own stop: the server ended the stream of a client that slept.
  RetryOptions retry_options = options.retry;
  retry_options.codes.insert(absl::StatusCode::kCancelled);
  Retry retry(retry_options, *options.clock, options.stop);
  Watcher watcher(connection, job_id, after_sequence, callbacks);
  while (true) {
    const std::int64_t before = watcher.last_sequence();
    absl::Status status = watcher.ReadStream();
    if (watcher.ended().has_value()) return *watcher.ended();
    if (status.ok()) {
      // Nothing follows the terminal event, so a watch that starts after it gets no event.
      absl::StatusOr<Job> job = GetJob(connection, job_id);
      if (!job.ok()) return job.status();
      if (absl::Status known = CheckState(*job); !known.ok()) return known;
      if (HasEnded(job->state) && job->sequence <= watcher.last_sequence()) return job;
      status = absl::UnavailableError("The server closed the watch before the job's end.");
    }
    if (watcher.last_sequence() > before) retry.Progress();
    const bool again = retry.Again(status, [&](double seconds) {
      if (callbacks.on_break) callbacks.on_break(status, seconds);
    });
    if (!again) return options.stop.stop_requested() ? absl::CancelledError("Stopped.") : status;
  }
}

}  // namespace brainalign
