#ifndef BRAINALIGN_SERVER_STORE_STORE_H_
#define BRAINALIGN_SERVER_STORE_STORE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/record/job.h"
#include "server/record/recording.h"
#include "server/record/scrub.h"
#include "server/record/share.h"
#include "server/record/specification.h"
#include "server/record/upload.h"
#include "server/store/database.h"

namespace brainalign {

// The records in the database, typed. What may change, and how, is in changes.h.
// Thread-safe. Finding gives nothing where there is no record, DATA_LOSS where
// there are bytes that are none.
class Store {
 public:
  // Told of each change that was committed: how long that took.
  using CommitObserver = std::function<void(double seconds)>;
  explicit Store(std::unique_ptr<Database> database, CommitObserver on_commit = {});

  absl::Status Commit(const Change& change);
  // OK while the disk takes writes; else what Commit returns. Database tells more.
  absl::Status Health() const { return database_->Health(); }
  void TryToRecover() { database_->TryToRecover(); }
  absl::Status Checkpoint(const std::string& path) const { return database_->Checkpoint(path); }

  absl::StatusOr<std::optional<Blob>> FindBlob(const std::string& digest) const;
  absl::StatusOr<std::optional<Holding>> FindHolding(const std::string& digest,
                                                     const std::string& project) const;
  struct HeldBy {
    std::string project;
    Holding holding;
  };
  absl::StatusOr<std::vector<HeldBy>> ListHoldings(const std::string& digest) const;
  // Bytes that each project holds.
  absl::StatusOr<std::map<std::string, std::int64_t>> SumHoldings() const;
  // The first digest after `after`; nothing at the end.
  absl::StatusOr<std::optional<std::string>> NextBlob(const std::string& after) const;
  // Digests of all blobs, ascending.
  absl::StatusOr<std::vector<std::string>> ListBlobs() const;
  // Whether an unfinished execution reads the blob.
  absl::StatusOr<bool> IsNeeded(const std::string& digest) const;
  absl::StatusOr<std::vector<Upload>> ListUploads() const;

  absl::StatusOr<std::optional<Job>> FindJob(const std::string& job_id) const;
  absl::StatusOr<std::optional<Job>> FindJobByRequest(const std::string& project,
                                                      const std::string& request_id) const;
  // Of one project, or of all if it is empty: newest first, below `before_order`, until
  // `visit` returns false.
  absl::Status ScanJobs(const std::string& project, std::int64_t before_order,
                        const std::function<bool(const Job&)>& visit) const;
  // Of the newest job and execution; 0 if there is none.
  absl::StatusOr<std::int64_t> LastOrder() const;
  absl::StatusOr<std::int64_t> LastExecutionId() const;

  absl::StatusOr<std::optional<Execution>> FindExecution(std::int64_t execution_id) const;
  // Queued and running, in the order of the queue.
  absl::StatusOr<std::vector<Execution>> ListQueue() const;
  // Unfinished jobs that follow an execution, in order of creation.
  absl::StatusOr<std::vector<Job>> ListAttached(std::int64_t execution_id) const;
  // How many jobs follow an execution, ended ones too; counts to 2 at most.
  absl::StatusOr<int> CountFollowers(std::int64_t execution_id) const;
  absl::StatusOr<std::optional<std::int64_t>> FindCached(const std::string& project,
                                                         const std::string& cache_key) const;

  absl::StatusOr<std::optional<SealedRecording>> FindRecording(const std::string& project,
                                                               const std::string& name) const;
  // Of one project, or of all if it is empty, by name.
  absl::StatusOr<std::vector<SealedRecording>> ListRecordings(const std::string& project) const;
  // Newest first, below `before_order`, until `visit` returns false.
  absl::Status ScanSubmissions(const std::string& project, const std::string& name,
                               std::int64_t before_order,
                               const std::function<bool(const Submission&)>& visit) const;
  // What was charged from `since` on, oldest first.
  absl::StatusOr<std::vector<Charge>> ListCharges(absl::Time since) const;
  // Empty if nothing was learned yet.
  absl::StatusOr<std::string> ReadWorkRates() const;
  absl::StatusOr<std::optional<Shares>> FindShares() const;

  // Up to `limit` events after `after_sequence`, in order.
  absl::StatusOr<std::vector<Event>> ListEvents(std::int64_t order, std::int64_t after_sequence,
                                                std::size_t limit) const;

  absl::StatusOr<JobSpecification> ReadSpecification(std::int64_t execution_id) const;
  // Bytes of a brainalign.v1.MatrixTile, checked against their checksum.
  absl::StatusOr<std::string> ReadTile(std::int64_t execution_id, int tile) const;
  // Indices of the tiles that are stored, ascending.
  absl::StatusOr<std::vector<int>> ListTiles(std::int64_t execution_id) const;
  // Compares tiles and results with their checksums, in the order of their keys, from
  // the one after `after_key` on until `limit_bytes` were read.
  struct RowCheck {
    std::string last_key;
    std::int64_t bytes = 0;
    bool is_end = true;
    std::vector<std::string> damaged;  // for people, such as "tile 3 of execution 7"
  };
  absl::StatusOr<RowCheck> CheckRows(const std::string& after_key, std::int64_t limit_bytes) const;
  absl::StatusOr<std::optional<ScrubState>> FindScrub() const;
  // Bytes of a brainalign.v1.AlignmentResult, checked against their checksum.
  absl::StatusOr<std::string> ReadResult(std::int64_t execution_id) const;

 private:
  absl::Status ScanHoldings(
      const std::string& prefix,
      const std::function<void(absl::string_view key, const Holding&)>& visit) const;
  absl::StatusOr<std::string> ReadSealed(const std::string& key, const std::string& what) const;

  const std::unique_ptr<Database> database_;
  const CommitObserver on_commit_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_STORE_STORE_H_
