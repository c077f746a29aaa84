#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/fence.h"
#include "core/problem/needs_double.h"
#include "core/problem/unreadable_input.h"
#include "server/jobs/alignments.h"
#include "server/jobs/check_specification.h"
#include "server/jobs/job_book.h"
#include "server/logs/log_fields.h"
#include "server/rows/codec.h"
#include "server/rows/status_details.h"

// Executions while the executor has them. Called from its threads.

namespace brainalign {
bool JobBook::IsLetGo(std::int64_t execution_id) const {
  MutexLock lock(mutex_);
  return stopping_ || live_.count(execution_id) == 0 || put_back_.count(execution_id) != 0;
}

absl::StatusOr<ExecutionDescription> JobBook::Describe(std::int64_t execution_id) {
  ExecutionDescription description;
  description.execution_id = execution_id;
  {
    MutexLock lock(mutex_);
    const auto found = live_.find(execution_id);
    if (found == live_.end()) return absl::CancelledError("the execution was cancelled");
    const Execution& execution = found->second.execution;
    description.attempt = execution.attempt;
    description.memory_bytes = execution.memory_bytes;
    description.why_double = execution.why_double;
    description.cache_owner = execution.project;
    // A caller who guesses a sealed recording cannot learn that another job has used it.
    const Job job = found->second.jobs.front()->job();
    if (job.release) absl::StrAppend(&description.cache_owner, " ", job.recording);
  }
  auto specification = store_->ReadSpecification(execution_id);
  if (!specification.ok()) return specification.status();
  description.specification = *std::move(specification);
  auto tiles = store_->ListTiles(execution_id);
  if (!tiles.ok()) return tiles.status();
  for (const int index : *tiles) {
    auto bytes = store_->ReadTile(execution_id, index);
    if (absl::IsDataLoss(bytes.status())) continue;  // it is computed again
    if (!bytes.ok()) return bytes.status();
    std::optional<TileScores> tile = DecodeTile(*bytes);
    if (!tile || tile->index != index) {
      return absl::InternalError(absl::StrCat("the stored tile ", index, " is none"));
    }
    description.finished.push_back(*std::move(tile));
  }
  return description;
}

absl::Status JobBook::CheckAttempt(const LiveExecution* live, int attempt) {
  if (live == nullptr) return absl::CancelledError("the execution was cancelled");
  if (attempt == live->execution.attempt) return absl::OkStatus();
  return absl::CancelledError(absl::StrCat("attempt ", live->execution.attempt,
                                           " of the execution has begun; this is attempt ",
                                           attempt));
}

absl::Status JobBook::OnHandle(std::int64_t execution_id, int attempt, const std::string& handle) {
  const Turns::Turn turn(turns_, {TurnOf(execution_id)});
  LiveExecution* const live = Find(execution_id);
  if (absl::Status status = CheckAttempt(live, attempt); !status.ok()) return status;
  Execution execution = live->execution;
  execution.executor_handle = handle;
  if (absl::Status status = Apply(SaveExecution(execution, {}), {}); !status.ok()) return status;
  MutexLock lock(mutex_);
  live->execution = std::move(execution);
  return absl::OkStatus();
}

absl::Status JobBook::OnTile(std::int64_t execution_id, int attempt, const TileScores& tile) {
  const Turns::Turn turn(turns_, {TurnOf(execution_id)});
  LiveExecution* const live = Find(execution_id);
  if (absl::Status status = CheckAttempt(live, attempt); !status.ok()) return status;
  if (tile.index < 0 || tile.index >= live->execution.tiles_total) {
    return absl::InternalError(absl::StrCat("tile ", tile.index,
                                            " of an execution that has tiles 0 to ",
                                            live->execution.tiles_total - 1));
  }
  Execution execution = live->execution;
  const double now_seconds = steady_seconds_();
  execution.compute_seconds += now_seconds - live->run_begin_seconds;
  const double thread_seconds = executor_->Progress(execution_id).thread_seconds;
  execution.cpu_seconds += std::max(0.0, thread_seconds - live->thread_seconds);
  std::vector<JobChange> jobs;
  const bool is_new =
      std::find(live->tiles.begin(), live->tiles.end(), tile.index) == live->tiles.end();
  // Tiles that were sent to watchers stay; only damaged bytes are replaced.
  if (!is_new && store_->ReadTile(execution_id, tile.index).ok()) return absl::OkStatus();
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
  live->run_begin_seconds = now_seconds;
  live->thread_seconds = thread_seconds;
  live->unreadable_times = 0;
  if (is_new) live->tiles.push_back(tile.index);
  return absl::OkStatus();
}

void JobBook::OnEnd(std::int64_t execution_id, int attempt,
                    absl::StatusOr<ComputedExecution> computed) {
  const LogFields fields({{"execution_id", execution_id}});
  {
    const Turns::Turn turn(turns_, {TurnOf(execution_id)});
    LiveExecution* const live = Find(execution_id);
    if (live != nullptr && !CheckAttempt(live, attempt).ok()) return;
    if (live != nullptr) End(*live, std::move(computed));
    MutexLock lock(mutex_);
    if (live_.count(execution_id) == 0) schedule_->Remove(execution_id);
  }
  Dispatch();
}

absl::StatusOr<AlignmentResult> JobBook::Assemble(const LiveExecution& live,
                                                  ComputedExecution computed) {
  const std::int64_t execution_id = live.execution.execution_id;
  if (std::ssize(live.tiles) != live.execution.tiles_total) {
    return absl::InternalError(absl::StrCat("the executor ended the execution with ",
                                            live.tiles.size(), " of ", live.execution.tiles_total,
                                            " tiles"));
  }
  auto description = Describe(execution_id);
  if (!description.ok()) return description.status();
  if (computed.alignment == nullptr) {
    auto made = alignments_->MakeToRun(*description, [&] { return IsLetGo(execution_id); });
    if (!made.ok()) return made.status();
    computed.alignment = *std::move(made);
  }
  const std::vector<TileScores>& tiles = description->finished;
  const auto fits = [&](const TileScores& tile) { return Fits(tile, *computed.alignment); };
  if (!std::all_of(tiles.begin(), tiles.end(), fits)) {
    return absl::InternalError("a tile does not fit the plan of its alignment");
  }
  if (tiles.size() != computed.alignment->tiles().size()) {
    return absl::UnavailableError("a stored tile is damaged; it is computed again");
  }
  return computed.alignment->Assemble(tiles, computed.checks);
}

void JobBook::End(LiveExecution& live, absl::StatusOr<ComputedExecution> computed) {
  absl::StatusOr<AlignmentResult> result = absl::UnknownError("not assembled");
  if (!computed.ok()) {
    result = computed.status();
  } else {
    const double begin_seconds = steady_seconds_();
    result = Fenced(
        [&]() -> absl::StatusOr<AlignmentResult> { return Assemble(live, *std::move(computed)); });
    MutexLock lock(mutex_);
    ++assembly_.units;
    assembly_.seconds += steady_seconds_() - begin_seconds;
  }
  if (!result.ok() && stopping_) return;  // Stop puts it back
  absl::Status ended;
  if (result.ok()) {
    ended = Finish(live, *result);
  } else if (const auto why = WhyDouble(result.status());
             why && live.execution.why_double.empty()) {
    const absl::Status over = StartOverInDouble(live, *why);
    if (!over.ok()) ended = EndWithout(live, over);
  } else {
    ended = EndWithout(live, result.status());
  }
  if (ended.ok()) return;
  // The store cannot be written now. Finished tiles are kept; the rest is retried later.
  spdlog::error("execution {} will be tried again: {}", live.execution.execution_id,
                std::string(ended.message()));
  MutexLock lock(mutex_);
  TakeFromExecutor(live);
  schedule_->PutBack(live.execution.execution_id,
                     steady_seconds_() + absl::ToDoubleSeconds(settings_.retry_delay));
}

absl::Status JobBook::EndWithout(LiveExecution& live, const absl::Status& why) {
  bool goes_back = false;
  {
    MutexLock lock(mutex_);
    goes_back = put_back_.count(live.execution.execution_id) != 0;
  }
  if (goes_back && absl::IsCancelled(why)) {
    return PutBack(live, JobReason::kServerRestarted,
                   "the administrator returned the job to the queue, to stop the server; it "
                   "continues from its finished tiles",
                   absl::ZeroDuration());
  }
  if (const std::string field = UnreadableField(why); !field.empty()) {
    // Through a mapping, what an I/O error is while the inputs are verified.
    return PutBackUnreadable(live, std::string(DescribeUnreadable("spec." + field, why).message()));
  }
  if (WhyDouble(why)) return Fail(live, JobReason::kComputationFailed, ClientMessage(why));
  if (absl::IsAborted(why)) return PutBackUnreadable(live, std::string(why.message()));
  if (absl::IsUnavailable(why)) return why;
  const bool lost = absl::IsDataLoss(why) || absl::IsNotFound(why);
  return Fail(live, lost ? JobReason::kInputLost : JobReason::kComputationFailed,
              ClientMessage(why));
}

absl::Status JobBook::PutBackUnreadable(LiveExecution& live, const std::string& message) {
  // If they are damaged, the next try finds it.
  for (const std::string& digest : live.execution.inputs) tensors_->Doubt(digest);
  const double now_seconds = steady_seconds_();
  absl::Duration delay = settings_.retry_delay;
  {
    MutexLock lock(mutex_);
    if (live.unreadable_times == 0) live.unreadable_since_seconds = now_seconds;
    for (int i = 0; i < live.unreadable_times && delay < settings_.longest_retry_delay; ++i) {
      delay *= 2;
    }
    ++live.unreadable_times;
  }
  const absl::Duration tried = absl::Seconds(now_seconds - live.unreadable_since_seconds);
  if (tried >= settings_.unreadable_patience) {
    return Fail(live, JobReason::kInputUnreadable,
                absl::StrCat(message, " (tried ", live.unreadable_times, " times in ",
                             absl::FormatDuration(absl::Trunc(tried, absl::Seconds(1))),
                             "); report this to the administrator of the server, and submit the "
                             "job again once the disk is repaired"));
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
  execution.compute_seconds += steady_seconds_() - live.run_begin_seconds;
  const auto jobs = ChangeJobs(live, [&](Job& job) {
    job.state = JobState::kSucceeded;
    job.reason = JobReason::kNone;
    job.end_time = now;
  });
  absl::Status status =
      Apply(FinishExecution(execution, result, jobs, executor_->SaveRates(), now), jobs);
  if (!status.ok()) return status;
  admission_.AddCharge({execution.project, now, execution.cpu_seconds});
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
