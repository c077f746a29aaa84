#include "server/jobs/recovery.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/jobs/cache_key.h"
#include "server/jobs/check_specification.h"
#include "server/jobs/job_planner.h"
#include "server/jobs/sealed.h"
#include "server/logs/log_fields.h"
#include "server/store/changes.h"

namespace brainalign {
namespace {

// For an execution that no executor continues. Returns false if it was handled.
absl::StatusOr<bool> NoneRuns(const absl::Status& status) {
  if (!status.ok()) return status;
  return false;
}

}  // namespace

Recovery::Recovery(const JobSettings& settings, Clock clock, SteadyClock steady_clock,
                   const Parts& parts)
    : max_crashes_(settings.max_crashes),
      clock_(std::move(clock)),
      steady_seconds_(std::move(steady_clock)),
      parts_(parts) {}

absl::Status Recovery::Run() {
  auto last_order = parts_.store->LastOrder();
  if (!last_order.ok()) return last_order.status();
  auto last_execution_id = parts_.store->LastExecutionId();
  if (!last_execution_id.ok()) return last_execution_id.status();
  auto executions = parts_.store->ListQueue();
  if (!executions.ok()) return executions.status();
  auto stored = parts_.store->CountJobs();
  if (!stored.ok()) return stored.status();
  for (const auto& [project, jobs] : *stored) parts_.admission->CountStored(project, jobs);
  parts_.numbers->SetLast({*last_order, *last_execution_id});
  auto charges = parts_.store->ListCharges(clock_() - CpuLedger::kWindow);
  if (!charges.ok()) return charges.status();
  for (const Charge& charge : *charges) parts_.admission->AddCharge(charge);
  std::vector<std::int64_t> elsewhere;
  for (const Execution& execution : *executions) {
    auto may_run = Recover(execution);
    if (!may_run.ok()) return may_run.status();
    if (*may_run) elsewhere.push_back(execution.execution_id);
  }
  if (absl::Status status = parts_.shares->Restore(); !status.ok()) return status;
  // All of them hold their memory before the first of them can end and make room for others.
  for (const std::int64_t id : elsewhere) parts_.schedule->Start(id);
  for (const std::int64_t id : elsewhere) {
    if (absl::Status status = Adopt(id); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Recovery::Recover(const Execution& execution) {
  const std::int64_t id = execution.execution_id;
  auto jobs = parts_.store->ListAttached(id);
  if (!jobs.ok()) return jobs.status();
  auto tiles = parts_.store->ListTiles(id);
  if (!tiles.ok()) return tiles.status();
  const Turns::Turn turn = parts_.live_jobs->TurnAt(id);
  LiveExecution restored;
  restored.execution = execution;
  restored.tiles = *std::move(tiles);
  restored.queued_seconds = steady_seconds_();
  if (!jobs->empty()) {
    const absl::Duration waited = clock_() - jobs->front().create_time;
    restored.queued_seconds -= std::max(0.0, absl::ToDoubleSeconds(waited));
  }
  const LiveExecution& live = parts_.live_jobs->Restore(std::move(restored), *jobs);

  std::string now = NumericsVersion();
  std::string key = execution.cache_key;
  std::string matrix_key = execution.matrix_key;
  if (execution.numerics_version != now) {
    // Changed since, or another precision than exact: what would it be computed by now?
    auto specification = parts_.store->ReadSpecification(id);
    if (!specification.ok()) return specification.status();
    std::vector<FieldProblem> problems;
    AlignmentSpec resolved = Resolve(*specification, problems);
    now = NumericsVersion(OnThisProcessor(resolved));
    const Job job = jobs->empty() ? Job() : jobs->front();
    if (!job.release) FillAutomaticWords(execution, resolved.uncertainty);
    key = CacheKeyOf(job, *specification, resolved);
    if (!matrix_key.empty()) matrix_key = ComputeMatrixKey(*specification, resolved);
  }
  if (execution.numerics_version != now && !live.tiles.empty()) {
    return NoneRuns(parts_.transitions->Fail(
        live, JobReason::kComputationFailed,
        absl::StrCat("the server's numerics changed from ", execution.numerics_version, " to ", now,
                     " while the job was under way; submit it again")));
  }
  const std::int64_t memory_bytes = parts_.executor->capacity().memory_bytes;
  if (execution.memory_bytes > memory_bytes) {
    return NoneRuns(parts_.transitions->Fail(
        live, JobReason::kComputationFailed,
        absl::StrCat("the alignment needs ", execution.memory_bytes,
                     " bytes of memory; this server now gives its jobs ", memory_bytes,
                     " bytes in all (brainalignd --memory)")));
  }
  if (execution.numerics_version != now) {
    Execution renamed = live.execution;
    renamed.numerics_version = now;
    renamed.cache_key = key;
    renamed.matrix_key = matrix_key;
    parts_.live_jobs->ChangeKey(live, std::move(renamed));
    const auto changes = ChangeJobs(live, [&](Job& job) { job.cache_key = key; });
    if (absl::Status status =
            parts_.live_jobs->Apply(SaveExecution(live.execution, changes), changes);
        !status.ok()) {
      return status;
    }
  }
  const bool was_running = execution.state == JobState::kRunning;
  // Tiles of another numerics version are not adopted.
  const bool may_go_on =
      was_running && execution.numerics_version == now && !execution.executor_handle.empty();
  if (was_running && !may_go_on) {
    parts_.live_jobs->Update(live, [](LiveExecution& changed) { ++changed.execution.crashes; });
  }
  parts_.live_jobs->Enqueue(live);
  if (!was_running || may_go_on) return may_go_on;
  return NoneRuns(GoOnAfterCrash(live));
}

absl::Status Recovery::Adopt(std::int64_t execution_id) {
  const LogFields fields({{"execution_id", execution_id}});
  const Turns::Turn turn = parts_.live_jobs->TurnAt(execution_id);
  const LiveExecution& live = *parts_.live_jobs->Find(execution_id);
  parts_.live_jobs->Update(live, [&](LiveExecution& changed) {
    changed.in_executor = true;
    changed.run_begin_seconds = steady_seconds_();
    changed.thread_seconds = 0;
  });
  const absl::Status adopted =
      parts_.executor->Adopt(execution_id, live.execution.attempt, live.execution.executor_handle);
  if (adopted.ok()) {
    spdlog::info("execution {}, attempt {}, continued while the server was down", execution_id,
                 live.execution.attempt);
    return absl::OkStatus();
  }
  spdlog::warn("execution {} did not continue: {}", execution_id, std::string(adopted.message()));
  parts_.live_jobs->Update(live, [](LiveExecution& changed) {
    changed.LeaveExecutor();
    ++changed.execution.crashes;
  });
  parts_.live_jobs->Enqueue(live);
  return GoOnAfterCrash(live);
}

absl::Status Recovery::GoOnAfterCrash(const LiveExecution& live) {
  if (live.execution.crashes == 0) {
    spdlog::info("execution {} ran at another server when the backup of this one was made",
                 live.execution.execution_id);
    return parts_.transitions->Requeue(
        live, JobReason::kServerRestarted,
        "the job ran when the backup was made that this server continues; it continues from its "
        "finished tiles");
  }
  spdlog::warn("execution {} was running when the server ended ({} of at most {} times)",
               live.execution.execution_id, live.execution.crashes, max_crashes_);
  if (live.execution.crashes >= max_crashes_) {
    return parts_.transitions->Fail(
        live, JobReason::kTooManyAttempts,
        absl::StrCat("the server died ", live.execution.crashes,
                     " times while the job ran; it is not tried again"));
  }
  return parts_.transitions->Requeue(live, JobReason::kServerRestarted, Transitions::kStopped);
}

}  // namespace brainalign
