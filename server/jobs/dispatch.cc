#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/jobs/check_specification.h"
#include "server/jobs/job_book.h"
#include "server/record/codec.h"

// Executions from the queue through the executor to their end.

namespace brainalign {

std::vector<JobChange> JobBook::ChangeJobs(const LiveExecution& live, const Mutate& mutate) {
  std::vector<JobChange> changes;
  changes.reserve(live.jobs.size());
  for (const auto& follower : live.jobs) {
    JobChange change;
    change.job = follower->job;
    mutate(change.job);
    ++change.job.sequence;
    change.events.push_back({change.job.sequence, change.job});
    changes.push_back(std::move(change));
  }
  return changes;
}

absl::Status JobBook::Apply(const Change& change, const std::vector<JobChange>& jobs) {
  if (absl::Status status = store_->Commit(change); !status.ok()) return status;
  for (const JobChange& changed : jobs) {
    const auto found = jobs_.find(changed.job.job_id);
    if (found == jobs_.end()) continue;
    const std::shared_ptr<LiveJob> live = found->second;
    live->job = changed.job;
    if (IsTerminal(live->job.state)) jobs_.erase(found);
    live->changed.notify_all();
  }
  return absl::OkStatus();
}

void JobBook::AddLive(LiveExecution& live, const Job& job) {
  auto follower = std::make_shared<LiveJob>();
  follower->job = job;
  live.jobs.push_back(follower);
  jobs_.emplace(job.job_id, std::move(follower));
}

void JobBook::Dispatch() {
  if (stopping_) return;
  std::int64_t used_bytes = 0;
  for (const auto& [id, bytes] : reserved_bytes_) used_bytes += bytes;
  for (auto& [id, live] : live_) {
    if (live.in_executor || live.retry_time > clock_()) continue;
    if (reserved_bytes_.size() >= static_cast<std::size_t>(settings_.max_running_executions)) {
      return;
    }
    // First come, first served: what is behind waits too, or a big one never starts.
    if (live.execution.memory_bytes > settings_.memory_budget_bytes - used_bytes) {
      MarkWaiting(live);
      return;
    }
    if (!StartExecution(live)) return;
    used_bytes += live.execution.memory_bytes;
  }
}

void JobBook::MarkWaiting(LiveExecution& live) {
  const bool known = std::all_of(live.jobs.begin(), live.jobs.end(), [](const auto& follower) {
    return follower->job.reason == JobReason::kWaitingForMemory;
  });
  if (known) return;
  const auto jobs = ChangeJobs(live, [](Job& job) { job.reason = JobReason::kWaitingForMemory; });
  if (absl::Status status = Apply(SaveExecution(live.execution, jobs), jobs); !status.ok()) {
    spdlog::error("execution {}: {}", live.execution.execution_id, std::string(status.message()));
  }
}

bool JobBook::StartExecution(LiveExecution& live) {
  Execution execution = live.execution;
  execution.state = JobState::kRunning;
  ++execution.attempt;
  const absl::Time now = clock_();
  const auto jobs = ChangeJobs(live, [&](Job& job) {
    job.state = JobState::kRunning;
    if (job.reason != JobReason::kJoined) job.reason = JobReason::kNone;
    job.message.clear();
    job.attempt = execution.attempt;
    if (job.start_time == absl::InfinitePast()) job.start_time = now;
  });
  // Durable before the work starts: a run that takes the server with it is counted.
  if (absl::Status status = Apply(SaveExecution(execution, jobs), jobs); !status.ok()) {
    spdlog::error("execution {} cannot start: {}", execution.execution_id,
                  std::string(status.message()));
    live.retry_time = now + settings_.retry_delay;
    return false;
  }
  live.execution = std::move(execution);
  live.in_executor = true;
  live.run_begin = now;
  const std::int64_t id = live.execution.execution_id;
  reserved_bytes_[id] = live.execution.memory_bytes;
  spdlog::info("execution {} starts, attempt {}, {} of {} tiles there", id, live.execution.attempt,
               live.tiles.size(), live.execution.tiles_total);
  executor_->Start(id);
  return true;
}

absl::Status JobBook::VerifyInputs(std::int64_t execution_id,
                                   const JobSpecification& specification) {
  const auto go_on = [&] {
    MutexLock lock(mutex_);
    return !stopping_ && live_.count(execution_id) != 0;
  };
  for (const NamedRef& named : ListTensors(specification)) {
    absl::Status status = blobs_->Verify(named.ref.digest, go_on);
    if (absl::IsDataLoss(status)) {
      // It counts as missing from now on, so that it can be sent again.
      if (absl::Status dropped = tensors_->DropDamaged(named.ref.digest); !dropped.ok()) {
        return dropped;
      }
    }
    if (!status.ok()) {
      return absl::Status(status.code(), absl::StrCat(named.field, ": ", status.message()));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<OpenedExecution> JobBook::OpenExecution(std::int64_t execution_id) {
  auto specification = store_->ReadSpecification(execution_id);
  if (!specification.ok()) return specification.status();
  if (absl::Status status = VerifyInputs(execution_id, *specification); !status.ok()) return status;
  auto inputs = OpenInputs(*specification, *blobs_);
  if (!inputs.ok()) return absl::DataLossError(inputs.status().message());
  OpenedExecution opened;
  std::int64_t memory_bytes = 0;
  {
    MutexLock lock(mutex_);
    const auto found = live_.find(execution_id);
    if (found == live_.end()) return absl::CancelledError("the execution was cancelled");
    memory_bytes = found->second.execution.memory_bytes;
  }
  AlignmentResources resources = Resources(memory_bytes);
  resources.brain_cache = brain_cache_;
  auto alignment = factory_(*inputs, specification->options, nullptr, resources);
  if (absl::IsResourceExhausted(alignment.status())) {
    // An earlier version of the program planned it.
    resources.memory_bytes = settings_.memory_budget_bytes;
    alignment = factory_(*std::move(inputs), specification->options, nullptr, resources);
    if (alignment.ok()) {
      MutexLock lock(mutex_);
      reserved_bytes_[execution_id] = (*alignment)->plan().peak_bytes();
    }
  }
  if (!alignment.ok()) return alignment.status();
  opened.alignment = *std::move(alignment);
  auto tiles = store_->ListTiles(execution_id);
  if (!tiles.ok()) return tiles.status();
  const std::vector<Tile>& plan = opened.alignment->tiles();
  for (const int index : *tiles) {
    auto bytes = store_->ReadTile(execution_id, index);
    if (absl::IsDataLoss(bytes.status())) continue;  // it is computed again
    if (!bytes.ok()) return bytes.status();
    std::optional<TileScores> tile = DecodeTile(*bytes);
    const auto at = static_cast<std::size_t>(index);
    if (!tile || at >= plan.size() || tile->index != index || tile->tile != plan[at]) {
      return absl::InternalError(
          absl::StrCat("the stored tile ", index, " does not fit the plan of its alignment"));
    }
    opened.finished.push_back(*std::move(tile));
  }
  return opened;
}

absl::Status JobBook::OnTile(std::int64_t execution_id, const TileScores& tile) {
  MutexLock lock(mutex_);
  const auto found = live_.find(execution_id);
  if (found == live_.end()) return absl::CancelledError("the execution was cancelled");
  LiveExecution& live = found->second;
  Execution execution = live.execution;
  const absl::Time now = clock_();
  execution.compute_seconds += absl::ToDoubleSeconds(now - live.run_begin);
  std::vector<JobChange> jobs;
  const bool is_new =
      std::find(live.tiles.begin(), live.tiles.end(), tile.index) == live.tiles.end();
  if (is_new) {
    jobs = ChangeJobs(live, [](Job& job) { ++job.tiles_done; });
    for (JobChange& change : jobs) change.events.back().content = tile.index;
  }
  if (absl::Status status = Apply(SaveTile(execution, tile, jobs), jobs); !status.ok()) {
    // Whatever it is, it is the store's trouble and not the alignment's.
    return absl::UnavailableError(status.message());
  }
  live.execution = std::move(execution);
  live.run_begin = now;
  if (is_new) live.tiles.push_back(tile.index);
  return absl::OkStatus();
}

void JobBook::OnEnd(std::int64_t execution_id, absl::StatusOr<AlignmentResult> result) {
  MutexLock lock(mutex_);
  reserved_bytes_.erase(execution_id);
  const auto found = live_.find(execution_id);
  if (found == live_.end()) {  // cancelled
    Dispatch();
    return;
  }
  LiveExecution& live = found->second;
  live.in_executor = false;
  absl::Status ended;
  if (result.ok()) {
    ended = Finish(live, *result);
  } else if (stopping_) {
    return;  // Stop puts it back
  } else if (absl::IsUnavailable(result.status())) {
    ended = result.status();
  } else {
    const bool lost = absl::IsDataLoss(result.status()) || absl::IsNotFound(result.status());
    ended = Fail(live, lost ? JobReason::kInputLost : JobReason::kComputationFailed,
                 std::string(result.status().message()));
  }
  if (!ended.ok()) {
    // The store cannot be written now. What is finished is kept; try the rest later.
    spdlog::error("execution {} will be tried again: {}", execution_id,
                  std::string(ended.message()));
    live.retry_time = clock_() + settings_.retry_delay;
  }
  Dispatch();
}

absl::Status JobBook::Finish(LiveExecution& live, const AlignmentResult& result) {
  Execution execution = live.execution;
  execution.state = JobState::kSucceeded;
  const absl::Time now = clock_();
  execution.compute_seconds += absl::ToDoubleSeconds(now - live.run_begin);
  const auto jobs = ChangeJobs(live, [&](Job& job) {
    job.state = JobState::kSucceeded;
    job.reason = JobReason::kNone;
    job.end_time = now;
  });
  absl::Status status = Apply(FinishExecution(execution, result, jobs), jobs);
  if (!status.ok()) return status;
  spdlog::info("execution {} succeeded after {:.1f} s of computing", execution.execution_id,
               execution.compute_seconds);
  Forget(execution.execution_id);
  if (absl::Status saved = store_->Commit(SaveWorkRates(executor_->SaveRates())); !saved.ok()) {
    spdlog::warn("what was learned of the machine's speed is not kept: {}",
                 std::string(saved.message()));
  }
  return absl::OkStatus();
}

absl::Status JobBook::Fail(LiveExecution& live, JobReason reason, const std::string& message) {
  Execution execution = live.execution;
  execution.state = JobState::kFailed;
  const absl::Time now = clock_();
  const auto jobs = ChangeJobs(live, [&](Job& job) {
    job.state = JobState::kFailed;
    job.reason = reason;
    job.message = message;
    job.end_time = now;
  });
  absl::Status status = Apply(SaveExecution(execution, jobs), jobs);
  if (!status.ok()) return status;
  spdlog::warn("execution {} failed: {}", execution.execution_id, message);
  Forget(execution.execution_id);
  return absl::OkStatus();
}

absl::Status JobBook::Requeue(LiveExecution& live) {
  Execution execution = live.execution;
  execution.state = JobState::kQueued;
  const auto jobs = ChangeJobs(live, [](Job& job) {
    job.state = JobState::kQueued;
    job.reason = JobReason::kServerRestarted;
    job.message = "the server was stopped while the job ran; it goes on from its finished tiles";
  });
  absl::Status status = Apply(SaveExecution(execution, jobs), jobs);
  if (status.ok()) live.execution = std::move(execution);
  return status;
}

void JobBook::Forget(std::int64_t execution_id) {
  const auto found = live_.find(execution_id);
  const auto key = by_key_.find(found->second.execution.cache_key);
  if (key != by_key_.end() && key->second == execution_id) by_key_.erase(key);
  live_.erase(found);
}

absl::StatusOr<Job> JobBook::Cancel(const std::string& job_id) {
  {
    MutexLock lock(mutex_);
    const auto found = jobs_.find(job_id);
    if (found != jobs_.end()) {
      const std::shared_ptr<LiveJob> follower = found->second;
      LiveExecution& live = live_.at(follower->job.execution_id);
      JobChange change;
      change.job = follower->job;
      change.job.state = JobState::kCancelled;
      change.job.reason = JobReason::kCancelledByClient;
      change.job.message.clear();
      change.job.end_time = clock_();
      ++change.job.sequence;
      change.events.push_back({change.job.sequence, change.job});
      const bool last = live.jobs.size() == 1;
      Execution execution = live.execution;
      if (last) execution.state = JobState::kCancelled;
      absl::Status status =
          Apply(last ? SaveExecution(execution, {change}) : CancelJob(change), {change});
      if (!status.ok()) return status;
      live.jobs.erase(std::find(live.jobs.begin(), live.jobs.end(), follower));
      spdlog::info("job {} was cancelled", job_id);
      if (last) {
        if (live.in_executor) executor_->Cancel(execution.execution_id);
        Forget(execution.execution_id);
        Dispatch();
      }
      return change.job;
    }
  }
  return Get(job_id);
}

void JobBook::Tick() {
  MutexLock lock(mutex_);
  Dispatch();
}

void JobBook::Stop() {
  {
    MutexLock lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    for (const auto& [id, follower] : jobs_) follower->changed.notify_all();
  }
  executor_->Stop();
  MutexLock lock(mutex_);
  for (auto& [id, live] : live_) {
    if (live.execution.state != JobState::kRunning) continue;
    if (absl::Status status = Requeue(live); !status.ok()) {
      spdlog::error("execution {} could not be put back; it will count as crashed: {}", id,
                    std::string(status.message()));
    }
  }
}

}  // namespace brainalign
