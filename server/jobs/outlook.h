#ifndef BRAINALIGN_SERVER_JOBS_OUTLOOK_H_
#define BRAINALIGN_SERVER_JOBS_OUTLOOK_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "core/mutex.h"
#include "server/rows/job.h"
#include "server/runtime/clock.h"
#include "server/schedule/schedule.h"

namespace brainalign {

// The expected start and end of unfinished executions. Thread-safe. A reader gets the last
// forecast, and waits neither for a new one nor for computing threads.
class Outlook {
 public:
  // With the executor for itself, how long a running execution still takes; NaN: unknown.
  using RemainingSeconds = std::function<double(std::int64_t execution_id)>;

  // `schedule` must outlive it; `threads` of the executor.
  Outlook(const Schedule* schedule, int threads, RemainingSeconds remaining_seconds,
          SteadyClock clock);

  // Looks ahead anew if something has changed. To be called by one thread, every second or so.
  void Refresh();
  // Whether the server starts no execution: nobody knows then when those in the queue will start.
  void HoldBack(bool hold) { holds_back_ = hold; }
  // Of an execution; nothing if it is unknown.
  std::optional<Expectation> Expect(std::int64_t execution_id) const;
  // Sets the expected start and end in a job.
  void Tell(Job& job) const;

 private:
  struct Seen {
    std::map<std::int64_t, Expectation> expected;
    std::int64_t version = -1;  // of the schedule
    double made_seconds = 0;    // on the steady clock
    double took_seconds = 0;
  };

  const Schedule* const schedule_;
  const int threads_;
  const RemainingSeconds remaining_seconds_;
  const SteadyClock clock_;

  std::atomic<bool> holds_back_{false};
  mutable Mutex mutex_;
  Seen seen_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_OUTLOOK_H_
