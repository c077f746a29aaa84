#include "server/jobs/outlook.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace brainalign {
namespace {

// A look ahead may take so much of a core: it is made again after its cost times this.
constexpr double kRestPerSecond = 10;
// What runs moves on: a look ahead is no older.
constexpr double kMostAgeSeconds = 1;
// Executions beyond this number have no forecast: it would be expensive and inaccurate.
constexpr std::size_t kMostExpected = 1000;

}  // namespace

Outlook::Outlook(const Schedule* schedule, int threads, RemainingSeconds remaining_seconds,
                 SteadyClock clock)
    : schedule_(schedule),
      threads_(threads),
      remaining_seconds_(std::move(remaining_seconds)),
      clock_(std::move(clock)) {}

void Outlook::Refresh() {
  const double now = clock_();
  const std::int64_t version = schedule_->version();
  {
    MutexLock lock(mutex_);
    const double age = now - seen_.made_seconds;
    const bool stale = seen_.version != version || age > kMostAgeSeconds;
    if (!stale || age < kRestPerSecond * seen_.took_seconds) return;
  }
  QueueState state = schedule_->Look(clock_(), kMostExpected);
  state.threads = threads_;
  for (const auto& [id, estimated_seconds] : state.order.RunningEstimates()) {
    const double remaining = remaining_seconds_(id);
    state.remaining_seconds[id] = std::isnan(remaining) ? estimated_seconds : remaining;
  }
  auto expected = Forecast(std::move(state), kMostExpected);
  MutexLock lock(mutex_);
  seen_ = {std::move(expected), version, now, clock_() - now};
}

std::optional<Expectation> Outlook::Expect(std::int64_t execution_id) const {
  MutexLock lock(mutex_);
  const auto found = seen_.expected.find(execution_id);
  if (found == seen_.expected.end()) return std::nullopt;
  if (holds_back_ && found->second.place > 0) return std::nullopt;
  const double age = clock_() - seen_.made_seconds;
  Expectation expectation = found->second;
  expectation.start_seconds = std::max(0.0, expectation.start_seconds - age);
  expectation.end_seconds = std::max(0.0, expectation.end_seconds - age);
  return expectation;
}

void Outlook::Tell(Job& job) const {
  if (IsTerminal(job.state)) return;
  const std::optional<Expectation> expectation = Expect(job.execution_id);
  if (!expectation) return;
  // The one may have changed since the other was looked at.
  if (job.state == JobState::kQueued) {
    job.queue_place = expectation->place;
    job.expected_start_seconds = expectation->start_seconds;
  }
  job.expected_end_seconds = expectation->end_seconds;
}

}  // namespace brainalign
