#include "server/jobs/job_host.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/fence.h"
#include "core/problem/needs_double.h"
#include "core/problem/unreadable_input.h"
#include "server/jobs/check_specification.h"
#include "server/logs/log_fields.h"
#include "server/rows/codec.h"
#include "server/rows/status_details.h"
#include "server/store/changes.h"

namespace brainalign {

JobHost::JobHost(const JobSettings& settings, SteadyClock steady_clock, const Parts& parts)
    : retry_delay_(settings.retry_delay),
      longest_retry_delay_(settings.longest_retry_delay),
      unreadable_patience_(settings.unreadable_patience),
      steady_seconds_(std::move(steady_clock)),
      store_(parts.store),
      tensors_(parts.tensors),
      alignments_(parts.alignments),
      planner_(parts.planner),
      executor_(parts.executor),
      live_jobs_(parts.live_jobs),
      transitions_(parts.transitions),
      dispatcher_(parts.dispatcher) {}

bool JobHost::IsLetGo(std::int64_t execution_id) const {
  bool goes_back = false;
  const bool is_live = live_jobs_->Look(
      execution_id, [&](const LiveExecution& live) { goes_back = live.goes_back; });
  return live_jobs_->is_stopping() || !is_live || goes_back;
}

absl::StatusOr<ExecutionDescription> JobHost::Describe(std::int64_t execution_id) {
  ExecutionDescription description;
  description.execution_id = execution_id;
  const bool is_live = live_jobs_->Look(execution_id, [&](const LiveExecution& live) {
    const Execution& execution = live.execution;
    description.attempt = execution.attempt;
    description.memory_bytes = execution.memory_bytes;
    description.why_double = execution.why_double;
    description.cache_owner = execution.project;
    // A caller who guesses a sealed recording cannot learn that another job has used it.
    const Job job = live.jobs.front()->job();
    if (job.release) absl::StrAppend(&description.cache_owner, " ", job.recording);
  });
  if (!is_live) return absl::CancelledError("the execution was cancelled");
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

absl::Status JobHost::CheckAttempt(const LiveExecution* live, int attempt) {
  if (live == nullptr) return absl::CancelledError("the execution was cancelled");
  if (attempt == live->execution.attempt) return absl::OkStatus();
  return absl::CancelledError(absl::StrCat("attempt ", live->execution.attempt,
                                           " of the execution has begun; this is attempt ",
                                           attempt));
}

absl::Status JobHost::OnHandle(std::int64_t execution_id, int attempt, const std::string& handle) {
  const Turns::Turn turn = live_jobs_->TurnAt(execution_id);
  const LiveExecution* const live = live_jobs_->Find(execution_id);
  if (absl::Status status = CheckAttempt(live, attempt); !status.ok()) return status;
  Execution execution = live->execution;
  execution.executor_handle = handle;
  absl::Status status = live_jobs_->Apply(SaveExecution(execution, {}), {});
  if (!status.ok()) return status;
  live_jobs_->Update(*live,
                     [&](LiveExecution& changed) { changed.execution = std::move(execution); });
  return absl::OkStatus();
}

absl::Status JobHost::OnTile(std::int64_t execution_id, int attempt, const TileScores& tile) {
  const Turns::Turn turn = live_jobs_->TurnAt(execution_id);
  const LiveExecution* const live = live_jobs_->Find(execution_id);
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
  if (absl::Status status = live_jobs_->Apply(SaveTile(execution, tile, jobs), jobs);
      !status.ok()) {
    // Whatever it is, it is the store's trouble and not the alignment's.
    return absl::UnavailableError(status.message());
  }
  live_jobs_->Update(*live, [&](LiveExecution& changed) {
    changed.execution = std::move(execution);
    changed.run_begin_seconds = now_seconds;
    changed.thread_seconds = thread_seconds;
    changed.unreadable_times = 0;
    if (is_new) changed.tiles.push_back(tile.index);
  });
  return absl::OkStatus();
}

void JobHost::OnEnd(std::int64_t execution_id, int attempt,
                    absl::StatusOr<ComputedExecution> computed) {
  const LogFields fields({{"execution_id", execution_id}});
  {
    const Turns::Turn turn = live_jobs_->TurnAt(execution_id);
    const LiveExecution* const live = live_jobs_->Find(execution_id);
    if (live != nullptr && !CheckAttempt(live, attempt).ok()) return;
    if (live != nullptr) End(*live, std::move(computed));
    live_jobs_->FreeIfEnded(execution_id);
  }
  dispatcher_->Dispatch();
}

absl::StatusOr<AlignmentResult> JobHost::Assemble(const LiveExecution& live,
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

void JobHost::End(const LiveExecution& live, absl::StatusOr<ComputedExecution> computed) {
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
  if (!result.ok() && live_jobs_->is_stopping()) return;  // Stop puts it back
  absl::Status ended;
  if (result.ok()) {
    ended = transitions_->Finish(live, *result);
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
  transitions_->TryAgain(live);
}

absl::Status JobHost::EndWithout(const LiveExecution& live, const absl::Status& why) {
  bool goes_back = false;
  live_jobs_->Look(live.execution.execution_id,
                   [&](const LiveExecution& there) { goes_back = there.goes_back; });
  if (goes_back && absl::IsCancelled(why)) {
    return transitions_->PutBack(live, JobReason::kPutBackByAdministrator,
                                 "the administrator returned the job to the queue, to stop the "
                                 "server; it continues from its finished tiles",
                                 absl::ZeroDuration());
  }
  if (const std::string field = UnreadableField(why); !field.empty()) {
    // Through a mapping, what an I/O error is while the inputs are verified.
    return PutBackUnreadable(live, std::string(DescribeUnreadable("spec." + field, why).message()));
  }
  if (WhyDouble(why)) {
    return transitions_->Fail(live, JobReason::kComputationFailed, ClientMessage(why));
  }
  if (absl::IsAborted(why)) return PutBackUnreadable(live, std::string(why.message()));
  if (absl::IsUnavailable(why)) return why;
  const bool lost = absl::IsDataLoss(why) || absl::IsNotFound(why);
  return transitions_->Fail(live, lost ? JobReason::kInputLost : JobReason::kComputationFailed,
                            ClientMessage(why));
}

absl::Status JobHost::PutBackUnreadable(const LiveExecution& live, const std::string& message) {
  // If they are damaged, the next try finds it.
  for (const std::string& digest : live.execution.inputs) tensors_->VerifyAgain(digest);
  const double now_seconds = steady_seconds_();
  absl::Duration delay = retry_delay_;
  for (int i = 0; i < live.unreadable_times && delay < longest_retry_delay_; ++i) {
    delay *= 2;
  }
  live_jobs_->Update(live, [&](LiveExecution& changed) {
    if (changed.unreadable_times == 0) changed.unreadable_since_seconds = now_seconds;
    ++changed.unreadable_times;
  });
  const absl::Duration tried = absl::Seconds(now_seconds - live.unreadable_since_seconds);
  if (tried >= unreadable_patience_) {
    return transitions_->Fail(
        live, JobReason::kInputUnreadable,
        absl::StrCat(message, " (tried ", live.unreadable_times, " times in ",
                     absl::FormatDuration(absl::Trunc(tried, absl::Seconds(1))),
                     "); report this to the administrator of the server, and submit the "
                     "job again once the disk is repaired"));
  }
  delay = std::min(delay, longest_retry_delay_);
  return transitions_->PutBack(
      live, JobReason::kInputUnreadable,
      absl::StrCat(message, "; it is tried again in ", absl::FormatDuration(delay)), delay);
}

absl::Status JobHost::StartOverInDouble(const LiveExecution& live, const std::string& why) {
  const std::int64_t id = live.execution.execution_id;
  auto specification = store_->ReadSpecification(id);
  if (!specification.ok()) return specification.status();
  Execution planned = live.execution;
  absl::Status status = planner_->PlanInDouble(
      *specification, why, [&] { return IsLetGo(id); }, planned);
  if (!status.ok()) return status;
  return transitions_->StartOver(live, std::move(planned));
}

PhaseTotals JobHost::assembly() const {
  MutexLock lock(mutex_);
  return assembly_;
}

}  // namespace brainalign
