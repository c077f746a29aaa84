#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/jobs/job_book.h"
#include "server/record/status_details.h"

namespace brainalign {
namespace {

// How soon a watch notices that its client has gone.
constexpr std::chrono::milliseconds kPollInterval{250};
constexpr std::size_t kEventsPerRead = 256;

}  // namespace

Heartbeat JobBook::MakeHeartbeat(const LiveJob& live) {
  Heartbeat heartbeat;
  if (live.job.tiles_total > 0) {
    heartbeat.progress = static_cast<double>(live.job.tiles_done) / live.job.tiles_total;
  }
  const ExecutionProgress progress = executor_->Progress(live.job.execution_id);
  heartbeat.progress = std::max(heartbeat.progress, progress.share);
  heartbeat.remaining_seconds = progress.remaining_seconds;
  return heartbeat;
}

absl::Status JobBook::Watch(const std::string& job_id, std::int64_t after_sequence,
                            const std::function<bool(const WatchEvent&)>& send,
                            const std::function<bool()>& is_cancelled) {
  const absl::Status gone = absl::CancelledError("the watcher has gone");
  std::shared_ptr<LiveJob> live;
  {
    MutexLock lock(mutex_);
    const auto found = jobs_.find(job_id);
    if (found != jobs_.end()) live = found->second;
  }
  if (live == nullptr) {
    auto job = Get(job_id);
    if (!job.ok()) return job.status();
    live = std::make_shared<LiveJob>();
    live->job = *std::move(job);
  }
  const auto heartbeat = absl::ToChronoMilliseconds(settings_.heartbeat);
  auto next_heartbeat = std::chrono::steady_clock::now() + heartbeat;
  std::int64_t sent = after_sequence;
  for (bool first = true;; first = false) {
    std::int64_t last = 0;
    std::int64_t order = 0;
    std::int64_t execution_id = 0;
    bool ended = false;
    Heartbeat pulse;
    {
      MutexLock lock(mutex_);
      if (first && (sent < 0 || sent > live->job.sequence)) {
        return WithReason(
            absl::OutOfRangeError(absl::StrCat("after_sequence is ", sent, "; the job's events go ",
                                               "from 0 to ", live->job.sequence)),
            "SEQUENCE_NOT_REACHED");
      }
      const auto until = std::min(next_heartbeat, std::chrono::steady_clock::now() + kPollInterval);
      live->changed.wait_until(mutex_, until, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
        return stopping_ || live->job.sequence > sent || IsTerminal(live->job.state);
      });
      last = live->job.sequence;
      order = live->job.order;
      execution_id = live->job.execution_id;
      ended = IsTerminal(live->job.state);
      if (stopping_ && !ended) return ShuttingDownError();
      pulse = MakeHeartbeat(*live);
    }
    if (is_cancelled()) return gone;
    while (sent < last) {
      auto events = store_->ListEvents(order, sent, kEventsPerRead);
      if (!events.ok()) return events.status();
      if (events->empty()) {
        // Deleted meanwhile, if it is not damage.
        if (auto job = Get(job_id); !job.ok()) return job.status();
        return absl::DataLossError("events of the job are missing on the server");
      }
      for (Event& event : *events) {
        WatchEvent told{event.sequence, std::string()};
        if (Job* job = std::get_if<Job>(&event.content)) {
          told.content = std::move(*job);
        } else {
          auto tile = store_->ReadTile(execution_id, std::get<int>(event.content));
          if (!tile.ok()) return tile.status();
          told.content = *std::move(tile);
        }
        if (!send(told)) return gone;
        sent = event.sequence;
      }
      next_heartbeat = std::chrono::steady_clock::now() + heartbeat;
    }
    if (ended) return absl::OkStatus();
    if (std::chrono::steady_clock::now() >= next_heartbeat) {
      if (!send({sent, pulse})) return gone;
      next_heartbeat = std::chrono::steady_clock::now() + heartbeat;
    }
  }
}

}  // namespace brainalign
