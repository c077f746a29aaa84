#include <algorithm>

#include "server/jobs/job_book.h"

// Overviews for administrators.

namespace brainalign {
namespace {

bool Matches(const Execution& execution, const std::vector<Job>& jobs, const QueueQuery& query) {
  const auto& states = query.states;
  if (!states.empty() && std::find(states.begin(), states.end(), execution.state) == states.end()) {
    return false;
  }
  if (!query.project.empty() && execution.project != query.project) return false;
  if (query.person.empty() && query.recording.empty()) return true;
  return std::any_of(jobs.begin(), jobs.end(), [&](const Job& job) {
    return (query.person.empty() || job.person == query.person) &&
           (query.recording.empty() || job.recording == query.recording);
  });
}

}  // namespace

JobBook::Counts JobBook::CountJobs() const { return {live_jobs_.queued(), live_jobs_.running()}; }

JobTotals JobBook::CountTotals() const { return live_jobs_.totals(); }

std::vector<PhaseTotals> JobBook::CountWork() const {
  std::vector<PhaseTotals> totals = executor_->Totals();
  totals.push_back(host_.assembly());
  return totals;
}

QueueLoad JobBook::MeasureLoad() const {
  QueueLoad load;
  bool is_oldest = true;  // ids count up
  live_jobs_.Visit(0, [&](const LiveExecution& live) {
    if (live.in_executor) {
      ++load.running;
      load.reserved_bytes += live.execution.memory_bytes;
    } else if (is_oldest) {
      is_oldest = false;
      load.oldest_wait_seconds = steady_seconds_() - live.queued_seconds;
    }
    return true;
  });
  return load;
}

std::vector<QueueEntry> JobBook::ListQueue(const QueueQuery& query) const {
  std::vector<QueueEntry> entries;
  live_jobs_.Visit(query.after_execution_id, [&](const LiveExecution& live) {
    if (entries.size() >= query.limit) return false;
    std::vector<Job> jobs;
    for (const std::shared_ptr<LiveJob>& follower : live.jobs) jobs.push_back(follower->job());
    if (!Matches(live.execution, jobs, query)) return true;
    QueueEntry entry;
    entry.execution = live.execution;
    entry.tiles_done = static_cast<int>(live.tiles.size());
    for (const Job& job : jobs) entry.job_ids.push_back(job.job_id);
    if (!jobs.empty()) {
      Job& first = jobs.front();
      outlook_.Tell(first);
      entry.reason = first.reason;
      entry.name = first.name;
      entry.create_time = first.create_time;
      entry.start_time = first.start_time;
      entry.queue_place = first.queue_place;
      entry.expected_start_seconds = first.expected_start_seconds;
      entry.expected_end_seconds = first.expected_end_seconds;
    }
    entries.push_back(std::move(entry));
    return true;
  });
  return entries;
}

}  // namespace brainalign
