#include "server/jobs/job_book.h"

// What there is, for who looks after the server.

namespace brainalign {

JobBook::Counts JobBook::CountJobs() const { return {queued_, running_}; }

JobTotals JobBook::CountTotals() const {
  MutexLock lock(mutex_);
  return totals_;
}

QueueLoad JobBook::MeasureLoad() const {
  QueueLoad load;
  MutexLock lock(mutex_);
  bool is_oldest = true;  // ids count up
  for (const auto& [id, live] : live_) {
    if (live.in_executor) {
      ++load.running;
      load.reserved_bytes += live.execution.memory_bytes;
    } else if (is_oldest && !live.jobs.empty()) {
      is_oldest = false;
      load.oldest_wait_seconds =
          absl::ToDoubleSeconds(clock_() - live.jobs.front()->job().create_time);
    }
  }
  return load;
}

std::vector<QueueEntry> JobBook::ListQueue(std::int64_t after_execution_id,
                                           std::size_t limit) const {
  std::vector<QueueEntry> entries;
  MutexLock lock(mutex_);
  for (auto at = live_.upper_bound(after_execution_id); at != live_.end() && entries.size() < limit;
       ++at) {
    const LiveExecution& live = at->second;
    QueueEntry entry;
    entry.execution = live.execution;
    entry.tiles_done = static_cast<int>(live.tiles.size());
    for (const std::shared_ptr<LiveJob>& follower : live.jobs) {
      Job job = follower->job();
      if (entry.job_ids.empty()) {
        Tell(job);
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
  }
  return entries;
}

}  // namespace brainalign
