#ifndef BRAINALIGN_SERVER_JOBS_JOB_BOOK_H_
#define BRAINALIGN_SERVER_JOBS_JOB_BOOK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/align/brain_cache.h"
#include "core/result/array.h"
#include "server/blobs/blob_folder.h"
#include "server/blobs/tensors.h"
#include "server/jobs/admission.h"
#include "server/jobs/alignments.h"
#include "server/jobs/dispatcher.h"
#include "server/jobs/executor.h"
#include "server/jobs/job_host.h"
#include "server/jobs/job_maker.h"
#include "server/jobs/job_numbers.h"
#include "server/jobs/job_planner.h"
#include "server/jobs/job_reader.h"
#include "server/jobs/job_types.h"
#include "server/jobs/job_watch.h"
#include "server/jobs/limits.h"
#include "server/jobs/live_jobs.h"
#include "server/jobs/outlook.h"
#include "server/jobs/stored_shares.h"
#include "server/jobs/transitions.h"
#include "server/rows/job.h"
#include "server/rows/stored_result.h"
#include "server/runtime/clock.h"
#include "server/schedule/schedule.h"
#include "server/store/store.h"

namespace brainalign {

// All jobs and executions: accepts them, starts executions in the order of the schedule, and keeps
// the event logs. What the rest of the server sees of jobs; the work is done by its parts, each of
// which knows only those before it. Thread-safe.
class JobBook {
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
  ~JobBook();

  // INVALID_ARGUMENT with the fields, FAILED_PRECONDITION with the missing tensors, CANCELLED if
  // the client disconnected before the job was durable.
  absl::StatusOr<Job> Create(const JobRequest& request);
  // The job that the same request created earlier, if there is one. Its recording and model may
  // have been deleted since. INVALID_ARGUMENT if the request id belongs to another request.
  absl::StatusOr<std::optional<Job>> FindMade(const JobRequest& request) const;
  // NOT_FOUND, as the others that take an id.
  absl::StatusOr<Job> Get(const std::string& job_id) const;
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

  // What the executor calls.
  ExecutionHost& host() { return host_; }

 private:
  JobBook(const JobSettings& settings, const Clock& clock, SteadyClock steady_clock,
          const Parts& parts);

  absl::Status CommitDelete(const Job& job, const Change& change);

  const SteadyClock steady_seconds_;
  Store* const store_;
  const Alignments* const alignments_;
  Executor* const executor_;

  const JobPlanner planner_;
  Admission admission_;
  const std::unique_ptr<Schedule> schedule_;
  Outlook outlook_;
  StoredShares shares_;
  JobNumbers numbers_;
  LiveJobs live_jobs_;
  const JobReader reader_;
  const JobWatch watch_;
  Transitions transitions_;
  Dispatcher dispatcher_;
  JobHost host_;
  JobMaker maker_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_JOB_BOOK_H_
