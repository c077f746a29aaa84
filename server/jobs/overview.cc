#include "server/jobs/job_book.h"

// Overviews for administrators.

namespace brainalign {

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

std::vector<QueueEntry> JobBook::ListQueue(std::int64_t after_execution_id,
                                           std::size_t limit) const {
  std::vector<QueueEntry> entries;
  live_jobs_.Visit(after_execution_id, [&](const LiveExecution& live) {
    if (entries.size() >= limit) return false;
    QueueEntry entry;
    entry.execution = live.execution;
    entry.tiles_done = static_cast<int>(live.tiles.size());
    for (const std::shared_ptr<LiveJob>& follower : live.jobs) {
      Job job = follower->job();
      if (entry.job_ids.empty()) {
        outlook_.Tell(job);
        entry.reason = job.reason;
        entry.name = job.name;
        entry.create_time = job.create_time;
        entry.start_time = job.start_time;
        entry.queue_place = job.queue_place;
        entry.expected_start_seconds = job.expected_start_seconds;
        entry.expected_end_seconds = job.expected_end_seconds;
      }
      entry.job_ids.push_back(job.job_id);
    }
    entries.push_back(std::move(entry));
    return true;
  });
  return entries;
}

}  // namespace brainalign
