#ifndef BRAINALIGN_SERVER_JOBS_LIVE_JOBS_H_
#define BRAINALIGN_SERVER_JOBS_LIVE_JOBS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/mutex.h"
#include "server/jobs/admission.h"
#include "server/jobs/job_types.h"
#include "server/jobs/live_execution.h"
#include "server/jobs/live_job.h"
#include "server/jobs/stored_shares.h"
#include "server/rows/job.h"
#include "server/runtime/turns.h"
#include "server/schedule/schedule.h"
#include "server/store/store.h"

namespace brainalign {

// The executions that have not ended and their jobs: in memory, in the schedule, and as the store
// has them.
//
// The thread that has the turn of an execution makes a new state durable, then changes it in
// memory, then sends it to watchers. So a watcher never receives a state that a crash could undo,
// and no thread waits for disk I/O of another execution. The lock inside is never held during disk
// I/O. It comes before those of the executor, Schedule, Admission, Outlook and LiveJob: a function
// that is called under it must not call LiveJobs, except is_stopping. Thread-safe.
class LiveJobs {
 public:
  // The pointers must outlive it.
  LiveJobs(int max_crashes, Store* store, Schedule* schedule, Admission* admission,
           StoredShares* shares);

  // The turn at an execution, live or not. A thread has one such turn at a time.
  Turns::Turn TurnAt(std::int64_t execution_id);
  // The turns for making a job: at its request and at its cache key. They are taken before the turn
  // at an execution.
  Turns::Turn TurnsToMake(const Job& job);

  // For the thread that has its turn. Null once it has ended.
  const LiveExecution* Find(std::int64_t execution_id) const;
  // For a thread without its turn: calls `look` under the lock. False once it has ended.
  bool Look(std::int64_t execution_id, const std::function<void(const LiveExecution&)>& look) const;
  // The same of all executions after this one, oldest first, until `visit` returns false.
  void Visit(std::int64_t after_execution_id,
             const std::function<bool(const LiveExecution&)>& visit) const;
  // The execution that computes a cache key of a project.
  std::optional<std::int64_t> FindByKey(const std::string& project,
                                        const std::string& cache_key) const;
  // Null: there is none, or it has ended.
  std::shared_ptr<LiveJob> FindJob(const std::string& job_id) const;
  std::size_t size() const;

  // Commits, then changes the jobs in memory and wakes their watchers. After an error nothing has
  // changed.
  absl::Status Apply(Change change, const std::vector<JobChange>& jobs);

  // The following need the turn of the execution, if it is not a new one, and are called once the
  // change is durable.
  // Changes its members under the lock.
  void Update(const LiveExecution& live, const std::function<void(LiveExecution&)>& change);
  // A new execution with its first job: it is in the queue from here on.
  void Add(LiveExecution added, const Job& job);
  // One of an earlier server: in the queue after Enqueue.
  const LiveExecution& Restore(LiveExecution restored, const std::vector<Job>& jobs);
  // Puts it in its place in the queue, with the memory and time that it has now.
  void Enqueue(const LiveExecution& live);
  // It computes another cache key from here on.
  void ChangeKey(const LiveExecution& live, Execution with_key);
  // One more job follows it; one of several no longer does.
  void Follow(const LiveExecution& live, const Job& job);
  void Leave(const LiveExecution& live, const std::shared_ptr<LiveJob>& job);
  // It has ended. While the executor has it, its memory stays reserved.
  void Forget(std::int64_t execution_id);
  // The executor has let go of it: frees the memory if it has ended.
  void FreeIfEnded(std::int64_t execution_id);

  // Needs no turn: each execution that the executor has goes back as soon as the executor lets go
  // of it. `cancel` is called under the lock, and so never for a later attempt.
  void AskBack(const std::function<void(std::int64_t execution_id)>& cancel);

  // Does not wait for a change that is being made durable.
  std::int64_t queued() const { return queued_; }
  std::int64_t running() const { return running_; }
  JobTotals totals() const;
  // A job that succeeded without an execution.
  void CountCached();

  // Nothing starts any more. Wakes all watchers. False if it was called before.
  bool Stop();
  bool is_stopping() const { return stopping_; }

 private:
  // A cache key of a project: projects do not share results.
  using ProjectKey = std::pair<std::string, std::string>;
  static ProjectKey KeyOf(const Execution& execution);

  Waiting WaitingOf(const LiveExecution& live) const;
  LiveExecution& Changeable(const LiveExecution& live) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  LiveExecution& Insert(LiveExecution live) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Attach(LiveExecution& live, const Job& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CountState(const Job& job, int by) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CountEnd(JobState state) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int max_crashes_;
  Store* const store_;
  // Of live_, and of cancelled ones until the executor has ended them.
  Schedule* const schedule_;
  Admission* const admission_;
  StoredShares* const shares_;
  Turns turns_;

  mutable Mutex mutex_;
  std::map<std::int64_t, LiveExecution> live_ ABSL_GUARDED_BY(mutex_);            // in queue order
  std::map<std::string, std::shared_ptr<LiveJob>> jobs_ ABSL_GUARDED_BY(mutex_);  // by job_id
  std::map<ProjectKey, std::int64_t> by_key_ ABSL_GUARDED_BY(mutex_);             // of live_
  JobTotals totals_ ABSL_GUARDED_BY(mutex_);
  // Changed under mutex_.
  std::atomic<std::int64_t> queued_{0};  // of jobs_
  std::atomic<std::int64_t> running_{0};
  std::atomic<bool> stopping_{false};
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_LIVE_JOBS_H_
