#include "server/jobs/live_jobs.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace brainalign {

LiveJobs::LiveJobs(int max_crashes, Store* store, Schedule* schedule, Admission* admission,
                   StoredShares* shares)
    : max_crashes_(max_crashes),
      store_(store),
      schedule_(schedule),
      admission_(admission),
      shares_(shares) {}

LiveJobs::ProjectKey LiveJobs::KeyOf(const Execution& execution) {
  return {execution.project, execution.cache_key};
}

Turns::Turn LiveJobs::TurnAt(std::int64_t execution_id) {
  return {turns_, {absl::StrCat("execution ", execution_id)}};
}

Turns::Turn LiveJobs::TurnsToMake(const Job& job) {
  std::vector<std::string> turns = {absl::StrCat("request ", job.project, " ", job.request_id),
                                    absl::StrCat("key ", job.project, " ", job.cache_key)};
  // Submissions against a recording are counted one after the other, a project's and a person's.
  if (!job.recording.empty()) {
    turns.push_back(absl::StrCat("recording ", job.recording, " project ", job.project));
    turns.push_back(absl::StrCat("recording ", job.recording, " person ", job.person));
  }
  return {turns_, std::move(turns)};
}

const LiveExecution* LiveJobs::Find(std::int64_t execution_id) const {
  MutexLock lock(mutex_);
  const auto found = live_.find(execution_id);
  return found == live_.end() ? nullptr : &found->second;
}

bool LiveJobs::Look(std::int64_t execution_id,
                    const std::function<void(const LiveExecution&)>& look) const {
  MutexLock lock(mutex_);
  const auto found = live_.find(execution_id);
  if (found == live_.end()) return false;
  look(found->second);
  return true;
}

void LiveJobs::Visit(std::int64_t after_execution_id,
                     const std::function<bool(const LiveExecution&)>& visit) const {
  MutexLock lock(mutex_);
  for (auto at = live_.upper_bound(after_execution_id); at != live_.end(); ++at) {
    if (!visit(at->second)) return;
  }
}

std::optional<std::int64_t> LiveJobs::FindByKey(const std::string& project,
                                                const std::string& cache_key) const {
  MutexLock lock(mutex_);
  const auto found = by_key_.find({project, cache_key});
  if (found == by_key_.end()) return std::nullopt;
  return found->second;
}

std::shared_ptr<LiveJob> LiveJobs::FindJob(const std::string& job_id) const {
  MutexLock lock(mutex_);
  const auto found = jobs_.find(job_id);
  return found == jobs_.end() ? nullptr : found->second;
}

std::size_t LiveJobs::size() const {
  MutexLock lock(mutex_);
  return live_.size();
}

absl::Status LiveJobs::Apply(Change change, const std::vector<JobChange>& jobs) {
  // What ends may be the last change for long.
  const bool at_once = stopping_ || std::any_of(jobs.begin(), jobs.end(), [](const auto& changed) {
                         return IsTerminal(changed.job.state);
                       });
  shares_->Carry(at_once, change);
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

void LiveJobs::Update(const LiveExecution& live,
                      const std::function<void(LiveExecution&)>& change) {
  MutexLock lock(mutex_);
  change(Changeable(live));
}

void LiveJobs::Add(LiveExecution added, const Job& job) {
  admission_->Reserve(added.execution);
  MutexLock lock(mutex_);
  LiveExecution& live = Insert(std::move(added));
  Attach(live, job);
  schedule_->Add(WaitingOf(live));
  ++totals_.computed;
}

const LiveExecution& LiveJobs::Restore(LiveExecution restored, const std::vector<Job>& jobs) {
  admission_->Reserve(restored.execution);
  MutexLock lock(mutex_);
  LiveExecution& live = Insert(std::move(restored));
  for (const Job& job : jobs) Attach(live, job);
  return live;
}

void LiveJobs::Enqueue(const LiveExecution& live) {
  MutexLock lock(mutex_);
  schedule_->Remove(live.execution.execution_id);
  schedule_->Add(WaitingOf(live));
}

void LiveJobs::ChangeKey(const LiveExecution& live, Execution with_key) {
  MutexLock lock(mutex_);
  by_key_.erase(KeyOf(live.execution));
  by_key_[KeyOf(with_key)] = with_key.execution_id;
  Changeable(live).execution = std::move(with_key);
}

void LiveJobs::Follow(const LiveExecution& live, const Job& job) {
  MutexLock lock(mutex_);
  Attach(Changeable(live), job);
  ++totals_.joined;
}

void LiveJobs::Leave(const LiveExecution& live, const std::shared_ptr<LiveJob>& job) {
  MutexLock lock(mutex_);
  auto& jobs = Changeable(live).jobs;
  jobs.erase(std::find(jobs.begin(), jobs.end(), job));
}

void LiveJobs::Forget(std::int64_t execution_id) {
  MutexLock lock(mutex_);
  const auto found = live_.find(execution_id);
  const auto key = by_key_.find(KeyOf(found->second.execution));
  if (key != by_key_.end() && key->second == execution_id) by_key_.erase(key);
  admission_->Release(found->second.execution);
  // What the executor has leaves when that has ended it.
  if (!found->second.in_executor) schedule_->Remove(execution_id);
  live_.erase(found);
}

void LiveJobs::FreeIfEnded(std::int64_t execution_id) {
  MutexLock lock(mutex_);
  if (live_.count(execution_id) == 0) schedule_->Remove(execution_id);
}

void LiveJobs::AskBack(const std::function<void(std::int64_t execution_id)>& cancel) {
  MutexLock lock(mutex_);
  for (auto& [id, live] : live_) {
    if (!live.in_executor) continue;
    live.goes_back = true;
    cancel(id);
  }
}

JobTotals LiveJobs::totals() const {
  MutexLock lock(mutex_);
  return totals_;
}

void LiveJobs::CountCached() {
  MutexLock lock(mutex_);
  ++totals_.cached;
  CountEnd(JobState::kSucceeded);
}

bool LiveJobs::Stop() {
  MutexLock lock(mutex_);
  if (stopping_.exchange(true)) return false;
  for (const auto& [id, job] : jobs_) job->Wake();
  return true;
}

Waiting LiveJobs::WaitingOf(const LiveExecution& live) const {
  const Execution& execution = live.execution;
  const double left =
      1 - static_cast<double>(live.tiles.size()) / std::max(1, execution.tiles_total);
  return {.id = execution.execution_id,
          .owner = {execution.project, execution.person, execution.priority},
          .memory_bytes = execution.memory_bytes,
          .estimated_seconds = execution.estimated_seconds * left,
          // Not all executions that were running caused the crash. An execution runs alone in its
          // last attempt, so that no execution fails because of another one's crash.
          .alone = execution.crashes > 0 && execution.crashes + 1 >= max_crashes_};
}

LiveExecution& LiveJobs::Changeable(const LiveExecution& live) {
  return live_.find(live.execution.execution_id)->second;
}

LiveExecution& LiveJobs::Insert(LiveExecution live) {
  const std::int64_t id = live.execution.execution_id;
  by_key_[KeyOf(live.execution)] = id;
  return live_[id] = std::move(live);
}

void LiveJobs::Attach(LiveExecution& live, const Job& job) {
  auto follower = std::make_shared<LiveJob>(job);
  live.jobs.push_back(follower);
  jobs_.emplace(job.job_id, std::move(follower));
  CountState(job, 1);
}

void LiveJobs::CountState(const Job& job, int by) {
  if (job.state == JobState::kQueued) queued_ += by;
  if (job.state == JobState::kRunning) running_ += by;
  if (!IsTerminal(job.state)) admission_->CountUnfinished(job.project, by);
}

void LiveJobs::CountEnd(JobState state) {
  if (state == JobState::kSucceeded) ++totals_.succeeded;
  if (state == JobState::kFailed) ++totals_.failed;
  if (state == JobState::kCancelled) ++totals_.cancelled;
}

}  // namespace brainalign
