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
// A call that reads waits for no look ahead that takes longer.
constexpr double kQuickSeconds = 0.005;
// Beyond so many nothing is expected: it would cost much and mean little.
constexpr std::size_t kMostExpected = 1000;

}  // namespace

void JobBook::RefreshOutlook(bool may_take_long) const {
  const double now = steady_seconds_();
  const std::int64_t version = schedule_->version();
  {
    MutexLock lock(outlook_mutex_);
    const double age = now - outlook_.made_seconds;
    const bool stale = outlook_.version != version || age > kMostAgeSeconds;
    const bool rests = age < kRestPerSecond * outlook_.took_seconds;
    outlook_.wanted = outlook_.wanted || (!may_take_long && stale);
    if (outlook_.making || !outlook_.wanted || !stale || rests) return;
    if (!may_take_long && outlook_.took_seconds > kQuickSeconds) return;
    outlook_.making = true;
  }
  QueueState state = schedule_->Look(NowSeconds(), kMostExpected);
  state.threads = settings_.threads;
  for (const auto& [id, estimated_seconds] : state.order.RunningEstimates()) {
    const double remaining = executor_->Progress(id).remaining_seconds;
    state.remaining_seconds[id] = std::isnan(remaining) ? estimated_seconds : remaining;
  }
  auto expected = Forecast(std::move(state), kMostExpected);
  MutexLock lock(outlook_mutex_);
  outlook_ = {std::move(expected), version, now, steady_seconds_() - now, false, false};
}

std::optional<Expectation> JobBook::Expect(std::int64_t execution_id) const {
  RefreshOutlook(/*may_take_long=*/false);
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
