#include <utility>

#include "absl/strings/str_cat.h"
#include "server/jobs/job_book.h"

// Changes of jobs: the thread that has the turn of their execution makes them durable, changes the
// memory, and notifies watchers.

namespace brainalign {

std::string JobBook::TurnOf(std::int64_t execution_id) {
  return absl::StrCat("execution ", execution_id);
}

std::vector<std::string> JobBook::TurnsOf(const Job& job) {
  std::vector<std::string> turns = {absl::StrCat("request ", job.project, " ", job.request_id),
                                    absl::StrCat("key ", job.project, " ", job.cache_key)};
  // Submissions against a recording are counted one after the other, a project's and a person's.
  if (!job.recording.empty()) {
    turns.push_back(absl::StrCat("recording ", job.recording, " project ", job.project));
    turns.push_back(absl::StrCat("recording ", job.recording, " person ", job.person));
  }
  return turns;
}

JobBook::LiveExecution* JobBook::Find(std::int64_t execution_id) {
  MutexLock lock(mutex_);
  const auto found = live_.find(execution_id);
  return found == live_.end() ? nullptr : &found->second;
}

absl::StatusOr<std::shared_ptr<LiveJob>> JobBook::FindJob(const std::string& job_id) {
  while (true) {
    {
      MutexLock lock(mutex_);
      const auto found = jobs_.find(job_id);
      if (found != jobs_.end()) return found->second;
    }
    auto job = Get(job_id);
    if (!job.ok()) return job.status();
    if (IsTerminal(job->state)) return std::make_shared<LiveJob>(*std::move(job));
    // It became durable just now, or ended just now: its creator is about to be done.
    const Turns::Turn turn(turns_, TurnsOf(*job));
  }
}

std::vector<JobChange> JobBook::ChangeJobs(const LiveExecution& live, const Mutate& mutate) {
  std::vector<JobChange> changes;
  changes.reserve(live.jobs.size());
  for (const auto& follower : live.jobs) {
    JobChange change;
    change.job = follower->job();
    change.before = change.job.state;
    change.job.has_told = change.job.has_told || change.job.tiles_done > 0;
    mutate(change.job);
    ++change.job.sequence;
    change.events.push_back({change.job.sequence, change.job});
    changes.push_back(std::move(change));
  }
  return changes;
}

absl::Status JobBook::Apply(Change change, const std::vector<JobChange>& jobs) {
  CarryShares(jobs, change);
  if (absl::Status status = store_->Commit(change); !status.ok()) return status;
  MutexLock lock(mutex_);
  for (const JobChange& changed : jobs) {
    const auto found = jobs_.find(changed.job.job_id);
    if (found == jobs_.end()) continue;
    const std::shared_ptr<LiveJob> live = found->second;
    CountState(live->job(), -1);
    CountState(changed.job, 1);
    CountEnd(changed.job.state);
    if (IsTerminal(changed.job.state)) jobs_.erase(found);
    live->Set(changed.job);
  }
  return absl::OkStatus();
}

void JobBook::AddLive(LiveExecution& live, const Job& job) {
  auto follower = std::make_shared<LiveJob>(job);
  live.jobs.push_back(follower);
  jobs_.emplace(job.job_id, std::move(follower));
  CountState(job, 1);
}

void JobBook::CountState(const Job& job, int by) {
  if (job.state == JobState::kQueued) queued_ += by;
  if (job.state == JobState::kRunning) running_ += by;
  if (!IsTerminal(job.state)) admission_.CountUnfinished(job.project, by);
}

void JobBook::CountEnd(JobState state) {
  if (state == JobState::kSucceeded) ++totals_.succeeded;
  if (state == JobState::kFailed) ++totals_.failed;
  if (state == JobState::kCancelled) ++totals_.cancelled;
}

void JobBook::Forget(std::int64_t execution_id) {
  MutexLock lock(mutex_);
  const auto found = live_.find(execution_id);
  const auto key = by_key_.find(KeyOf(found->second.execution));
  if (key != by_key_.end() && key->second == execution_id) by_key_.erase(key);
  admission_.Release(found->second.execution);
  // What the executor has leaves when that has ended it.
  if (!found->second.in_executor) schedule_->Remove(execution_id);
  put_back_.erase(execution_id);
  live_.erase(found);
}

}  // namespace brainalign
