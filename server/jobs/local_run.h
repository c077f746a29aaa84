#ifndef BRAINALIGN_SERVER_JOBS_LOCAL_RUN_H_
#define BRAINALIGN_SERVER_JOBS_LOCAL_RUN_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "core/align/alignment.h"
#include "core/cancel.h"
#include "core/planning/unit_order.h"
#include "core/planning/work_progress.h"
#include "server/jobs/local_executor.h"

// The state of an execution that a LocalExecutor runs.

namespace brainalign {

// In order. An execution is in one phase at a time. Only in kUnits, where the units of its
// alignment run, may several threads work on it at once.
enum class LocalPhase { kOpen, kUnits, kEnd };

// Guarded by the executor's mutex, unless a comment states otherwise.
struct LocalExecutor::Run {
  std::int64_t execution_id = 0;
  int attempt = 0;
  CancelFlag cancel{false};  // atomic

  LocalPhase phase = LocalPhase::kOpen;
  bool has_begun = false;  // the phase, where it is one task
  int in_flight = 0;       // tasks under way
  absl::Status error;

  // Set while opening, by the one thread that does so; then fixed.
  std::unique_ptr<Alignment> alignment;
  std::optional<UnitOrder> order;  // of its units

  std::vector<TileScores> tiles;  // fixed once every tile was computed
  std::vector<SelfCheck> checks;
  std::optional<WorkProgress> progress;  // once it is open
  // Tasks under way, by number.
  struct InFlight {
    double began_seconds = 0;
    double charged_seconds = 0;
  };
  std::map<std::int64_t, InFlight> under_way;
  std::int64_t last_task = 0;
  double used_seconds = 0;  // of threads, by finished tasks

  double UsedSeconds(double now_seconds) const {
    double seconds = used_seconds;
    for (const auto& [number, task] : under_way) seconds += now_seconds - task.began_seconds;
    return seconds;
  }

  // Starts the next phase when a phase is finished. After a failure the run ends as soon as none of
  // its tasks is running.
  void Advance() {
    if (in_flight > 0) return;
    if (phase == LocalPhase::kOpen && has_begun && error.ok()) phase = LocalPhase::kUnits;
    const bool has_no_more = phase == LocalPhase::kUnits && order->is_done();
    if (phase == LocalPhase::kEnd || (error.ok() && !cancel && !has_no_more)) return;
    phase = LocalPhase::kEnd;
    has_begun = false;
  }
};

// A task of a run for one thread.
struct LocalExecutor::Task {
  std::shared_ptr<Run> run;
  LocalPhase phase = LocalPhase::kOpen;
  int unit = 0;             // in kUnits: its number in the alignment's graph
  std::int64_t number = 0;  // among the run's tasks

  const Unit& in_graph() const { return run->alignment->units()[static_cast<std::size_t>(unit)]; }
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_LOCAL_RUN_H_
