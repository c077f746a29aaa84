#ifndef BRAINALIGN_SERVER_JOBS_JOB_BOOK_H_
#define BRAINALIGN_SERVER_JOBS_JOB_BOOK_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/align/brain_cache.h"
#include "core/mutex.h"
#include "core/result/array.h"
#include "server/blobs/blob_folder.h"
#include "server/blobs/tensors.h"
#include "server/jobs/admission.h"
#include "server/jobs/alignments.h"
#include "server/jobs/executor.h"
#include "server/jobs/job_planner.h"
#include "server/jobs/job_types.h"
#include "server/jobs/limits.h"
#include "server/jobs/live_job.h"
#include "server/jobs/outlook.h"
#include "server/rows/job.h"
#include "server/rows/stored_result.h"
#include "server/schedule/schedule.h"
#include "server/store/changes.h"
#include "server/store/store.h"

namespace brainalign {

// All jobs and executions: accepts them, starts executions in the order of the schedule, and keeps
// the event logs.
//
// The thread that has the turn of an execution makes a new state durable, then changes it in
// memory, then sends it to watchers. So a watcher never receives a state that a crash could undo,
// and no thread waits for disk I/O of another execution. Thread-safe.
class JobBook : public ExecutionHost {
 public:
  // The parts that it uses; all must outlive it.
  struct Parts {
    Store* store = nullptr;
    BlobFolder* blobs = nullptr;
    Tensors* tensors = nullptr;
    const Alignments* alignments = nullptr;
    Executor* executor = nullptr;  // not attached to a host
  };

  // Loads the jobs of the store. Queued executions stay queued. Executions that were running when
  // the server ended are adopted if they continue in another process. All others have crashed: they
  // return to their place, or fail after too many crashes. None of them starts before the first
  // Tick, or before an adopted execution ends.
  static absl::StatusOr<std::unique_ptr<JobBook>> Open(const JobSettings& settings, Clock clock,
                                                       SteadyClock steady_clock,
                                                       const Parts& parts);
  ~JobBook() override;

  // INVALID_ARGUMENT with the fields, FAILED_PRECONDITION with the missing tensors, CANCELLED if
  // the client disconnected before the job was durable.
  absl::StatusOr<Job> Create(const JobRequest& request);
  // The job that the same request created earlier, if there is one. Its recording and model may
  // have been deleted since. INVALID_ARGUMENT if the request id belongs to another request.
  absl::StatusOr<std::optional<Job>> FindMade(const JobRequest& request) const;
  // NOT_FOUND, as the others that take an id.
  absl::StatusOr<Job> Get(const std::string& job_id);
  // INVALID_ARGUMENT for a page size or token that makes no sense.
  absl::StatusOr<JobPage> List(const JobQuery& query) const;
  // The job as it is afterwards; a job that has ended stays as it is.
  absl::StatusOr<Job> Cancel(const std::string& job_id);
  // Forgets a job that has ended, and its result with the last job that has it.
  // FAILED_PRECONDITION if it has not ended; no error if there is none.
  absl::Status Delete(const std::string& job_id);
  // FAILED_PRECONDITION unless it has succeeded; DATA_LOSS if it is damaged. Arrays are read when
  // they are asked for, while the book lives.
  absl::StatusOr<StoredResult> OpenResult(const Job& job) const;
  // Sends events after `after_sequence` in order, and heartbeats, until the terminal
  // one is sent (OK), `send` returns false or `is_cancelled` true (CANCELLED), or
  // the server stops (UNAVAILABLE). OUT_OF_RANGE for a sequence not yet reached.
  absl::Status Watch(const std::string& job_id, std::int64_t after_sequence,
                     const std::function<bool(const WatchEvent&)>& send,
                     const std::function<bool()>& is_cancelled);

  // Axes of the arrays that tiles of the job have boxes of. DATA_LOSS if the specification is
  // damaged.
  absl::StatusOr<std::vector<Axis>> ReadAxes(const Job& job) const;
  // The specification of the job, with the names and depths of its own layers. DATA_LOSS if it is
  // damaged.
  absl::StatusOr<ResolvedSpecification> ReadSpecification(const Job& job) const;

  struct Counts {
    std::int64_t queued = 0;
    std::int64_t running = 0;
  };
  // Does not wait for a change that is being made durable.
  Counts CountJobs() const;
  // Statistics of jobs and of units of work since Open.
  JobTotals CountTotals() const;
  std::vector<PhaseTotals> CountWork() const;
  QueueLoad MeasureLoad() const;
  // Executions that have not ended, oldest first.
  std::vector<QueueEntry> ListQueue(const QueueQuery& query) const;
  // The cache of recordings; null: there is none.
  const BrainCache* brain_cache() const { return alignments_->brain_cache(); }
  // Whether executions stay in the queue: none starts while it is so.
  void HoldBack(bool hold);
  // Makes running executions soon return to their place in the queue, with their tiles.
  void PutBackRunning();
  // Call it about every second. Starts executions that can start: those of an earlier server, and
  // those that waited for the store to recover.
  void Tick();
  // Ends the watches, detaches from the executor, and returns its executions to the queue, except
  // those that continue in another process.
  void Stop();

  // ExecutionHost.
  absl::StatusOr<ExecutionDescription> Describe(std::int64_t execution_id) override;
  absl::Status OnHandle(std::int64_t execution_id, int attempt, const std::string& handle) override;
  absl::Status OnTile(std::int64_t execution_id, int attempt, const TileScores& tile) override;
  void OnEnd(std::int64_t execution_id, int attempt,
             absl::StatusOr<ComputedExecution> computed) override;

 private:
  // An execution that has not ended. Only the thread that has its turn changes its members, under
  // mutex_. A thread that has the turn or mutex_ may read them.
  struct LiveExecution {
    Execution execution;
    std::vector<std::shared_ptr<LiveJob>> jobs;
    std::vector<int> tiles;  // finished, in that order
    bool in_executor = false;
    int unreadable_times = 0;  // that its inputs could not be read, one after the other
    // On the steady clock.
    double unreadable_since_seconds = 0;
    double queued_seconds = 0;     // when its first job was made
    double run_begin_seconds = 0;  // or when the last tile was finished
    double thread_seconds = 0;     // of this run, as far as the execution has them
  };
  using Mutate = std::function<void(Job&)>;
  // A cache key of a project: projects do not share results.
  using ProjectKey = std::pair<std::string, std::string>;
  static ProjectKey KeyOf(const Execution& execution) {
    return {execution.project, execution.cache_key};
  }

  JobBook(const JobSettings& settings, Clock clock, SteadyClock steady_clock, const Parts& parts);

  // delete.cc
  absl::Status CommitDelete(const Job& job, const Change& change);

  // recover.cc
  absl::Status Recover();
  // Whether the execution may continue in another process; if not, it has crashed.
  absl::StatusOr<bool> Recover(const Execution& execution);
  // An execution that the executor does not adopt has crashed.
  absl::Status Adopt(std::int64_t execution_id);
  absl::Status GoOnAfterCrash(LiveExecution& live);

  // create.cc
  // Makes the new job durable, if the client is still connected.
  absl::Status CommitFor(const JobRequest& request, const Change& change);
  static void CopyShape(const Execution& execution, Job& job);
  // A job for the request that needs no new execution: the one it made before, one
  // from the cache, or one that joins.
  absl::StatusOr<std::optional<Job>> Answer(const JobRequest& request, const Job& job);
  // Whether a result and its tiles match their checksums; else it is computed again.
  bool IsWhole(std::int64_t execution_id) const;
  // Of the new job, if they are not those of the execution that it follows.
  std::optional<JobLayers> OwnLayers(const JobRequest& request, std::int64_t execution_id) const;
  // Nothing if the result is not whole, or the execution ended meanwhile.
  absl::StatusOr<std::optional<Job>> AddFromCache(const JobRequest& request, Job job,
                                                  std::int64_t execution_id);
  absl::StatusOr<std::optional<Job>> Join(const JobRequest& request, Job job,
                                          std::int64_t execution_id);
  // Tiles of the new execution that an earlier one has computed; none where the caller wants
  // everything computed anew.
  std::vector<TileScores> TakeOverTiles(const JobRequest& request, const PlannedExecution& planned);
  absl::StatusOr<Job> Queue(const JobRequest& request, Job job, PlannedExecution planned);
  std::int64_t NextOrder();

  // dispatch.cc; one thread at a time dispatches.
  static const char kStopped[];  // message for jobs
  void Dispatch();
  Waiting WaitingOf(const LiveExecution& live) const;
  // The next actions: an execution to start (0: none now), and executions whose jobs get the reason
  // that they wait for memory.
  StartOrder::Choice NextInQueue() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static bool KnowsOfWaiting(const LiveExecution& live);
  // False if the store took no changes, or the server stops.
  bool StartExecution(LiveExecution& live);
  void MarkWaiting(LiveExecution& live);
  absl::Status Requeue(LiveExecution& live, JobReason reason, const std::string& message);
  // The executor has it no more.
  void TakeFromExecutor(LiveExecution& live) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Requeue, and lets it start again after the delay.
  absl::Status PutBack(LiveExecution& live, JobReason reason, const std::string& message,
                       absl::Duration delay);

  // run.cc
  // Whether nothing more is to be done for it now: it was cancelled, goes back, or the server
  // stops.
  bool IsLetGo(std::int64_t execution_id) const;
  // CANCELLED unless this attempt of the execution is under way; null: it has ended.
  static absl::Status CheckAttempt(const LiveExecution* live, int attempt);
  // From the tiles in the store. UNAVAILABLE if one of them is damaged; INTERNAL if they are not
  // those of the alignment.
  absl::StatusOr<AlignmentResult> Assemble(const LiveExecution& live, ComputedExecution computed);
  void End(LiveExecution& live, absl::StatusOr<ComputedExecution> computed);
  absl::Status EndWithout(LiveExecution& live, const absl::Status& why);
  absl::Status PutBackUnreadable(LiveExecution& live, const std::string& message);
  absl::Status Finish(LiveExecution& live, const AlignmentResult& result);
  absl::Status Fail(LiveExecution& live, JobReason reason, const std::string& message);

  // start_over.cc
  // To be called once the executor has let go of it: none of its tiles counts any more, and it
  // goes back to its place in the queue to be computed in double, because of `why` (WhyDouble),
  // which is no crash. Watchers of its jobs hear of every tile anew. After an error nothing has
  // changed.
  absl::Status StartOverInDouble(LiveExecution& live, const std::string& why);
  // Every job of the execution that ever followed it, with events in the place of those that told
  // of tiles; those among `changes` are changed as these say.
  absl::StatusOr<std::vector<JobChange>> WithoutTiles(std::int64_t execution_id,
                                                      const std::vector<JobChange>& changes) const;

  // change.cc
  static std::string TurnOf(std::int64_t execution_id);
  // Turns for creating a job: at its request and at its cache key. They are taken before the turn
  // at an execution.
  static std::vector<std::string> TurnsOf(const Job& job);
  // Null once it has ended.
  LiveExecution* Find(std::int64_t execution_id);
  absl::StatusOr<std::shared_ptr<LiveJob>> FindJob(const std::string& job_id);
  // Every job of an execution after a change, with its event.
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

  // watch.cc
  Heartbeat MakeHeartbeat(const Job& job) const;

  // Fixed after construction.
  const JobSettings settings_;
  const Clock clock_;
  const SteadyClock steady_seconds_;
  Store* const store_;
  BlobFolder* const blobs_;
  Tensors* const tensors_;
  const Alignments* const alignments_;
  Executor* const executor_;
  const JobPlanner planner_;

  Turns turns_;
  Admission admission_;
  // Of live_, and of cancelled ones until the executor has ended them: until then their
  // memory is reserved. Changed under mutex_, which comes before its own lock.
  const std::unique_ptr<Schedule> schedule_;
  Outlook outlook_;

  // Never held during disk I/O.
  mutable Mutex mutex_;
  Condition dispatched_;
  bool dispatching_ ABSL_GUARDED_BY(mutex_) = false;
  bool dispatch_again_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<std::int64_t, LiveExecution> live_ ABSL_GUARDED_BY(mutex_);            // in queue order
  std::map<std::string, std::shared_ptr<LiveJob>> jobs_ ABSL_GUARDED_BY(mutex_);  // by job_id
  std::map<ProjectKey, std::int64_t> by_key_ ABSL_GUARDED_BY(mutex_);             // of live_
  // Of live_: to go back to the queue as soon as the executor lets go of them.
  std::set<std::int64_t> put_back_ ABSL_GUARDED_BY(mutex_);
  // Of jobs_; changed under mutex_.
  std::atomic<std::int64_t> queued_{0};
  std::atomic<std::int64_t> running_{0};
  JobTotals totals_ ABSL_GUARDED_BY(mutex_);
  PhaseTotals assembly_ ABSL_GUARDED_BY(mutex_){"assembly"};
  double next_shares_seconds_ ABSL_GUARDED_BY(mutex_) = 0;  // on the steady clock
  // Increases even if the commit fails: the disk may have stored a part of it, so the number must
  // not be reused.
  std::int64_t last_order_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t last_execution_id_ ABSL_GUARDED_BY(mutex_) = 0;
  std::atomic<bool> draining_{false};
  std::atomic<bool> stopping_{false};  // becomes true under mutex_
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_JOB_BOOK_H_
