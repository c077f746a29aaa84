#include <algorithm>
#include <cmath>
#include <utility>

#include "server/jobs/job_book.h"

// What is told of a job's place in the queue and of when it starts and ends.

namespace brainalign {
namespace {

// A look ahead may take so much of a core: it is made again after its cost times this.
constexpr double kRestPerSecond = 10;
// What runs moves on: a look ahead is no older.
constexpr double kMostAgeSeconds = 1;
// Beyond so many nothing is expected: it would cost much and mean little.
constexpr std::size_t kMostExpected = 1000;

}  // namespace

void JobBook::RefreshOutlook() const {
  const double now = steady_seconds_();
  const std::int64_t version = schedule_->version();
  {
    MutexLock lock(outlook_mutex_);
    const double age = now - outlook_.made_seconds;
    const bool stale = outlook_.version != version || age > kMostAgeSeconds;
    if (!stale || age < kRestPerSecond * outlook_.took_seconds) return;
  }
  QueueState state = schedule_->Look(NowSeconds(), kMostExpected);
  state.threads = settings_.threads;
  for (const auto& [id, estimated_seconds] : state.order.RunningEstimates()) {
    const double remaining = executor_->Progress(id).remaining_seconds;
    state.remaining_seconds[id] = std::isnan(remaining) ? estimated_seconds : remaining;
  }
  auto expected = Forecast(std::move(state), kMostExpected);
  MutexLock lock(outlook_mutex_);
  outlook_ = {std::move(expected), version, now, steady_seconds_() - now};
}

std::optional<Expectation> JobBook::Expect(std::int64_t execution_id) const {
  MutexLock lock(outlook_mutex_);
  const auto found = outlook_.expected.find(execution_id);
  if (found == outlook_.expected.end()) return std::nullopt;
  const double age = steady_seconds_() - outlook_.made_seconds;
  Expectation expectation = found->second;
  expectation.start_seconds = std::max(0.0, expectation.start_seconds - age);
  expectation.end_seconds = std::max(0.0, expectation.end_seconds - age);
  return expectation;
}

void JobBook::Tell(Job& job) const {
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
