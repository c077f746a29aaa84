#ifndef BRAINALIGN_SERVER_JOBS_LOCAL_EXECUTOR_H_
#define BRAINALIGN_SERVER_JOBS_LOCAL_EXECUTOR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "core/mutex.h"
#include "core/planning/work_rates.h"
#include "server/jobs/alignments.h"
#include "server/jobs/executor.h"
#include "server/runtime/clock.h"
#include "server/schedule/schedule.h"
#include "server/store/store.h"

namespace brainalign {

// A pool of threads in this process. A free thread takes a task (opening, one unit of the
// alignment's graph, the end) from the execution that the schedule chooses, so that a small
// execution ends soon even if a big one runs. A unit can start when the units that it comes after
// have ended, so no thread waits inside a unit. A task is never interrupted. If all threads are in
// long units of other executions, a spare thread serves an execution that gets none; the threads
// then share the cores.
//
// After a cancel nothing waits for the units under way: they end when they look at
// the flag, or, inside a long call of the linear algebra library, when that ends.
class LocalExecutor : public Executor {
 public:
  // Opens an execution: Alignments::MakeToRun, or a replacement in tests.
  using OpenAlignment = std::function<absl::StatusOr<std::unique_ptr<Alignment>>(
      const ExecutionDescription& description, const CancelCheck& is_cancelled)>;

  LocalExecutor(const ExecutorCapacity& capacity, OpenAlignment open, WorkRates rates,
                SteadyClock clock);
  // With the capacity of `settings`, and the machine's speed from `store`. `alignments` must
  // outlive it. Errors as Store::ReadWorkRates.
  static absl::StatusOr<std::unique_ptr<LocalExecutor>> Make(const JobSettings& settings,
                                                             const Store& store,
                                                             const Alignments* alignments);
  ~LocalExecutor() override;

  ExecutorCapacity capacity() const override { return capacity_; }
  absl::Status Attach(ExecutionHost* host, Schedule* schedule) override;
  void Start(std::int64_t execution_id, int attempt) override;
  // NOT_FOUND: no execution of an earlier process continues.
  absl::Status Adopt(std::int64_t execution_id, int attempt, const std::string& handle) override;
  void Cancel(std::int64_t execution_id) override;
  ExecutionProgress Progress(std::int64_t execution_id) const override;
  double EstimateSeconds(const AlignmentPlan& plan) const override;
  std::string SaveRates() const override;
  std::vector<PhaseTotals> Totals() const override;
  // Also stops all work.
  void Detach() override;

 private:
  struct Run;
  struct Task;

  void Serve(bool spare);
  // The next task in turn; false if there is none now. The spare thread takes it only
  // from an execution of which nothing runs, when no other thread is free to.
  bool Take(bool spare, Task& task) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End(const Task& task, absl::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool TakeFrom(const std::shared_ptr<Run>& run, Task& task) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Charges owners whose tasks take longer than expected while the tasks run.
  void ChargeOverrun() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Do(const Task& task);
  absl::Status DoUnit(Run& run, const Unit& unit);
  absl::Status Open(Run& run);
  // The outcome of a run for the host. The run must not be used afterwards.
  static absl::StatusOr<ComputedExecution> Outcome(Run& run);
  std::shared_ptr<Run> Find(std::int64_t execution_id) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ExecutorCapacity capacity_;
  const OpenAlignment open_;
  const SteadyClock clock_;

  // Fixed by Attach, before there are threads.
  ExecutionHost* host_ = nullptr;
  Schedule* schedule_ = nullptr;

  mutable Mutex mutex_;
  Condition work_;
  std::vector<std::shared_ptr<Run>> runs_ ABSL_GUARDED_BY(mutex_);
  int free_threads_ ABSL_GUARDED_BY(mutex_);  // the spare one apart
  WorkRates rates_ ABSL_GUARDED_BY(mutex_);
  std::vector<PhaseTotals> totals_ ABSL_GUARDED_BY(mutex_);  // by phase
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::vector<std::jthread> threads_;  // last: they use the rest
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_LOCAL_EXECUTOR_H_
