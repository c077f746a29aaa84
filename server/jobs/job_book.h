#ifndef BRAINALIGN_SERVER_JOBS_JOB_BOOK_H_
#define BRAINALIGN_SERVER_JOBS_JOB_BOOK_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/align/brain_cache.h"
#include "server/blobs/blob_folder.h"
#include "server/blobs/tensors.h"
#include "server/clock.h"
#include "server/jobs/cpu_ledger.h"
#include "server/jobs/executor.h"
#include "server/jobs/job_types.h"
#include "server/jobs/limits.h"
#include "server/jobs/live_job.h"
#include "server/mutex.h"
#include "server/record/job.h"
#include "server/schedule/schedule.h"
#include "server/store/changes.h"
#include "server/store/store.h"
#include "server/turns.h"

namespace brainalign {

// Every job and execution: takes them in, starts executions as the schedule says, and
// keeps the event logs.
//
// A state is first made durable, then changed in memory, then told to watchers, by who
// has the turn of its execution: a watcher never hears what a crash could take back,
// and nobody waits for the disk on behalf of another execution.
// Thread-safe. The pointers given to Open must outlive it.
class JobBook : public ExecutionHost {
 public:
  // Takes up what the store knows: what was queued stays queued; what ran when the
  // server died goes back to its place, or fails after too many crashes. Nothing of
  // it starts before the first Tick.
  static absl::StatusOr<std::unique_ptr<JobBook>> Open(JobSettings settings, Clock clock,
                                                       AlignmentFactory factory, Store* store,
                                                       BlobFolder* blobs, Tensors* tensors);
  ~JobBook() override;

  // INVALID_ARGUMENT with the fields, FAILED_PRECONDITION with the missing tensors,
  // CANCELLED if who asks has gone before the job was durable.
  absl::StatusOr<Job> Create(const JobRequest& request);
  // NOT_FOUND, as the others that take an id.
  absl::StatusOr<Job> Get(const std::string& job_id);
  // INVALID_ARGUMENT for a page size or token that makes no sense.
  absl::StatusOr<JobPage> List(const JobQuery& query) const;
  // The job as it is afterwards; a job that has ended stays as it is.
  absl::StatusOr<Job> Cancel(const std::string& job_id);
  // Forgets a job that has ended, and its result with the last job that has it.
  // FAILED_PRECONDITION if it has not ended; no error if there is none.
  absl::Status Delete(const std::string& job_id);
  // FAILED_PRECONDITION unless it has succeeded; DATA_LOSS if it is damaged.
  absl::StatusOr<JobResult> ReadResult(const std::string& job_id);
  // Sends events after `after_sequence` in order, and heartbeats, until the terminal
  // one is sent (OK), `send` returns false or `is_cancelled` true (CANCELLED), or
  // the server stops (UNAVAILABLE). OUT_OF_RANGE for a sequence not yet reached.
  absl::Status Watch(const std::string& job_id, std::int64_t after_sequence,
                     const std::function<bool(const WatchEvent&)>& send,
                     const std::function<bool()>& is_cancelled);

  struct Counts {
    std::int64_t queued = 0;
    std::int64_t running = 0;
  };
  // Does not wait for a change that is being made durable.
  Counts CountJobs() const;
  // What came of jobs, and how much of what kind of work was done, since Open.
  JobTotals CountTotals() const;
  std::vector<PhaseTotals> CountWork() const { return executor_->Totals(); }
  QueueLoad MeasureLoad() const;
  // Executions that have not ended, oldest first: up to `limit` after this one.
  std::vector<QueueEntry> ListQueue(std::int64_t after_execution_id, std::size_t limit) const;
  // What is kept of recordings for other models on them; null: nothing is.
  const BrainCache* brain_cache() const { return brain_cache_.get(); }
  // Whether executions stay in the queue: none starts while it is so.
  void HoldBack(bool hold);
  // Makes what runs go back to its place in the queue soon, with its tiles kept.
  void PutBackRunning();
  // To be called every second or so: starts what can start, which is what an earlier
  // server left, and what waited for the store to recover.
  void Tick();
  // Stops all work, ends the watches, and puts what runs back to its place in the
  // queue. Nothing runs afterwards.
  void Stop();

  // ExecutionHost.
  absl::StatusOr<OpenedExecution> OpenExecution(std::int64_t execution_id) override;
  absl::Status OnTile(std::int64_t execution_id, const TileScores& tile) override;
  void OnEnd(std::int64_t execution_id, absl::StatusOr<AlignmentResult> result) override;

 private:
  // An execution that has not ended. Its members change by who has its turn, under
  // mutex_: who has the turn, or mutex_, may read them.
  struct LiveExecution {
    Execution execution;
    std::vector<std::shared_ptr<LiveJob>> jobs;
    std::vector<int> tiles;  // finished, in that order
    bool in_executor = false;
    bool put_back = false;     // it is to go back to the queue as soon as it lets go
    int unreadable_times = 0;  // that its inputs could not be read, one after the other
    absl::Time unreadable_since;
    absl::Time run_begin;       // or when the last tile was finished
    double thread_seconds = 0;  // of this run, as far as the execution has them
  };
  using Mutate = std::function<void(Job&)>;
  // A cache key of a project: what one has computed is no news to another.
  using ProjectKey = std::pair<std::string, std::string>;
  static ProjectKey KeyOf(const Execution& execution) {
    return {execution.project, execution.cache_key};
  }

  JobBook(JobSettings settings, Clock clock, AlignmentFactory factory, Store* store,
          BlobFolder* blobs, Tensors* tensors);

  // recover.cc
  absl::Status Recover();
  absl::Status Recover(const Execution& execution);

  // create.cc
  absl::Status CheckRequest(const JobRequest& request) const;
  // CANCELLED if who asks has gone.
  static absl::Status CheckCaller(const JobRequest& request);
  // Makes the new job durable, if who asks is still there.
  absl::Status CommitFor(const JobRequest& request, const Change& change);
  absl::Status CheckTensors(const JobRequest& request) const;
  AlignmentResources Resources(std::int64_t memory_bytes) const;  // without a brain cache
  // Reads the tensors, and stops when the caller goes or the server stops.
  absl::StatusOr<Execution> Plan(const JobRequest& request) const;
  // A job for the request that needs no new execution: the one it made before, one
  // from the cache, or one that joins.
  absl::StatusOr<std::optional<Job>> Answer(const JobRequest& request, const Job& job);
  // Whether a result and its tiles match their checksums; else it is computed again.
  bool IsWhole(std::int64_t execution_id) const;
  // Nothing if the result is not whole, or the execution ended meanwhile.
  absl::StatusOr<std::optional<Job>> AddFromCache(const JobRequest& request, Job job,
                                                  std::int64_t execution_id);
  absl::StatusOr<std::optional<Job>> Join(const JobRequest& request, Job job,
                                          std::int64_t execution_id);
  absl::StatusOr<Job> Queue(const JobRequest& request, Job job, Execution execution);
  std::int64_t NextOrder();

  // quota.cc
  // Whether the project may have one more job under way, of these CPU seconds (0: it
  // follows an execution that is there).
  absl::Status CheckQuota(const std::string& project, double cpu_seconds) const;
  ProjectLimits LimitsFor(const std::string& project) const;
  // What an execution is estimated to cost.
  double CpuSeconds(const Execution& execution) const;
  absl::Status CheckSubmissions(const JobRequest& request) const;

  // dispatch.cc; one thread at a time dispatches.
  static const char kStopped[];  // what jobs are told
  void Dispatch();
  Waiting WaitingOf(const LiveExecution& live) const;
  double NowSeconds() const { return absl::ToDoubleSeconds(clock_() - absl::UnixEpoch()); }
  // What is to be done next: an execution to start (0: none now), and those whose jobs
  // are to hear that they wait for memory.
  StartOrder::Choice NextInQueue() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static bool KnowsOfWaiting(const LiveExecution& live);
  // False if the store took no changes, or the server stops.
  bool StartExecution(LiveExecution& live);
  void MarkWaiting(LiveExecution& live);
  absl::Status Requeue(LiveExecution& live, JobReason reason, const std::string& message);
  // Requeue, and lets it start again after the delay.
  absl::Status PutBack(LiveExecution& live, JobReason reason, const std::string& message,
                       absl::Duration delay);

  // run.cc
  // Whether nothing more is to be done for it now: it was cancelled, goes back, or the server
  // stops.
  bool IsLetGo(std::int64_t execution_id) const;
  absl::Status VerifyInputs(std::int64_t execution_id, const JobSpecification& specification);
  void End(LiveExecution& live, absl::StatusOr<AlignmentResult> result);
  absl::Status PutBackUnreadable(LiveExecution& live, const std::string& message);
  absl::Status Finish(LiveExecution& live, const AlignmentResult& result);
  absl::Status Fail(LiveExecution& live, JobReason reason, const std::string& message);

  // change.cc
  static std::string TurnOf(std::int64_t execution_id);
  // Of who makes the job: at its request and at its cache key. They come before the
  // turn at an execution.
  static std::vector<std::string> TurnsOf(const Job& job);
  // Null once it has ended.
  LiveExecution* Find(std::int64_t execution_id);
  absl::StatusOr<std::shared_ptr<LiveJob>> FindJob(const std::string& job_id);
  // Every job of an execution, changed, with the event that tells of it.
  static std::vector<JobChange> ChangeJobs(const LiveExecution& live, const Mutate& mutate);
  // Commits, then changes memory and wakes watchers.
  absl::Status Apply(Change change, const std::vector<JobChange>& jobs);
  void AddLive(LiveExecution& live, const Job& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CountState(const Job& job, int by) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Forget(std::int64_t execution_id);
  void CountEnd(JobState state) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // shares.cc
  // Puts what each has had of the threads' time into a change of these jobs, now and then.
  void CarryShares(const std::vector<JobChange>& jobs, Change& change);
  absl::Status RestoreShares();
  // If nothing carried them since they changed.
  void SaveShares();

  // expect.cc
  // When an execution that has not ended is expected to start and end; nothing if unknown.
  std::optional<Expectation> Expect(std::int64_t execution_id) const;
  // Looks ahead anew if something has changed. For Tick alone: who reads takes what was
  // seen last, and waits neither for a look nor for threads that compute.
  void RefreshOutlook() const;
  // Puts into a job what is not part of its record.
  void Tell(Job& job) const;

  // watch.cc
  Heartbeat MakeHeartbeat(const Job& job) const;

  // Fixed after construction.
  const JobSettings settings_;
  const Clock clock_;
  const AlignmentFactory factory_;
  Store* const store_;
  BlobFolder* const blobs_;
  Tensors* const tensors_;
  const std::shared_ptr<BrainCache> brain_cache_;

  Turns turns_;
  CpuLedger ledger_;
  // Of live_, and of cancelled ones until the executor has ended them: until then their
  // memory is reserved. Changed under mutex_, which comes before its own lock.
  const std::unique_ptr<Schedule> schedule_;

  // Never held while the disk is waited for.
  mutable Mutex mutex_;
  Condition dispatched_;
  bool dispatching_ ABSL_GUARDED_BY(mutex_) = false;
  bool dispatch_again_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<std::int64_t, LiveExecution> live_ ABSL_GUARDED_BY(mutex_);            // in queue order
  std::map<std::string, std::shared_ptr<LiveJob>> jobs_ ABSL_GUARDED_BY(mutex_);  // by job_id
  std::map<ProjectKey, std::int64_t> by_key_ ABSL_GUARDED_BY(mutex_);             // of live_
  // Of jobs_; changed under mutex_.
  std::atomic<std::int64_t> queued_{0};
  std::atomic<std::int64_t> running_{0};
  std::map<std::string, int> unfinished_ ABSL_GUARDED_BY(mutex_);  // jobs, by project
  JobTotals totals_ ABSL_GUARDED_BY(mutex_);
  double next_shares_seconds_ ABSL_GUARDED_BY(mutex_) = 0;  // on a steady clock
  // Counted on even if the commit fails: what the disk kept of it must not meet a
  // second job of the same number.
  std::int64_t last_order_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t last_execution_id_ ABSL_GUARDED_BY(mutex_) = 0;
  std::atomic<bool> draining_{false};
  std::atomic<bool> stopping_{false};  // becomes true under mutex_

  // What was last expected of the queue.
  struct Outlook {
    std::map<std::int64_t, Expectation> expected;
    std::int64_t version = -1;  // of the schedule
    double made_seconds = 0;    // on a steady clock
    double took_seconds = 0;
  };
  const std::function<double()> steady_seconds_;
  mutable Mutex outlook_mutex_;
  mutable Outlook outlook_ ABSL_GUARDED_BY(outlook_mutex_);

  std::unique_ptr<Executor> executor_;  // last: it calls the rest
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_JOB_BOOK_H_
