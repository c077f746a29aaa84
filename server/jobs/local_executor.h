#ifndef BRAINALIGN_SERVER_JOBS_LOCAL_EXECUTOR_H_
#define BRAINALIGN_SERVER_JOBS_LOCAL_EXECUTOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "server/jobs/executor.h"
#include "server/mutex.h"

namespace brainalign {

// A pool of threads in this process. A free thread takes a unit of work (opening,
// one preparation, one tile, assembling) from the executions in turn, so that a
// small one is done soon beside a big one.
class LocalExecutor : public Executor {
 public:
  // `host` must outlive the executor.
  LocalExecutor(int threads, ExecutionHost* host);
  ~LocalExecutor() override;

  void Start(std::int64_t execution_id, int max_units) override;
  void Cancel(std::int64_t execution_id) override;
  ExecutionProgress Progress(std::int64_t execution_id) const override;
  void Stop() override;

 private:
  struct Run;
  struct Unit;

  void Work();
  // The next unit in turn; false if there is none now.
  bool Take(Unit& unit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool TakeFrom(Run& run, Unit& unit) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Do(Unit& unit);
  absl::Status Open(Run& run);
  std::shared_ptr<Run> Find(std::int64_t execution_id) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  ExecutionHost* const host_;

  mutable Mutex mutex_;
  Condition work_;
  std::vector<std::shared_ptr<Run>> runs_ ABSL_GUARDED_BY(mutex_);
  std::size_t turn_ ABSL_GUARDED_BY(mutex_) = 0;  // whose turn it is in runs_
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::vector<std::thread> threads_;  // last: they use the rest
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_LOCAL_EXECUTOR_H_
