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
#include "core/planning/work_progress.h"
#include "server/jobs/local_executor.h"

// What a LocalExecutor knows of an execution that it runs.

namespace brainalign {

// In order. An execution is in one phase at a time; only in kPrepare, kCompute and kCheck
// may several units of it run at once.
enum class LocalPhase { kOpen, kPrepare, kCompute, kCheck, kEnd };

// What counts as work done.
inline bool IsWork(LocalPhase phase) {
  return phase == LocalPhase::kPrepare || phase == LocalPhase::kCompute ||
         phase == LocalPhase::kCheck;
}

inline UnitKind KindOf(LocalPhase phase) {
  if (phase == LocalPhase::kCheck) return UnitKind::kCheck;
  return phase == LocalPhase::kPrepare ? UnitKind::kPreparation : UnitKind::kTile;
}

// Guarded by the executor's mutex, except where said.
struct LocalExecutor::Run {
  std::int64_t execution_id = 0;
  int attempt = 0;
  CancelFlag cancel{false};  // atomic

  LocalPhase phase = LocalPhase::kOpen;
  int in_flight = 0;
  int next = 0;  // next unit of the phase
  int done = 0;  // finished units of the phase
  absl::Status error;

  // Set while opening, by the one thread that does so; then fixed.
  std::unique_ptr<Alignment> alignment;
  std::vector<int> todo;  // tiles to compute

  std::vector<TileScores> tiles;  // fixed from kCheck on
  std::vector<SelfCheck> checks;
  std::optional<WorkProgress> progress;  // once it is open
  // Units under way, by number.
  struct InFlight {
    double began_seconds = 0;
    double charged_seconds = 0;
  };
  std::map<std::int64_t, InFlight> under_way;
  std::int64_t last_unit = 0;
  double used_seconds = 0;  // of threads, by finished units

  double UsedSeconds(double now_seconds) const {
    double seconds = used_seconds;
    for (const auto& [number, unit] : under_way) seconds += now_seconds - unit.began_seconds;
    return seconds;
  }

  // Units in the present phase.
  int Count() const {
    switch (phase) {
      case LocalPhase::kPrepare:
        return alignment->preparation_count();
      case LocalPhase::kCompute:
        return static_cast<int>(todo.size());
      case LocalPhase::kCheck:
        return alignment->check_count();
      default:
        return 1;
    }
  }
  // Units of the present phase that may run at a time.
  int AtOnce() const { return IsWork(phase) ? alignment->plan().at_once(KindOf(phase)) : 1; }
  // Moves on when a phase is done. A failure goes straight to the end, once
  // nothing of the run is under way.
  void Advance() {
    if ((!error.ok() || cancel) && phase != LocalPhase::kEnd) {
      if (in_flight == 0) Enter(LocalPhase::kEnd);
      return;
    }
    while (phase != LocalPhase::kEnd && done == Count()) {
      Enter(static_cast<LocalPhase>(static_cast<int>(phase) + 1));
    }
  }
  void Enter(LocalPhase entered) {
    phase = entered;
    next = 0;
    done = 0;
  }
};

struct LocalExecutor::Unit {
  std::shared_ptr<Run> run;
  LocalPhase phase = LocalPhase::kOpen;
  int index = 0;            // of the preparation or tile
  std::int64_t number = 0;  // among the run's
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_LOCAL_RUN_H_
