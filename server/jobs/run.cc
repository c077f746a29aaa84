#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/problem/unreadable_input.h"
#include "server/jobs/check_specification.h"
#include "server/jobs/job_book.h"
#include "server/observe/log_fields.h"
#include "server/record/codec.h"
#include "server/record/status_details.h"

// Executions while the executor has them. Called from its threads.

namespace brainalign {
namespace {

// What is lost is lost; any other error of the disk's may pass.
absl::Status TellUnreadable(const absl::Status& why) {
  const bool is_final = absl::IsDataLoss(why) || absl::IsNotFound(why) || absl::IsCancelled(why);
  return is_final ? why : absl::AbortedError(why.message());
}

}  // namespace

bool JobBook::IsLetGo(std::int64_t execution_id) const {
  MutexLock lock(mutex_);
  const auto found = live_.find(execution_id);
  return stopping_ || found == live_.end() || found->second.put_back;
}

absl::Status JobBook::VerifyInputs(std::int64_t execution_id,
                                   const JobSpecification& specification) {
  const auto go_on = [&] { return !IsLetGo(execution_id); };
  for (const NamedRef& named : ListTensors(specification)) {
    absl::Status status = blobs_->Verify(named.ref.digest, go_on);
    if (absl::IsDataLoss(status)) {
      // It counts as missing from now on, so that it can be sent again.
      if (absl::Status dropped = tensors_->DropDamaged(named.ref.digest); !dropped.ok()) {
        return dropped;
      }
    }
    if (!status.ok()) return TellUnreadable(DescribeUnreadable(named.field, status));
  }
  return absl::OkStatus();
}

absl::StatusOr<OpenedExecution> JobBook::OpenExecution(std::int64_t execution_id) {
  auto specification = store_->ReadSpecification(execution_id);
  if (!specification.ok()) return specification.status();
  if (absl::Status status = VerifyInputs(execution_id, *specification); !status.ok()) return status;
  auto inputs = OpenInputs(*specification, *blobs_);
  if (!inputs.ok()) {
    const bool is_invalid = absl::IsInvalidArgument(inputs.status());
    if (is_invalid) return absl::DataLossError(inputs.status().message());
    return TellUnreadable(inputs.status());
  }
  OpenedExecution opened;
  std::int64_t memory_bytes = 0;
  std::string project;
  {
    MutexLock lock(mutex_);
    const auto found = live_.find(execution_id);
    if (found == live_.end()) return absl::CancelledError("the execution was cancelled");
    memory_bytes = found->second.execution.memory_bytes;
    project = found->second.execution.project;
  }
  // What is kept of a recording says how quickly it is read again: to one project alone.
  if (!inputs->brain.digest.empty()) {
    inputs->brain.digest = absl::StrCat(project, " ", inputs->brain.digest);
  }
  AlignmentResources resources = Resources(memory_bytes);
  resources.brain_cache = brain_cache_;
  const auto is_let_go = [&] { return IsLetGo(execution_id); };
  auto alignment = factory_(*inputs, specification->options, nullptr, resources, is_let_go);
  if (absl::IsResourceExhausted(alignment.status())) {
    // An earlier version of the program planned it.
    resources.memory_bytes = settings_.memory_budget_bytes;
    alignment = factory_(*std::move(inputs), specification->options, nullptr, resources, is_let_go);
    if (alignment.ok()) {
      MutexLock lock(mutex_);
      schedule_->SetMemory(execution_id, (*alignment)->plan().peak_bytes());
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
  const Turns::Turn turn(turns_, {TurnOf(execution_id)});
  LiveExecution* const live = Find(execution_id);
  if (live == nullptr) return absl::CancelledError("the execution was cancelled");
  Execution execution = live->execution;
  const absl::Time now = clock_();
  execution.compute_seconds += absl::ToDoubleSeconds(now - live->run_begin);
  const double thread_seconds = executor_->Progress(execution_id).thread_seconds;
  execution.cpu_seconds += std::max(0.0, thread_seconds - live->thread_seconds);
  std::vector<JobChange> jobs;
  const bool is_new =
      std::find(live->tiles.begin(), live->tiles.end(), tile.index) == live->tiles.end();
  if (is_new) {
    jobs = ChangeJobs(*live, [](Job& job) { ++job.tiles_done; });
    for (JobChange& change : jobs) change.events.back().content = tile.index;
  }
  if (absl::Status status = Apply(SaveTile(execution, tile, jobs), jobs); !status.ok()) {
    // Whatever it is, it is the store's trouble and not the alignment's.
    return absl::UnavailableError(status.message());
  }
  MutexLock lock(mutex_);
  live->execution = std::move(execution);
  live->run_begin = now;
  live->thread_seconds = thread_seconds;
  live->unreadable_times = 0;
  if (is_new) live->tiles.push_back(tile.index);
  return absl::OkStatus();
}

void JobBook::OnEnd(std::int64_t execution_id, absl::StatusOr<AlignmentResult> result) {
  const LogFields fields({{"execution_id", execution_id}});
  {
    const Turns::Turn turn(turns_, {TurnOf(execution_id)});
    if (LiveExecution* const live = Find(execution_id)) End(*live, std::move(result));
    MutexLock lock(mutex_);
    if (live_.count(execution_id) == 0) schedule_->Remove(execution_id);
  }
  Dispatch();
}

void JobBook::End(LiveExecution& live, absl::StatusOr<AlignmentResult> result) {
  absl::Status ended;
  if (result.ok()) {
    ended = Finish(live, *result);
  } else if (stopping_) {
    return;  // Stop puts it back
  } else if (live.put_back && absl::IsCancelled(result.status())) {
    ended = PutBack(live, JobReason::kServerRestarted, kStopped, absl::ZeroDuration());
  } else if (const std::string field = UnreadableField(result.status()); !field.empty()) {
    // Through a mapping, what an I/O error is while the inputs are verified. If they are
    // damaged, the next try finds it when it verifies them.
    const absl::Status told = DescribeUnreadable("spec." + field, result.status());
    ended = PutBackUnreadable(live, std::string(told.message()));
  } else if (absl::IsAborted(result.status())) {
    ended = PutBackUnreadable(live, std::string(result.status().message()));
  } else if (absl::IsUnavailable(result.status())) {
    ended = result.status();
  } else {
    const bool lost = absl::IsDataLoss(result.status()) || absl::IsNotFound(result.status());
    ended = Fail(live, lost ? JobReason::kInputLost : JobReason::kComputationFailed,
                 ClientMessage(result.status()));
  }
  if (ended.ok()) return;
  // The store cannot be written now. What is finished is kept; try the rest later.
  spdlog::error("execution {} will be tried again: {}", live.execution.execution_id,
                std::string(ended.message()));
  MutexLock lock(mutex_);
  live.in_executor = false;
  schedule_->PutBack(live.execution.execution_id,
                     NowSeconds() + absl::ToDoubleSeconds(settings_.retry_delay));
}

absl::Status JobBook::PutBackUnreadable(LiveExecution& live, const std::string& message) {
  const absl::Time now = clock_();
  absl::Duration delay = settings_.retry_delay;
  {
    MutexLock lock(mutex_);
    if (live.unreadable_times == 0) live.unreadable_since = now;
    for (int i = 0; i < live.unreadable_times && delay < settings_.longest_retry_delay; ++i) {
      delay *= 2;
    }
    ++live.unreadable_times;
  }
  if (now - live.unreadable_since >= settings_.unreadable_patience) {
    return Fail(
        live, JobReason::kInputUnreadable,
        absl::StrCat(message, " (tried ", live.unreadable_times, " times in ",
                     absl::FormatDuration(now - live.unreadable_since),
                     "); tell who runs the server, and submit it again once that is mended"));
  }
  delay = std::min(delay, settings_.longest_retry_delay);
  return PutBack(live, JobReason::kInputUnreadable,
                 absl::StrCat(message, "; it is tried again in ", absl::FormatDuration(delay)),
                 delay);
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
  absl::Status status =
      Apply(FinishExecution(execution, result, jobs, executor_->SaveRates(), now), jobs);
  if (!status.ok()) return status;
  ledger_.Charge(execution.project, now, execution.cpu_seconds);
  spdlog::info("execution {} succeeded after {:.1f} s of computing", execution.execution_id,
               execution.compute_seconds);
  Forget(execution.execution_id);
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

}  // namespace brainalign
