#include <spdlog/spdlog.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/jobs/local_executor.h"
#include "server/jobs/local_run.h"
#include "server/logs/log_fields.h"

// What the threads of a LocalExecutor do, without its lock.

namespace brainalign {

absl::Status LocalExecutor::Open(Run& run) {
  auto description = host_->Describe(run.execution_id);
  if (!description.ok()) return description.status();
  auto opened = open_(*description, [&run] { return run.cancel.load(); });
  if (!opened.ok()) return opened.status();
  const Alignment& alignment = **opened;
  std::vector<bool> finished(alignment.tiles().size());
  for (const TileScores& tile : description->finished) {
    if (!Fits(tile, alignment)) {
      return absl::InternalError(
          absl::StrCat("the stored tile ", tile.index, " does not fit the plan of its alignment"));
    }
    finished[static_cast<std::size_t>(tile.index)] = true;
  }
  if (const std::int64_t bytes = alignment.plan().peak_bytes(); bytes > description->memory_bytes) {
    schedule_->SetMemory(run.execution_id, bytes);
  }
  MutexLock lock(mutex_);
  run.alignment = *std::move(opened);
  run.tiles = std::move(description->finished);
  const std::vector<Unit>& units = run.alignment->units();
  run.order.emplace(units, run.alignment->plan());
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (units[i].kind == UnitKind::kTile && finished[static_cast<std::size_t>(units[i].index)]) {
      run.order->Skip(static_cast<int>(i));
    }
  }
  run.progress.emplace(run.alignment->plan(), rates_);
  for (const TileScores& tile : run.tiles) run.progress->Skip(tile.index);
  return absl::OkStatus();
}

absl::StatusOr<ComputedExecution> LocalExecutor::Outcome(Run& run) {
  // The only task of its phase: no other thread uses the run.
  run.progress.reset();  // it reads the plan
  run.tiles.clear();     // the host has them
  // The memory is free again before the host is notified of an end without a result.
  std::unique_ptr<Alignment> alignment = std::move(run.alignment);
  if (!run.error.ok()) return run.error;
  if (run.cancel) return absl::CancelledError("the execution was cancelled");
  if (const BrainReuse reuse = alignment->brain_reuse(); reuse.has_cache) {
    const LogFields fields({{"execution_id", run.execution_id}});
    spdlog::info("execution {}: the brain side of {} of {} times came from the cache",
                 run.execution_id, reuse.times, alignment->time_count());
  }
  return ComputedExecution{std::move(run.checks), std::move(alignment)};
}

absl::Status LocalExecutor::DoUnit(Run& run, const Unit& unit) {
  switch (unit.kind) {
    case UnitKind::kPreparation:
      return run.alignment->Prepare(unit.index, run.cancel);
    case UnitKind::kTile: {
      auto tile = run.alignment->Compute(unit.index, run.cancel);
      if (!tile.ok()) return tile.status();
      absl::Status taken = host_->OnTile(run.execution_id, run.attempt, *tile);
      if (!taken.ok()) return taken;
      MutexLock lock(mutex_);
      run.tiles.push_back(*std::move(tile));
      return absl::OkStatus();
    }
    case UnitKind::kCheck: {
      const auto check = run.alignment->Check(unit.index, run.tiles, run.cancel);
      if (!check.ok()) return check.status();
      MutexLock lock(mutex_);
      run.checks.push_back(*check);
      return absl::OkStatus();
    }
  }
  return absl::OkStatus();
}

absl::Status LocalExecutor::Do(const Task& task) {
  Run& run = *task.run;
  switch (task.phase) {
    case LocalPhase::kOpen:
      return Open(run);
    case LocalPhase::kUnits:
      return DoUnit(run, task.in_graph());
    case LocalPhase::kEnd:
      host_->OnEnd(run.execution_id, run.attempt, Outcome(run));
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

}  // namespace brainalign
