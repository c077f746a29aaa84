#include "server/jobs/job_watch.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

// How soon a watch notices that its client has disconnected.
constexpr std::chrono::milliseconds kPollInterval{250};
constexpr std::size_t kEventsPerRead = 256;

}  // namespace

JobWatch::JobWatch(absl::Duration heartbeat, const Parts& parts)
    : heartbeat_(heartbeat),
      store_(parts.store),
      executor_(parts.executor),
      outlook_(parts.outlook),
      reader_(parts.reader),
      live_jobs_(parts.live_jobs) {}

Heartbeat JobWatch::MakeHeartbeat(const Job& job) const {
  Heartbeat heartbeat;
  if (job.tiles_total > 0) {
    heartbeat.progress = static_cast<double>(job.tiles_done) / job.tiles_total;
  }
  const ExecutionProgress progress = executor_->Progress(job.execution_id);
  heartbeat.progress = std::max(heartbeat.progress, progress.share);
  // Until there is a forecast: as if no other job were submitted.
  heartbeat.remaining_seconds = progress.remaining_seconds;
  if (const std::optional<Expectation> expectation = outlook_->Expect(job.execution_id)) {
    heartbeat.remaining_seconds = expectation->end_seconds;
    if (job.state == JobState::kQueued) {
      heartbeat.queue_place = expectation->place;
      heartbeat.expected_start_seconds = expectation->start_seconds;
    }
  }
  return heartbeat;
}

absl::Status JobWatch::Watch(const std::string& job_id, std::int64_t after_sequence,
                             const std::function<bool(const WatchEvent&)>& send,
                             const std::function<bool()>& is_cancelled) const {
  const absl::Status gone = absl::CancelledError("the watcher has gone");
  auto found = reader_->FindLive(job_id);
  if (!found.ok()) return found.status();
  const LiveJob& live = **found;
  Job job = live.job();
  if (after_sequence > job.sequence) {
    // Other calls can read a change as soon as it is durable, slightly before watchers receive it.
    const Turns::Turn turn = live_jobs_->TurnAt(job.execution_id);
    job = live.job();
  }
  if (after_sequence < 0 || after_sequence > job.sequence) {
    return WithReason(
        absl::OutOfRangeError(absl::StrCat("after_sequence is ", after_sequence,
                                           "; the job's events go from 0 to ", job.sequence)),
        "SEQUENCE_NOT_REACHED", {{"last_sequence", absl::StrCat(job.sequence)}});
  }
  const auto heartbeat = absl::ToChronoMilliseconds(heartbeat_);
  // The first heartbeat follows the past events, so a watcher knows the progress at once.
  auto next_heartbeat = std::chrono::steady_clock::now();
  std::int64_t sent = after_sequence;
  std::int64_t missed = 0;  // the last event whose tile was not there
  while (true) {
    const auto until = std::min(next_heartbeat, std::chrono::steady_clock::now() + kPollInterval);
    job = live.Await(sent, until, [&] { return live_jobs_->is_stopping(); });
    const bool ended = IsTerminal(job.state);
    if (live_jobs_->is_stopping() && !ended) return ShuttingDownError();
    if (is_cancelled()) return gone;
    while (sent < job.sequence) {
      auto events = store_->ListEvents(job.order, sent, kEventsPerRead);
      if (!events.ok()) return events.status();
      if (events->empty()) {
        // Deleted meanwhile, if it is not damage.
        if (auto there = reader_->Get(job_id); !there.ok()) return there.status();
        return WithReason(absl::DataLossError("events of the job are missing on the server"),
                          "RESULT_DAMAGED");
      }
      for (Event& event : *events) {
        WatchEvent event_to_send{event.sequence, std::string()};
        if (Job* then = std::get_if<Job>(&event.content)) {
          event_to_send.content = std::move(*then);
        } else {
          auto tile = store_->ReadTile(job.execution_id, std::get<int>(event.content));
          // Where the execution starts over, its events change with its tiles: they are read again.
          if (!tile.ok() && std::exchange(missed, event.sequence) != event.sequence) break;
          if (!tile.ok()) return tile.status();
          event_to_send.content = *std::move(tile);
        }
        if (!send(event_to_send)) return gone;
        sent = event.sequence;
      }
    }
    if (ended) return absl::OkStatus();
    if (std::chrono::steady_clock::now() >= next_heartbeat) {
      if (!send({sent, MakeHeartbeat(job)})) return gone;
      next_heartbeat = std::chrono::steady_clock::now() + heartbeat;
    }
  }
}

}  // namespace brainalign
