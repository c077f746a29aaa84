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
#include "server/rows/job.h"
#include "server/rows/model.h"
#include "server/rows/recording.h"
#include "server/rows/scrub.h"
#include "server/rows/share.h"
#include "server/rows/specification.h"
#include "server/rows/stored_result.h"
#include "server/rows/upload.h"
#include "server/rows/word_table.h"
#include "server/store/database.h"

namespace brainalign {

// The typed records of the database. changes.h has the changes. Thread-safe. Find methods return
// nothing if there is no record, and DATA_LOSS if its bytes are invalid.
class Store {
 public:
  // Called after each committed change, with the duration of the commit.
  using CommitObserver = std::function<void(double seconds)>;
  explicit Store(std::unique_ptr<Database> database, CommitObserver on_commit = {});

  absl::Status Commit(const Change& change);
  // OK if the disk accepts writes; else the error of Commit. See Database.
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
  // Visits the jobs of one project (empty: all) in one of the states (empty: any), newest first,
  // below `before_order`, until `visit` returns false. A job that changes its state meanwhile is
  // visited once or not at all.
  absl::Status ScanJobs(const std::string& project, const std::vector<JobState>& states,
                        std::int64_t before_order,
                        const std::function<bool(const Job&)>& visit) const;
  // Of one project, oldest first, until `visit` returns false.
  absl::Status ScanJobsFromOldest(const std::string& project,
                                  const std::function<bool(const Job&)>& visit) const;
  // Jobs of each project, ended ones too.
  absl::StatusOr<std::map<std::string, std::int64_t>> CountJobs() const;
  // Of the newest job and execution; 0 if there is none.
  absl::StatusOr<std::int64_t> LastOrder() const;
  absl::StatusOr<std::int64_t> LastExecutionId() const;

  absl::StatusOr<std::optional<Execution>> FindExecution(std::int64_t execution_id) const;
  // Queued and running, in the order of the queue.
  absl::StatusOr<std::vector<Execution>> ListQueue() const;
  // Unfinished jobs that follow an execution, in order of creation.
  absl::StatusOr<std::vector<Job>> ListAttached(std::int64_t execution_id) const;
  // Jobs that follow an execution, ended ones too, in order of creation.
  absl::StatusOr<std::vector<Job>> ListFollowers(std::int64_t execution_id) const;
  // How many they are; counts to 2 at most.
  absl::StatusOr<int> CountFollowers(std::int64_t execution_id) const;
  absl::StatusOr<std::optional<std::int64_t>> FindCached(const std::string& project,
                                                         const std::string& cache_key) const;
  // The last finished execution that computed more than the matrix of this key.
  absl::StatusOr<std::optional<std::int64_t>> FindOfMatrix(const std::string& project,
                                                           const std::string& matrix_key) const;

  absl::StatusOr<std::optional<Recording>> FindRecording(const std::string& project,
                                                         const std::string& name) const;
  absl::StatusOr<std::optional<WordTable>> FindWordTable(const std::string& project,
                                                         const std::string& name) const;
  absl::StatusOr<std::optional<Model>> FindModel(const std::string& project,
                                                 const std::string& name) const;
  // The resource that a request of the project made, unless that was deleted.
  absl::StatusOr<std::optional<MadeResource>> FindResourceByRequest(
      const std::string& project, const std::string& request_id) const;
  // Of all projects, by project and name, after the one named by `after_project` and
  // `after_name` (empty: from the first), until `visit` returns false.
  absl::Status ScanRecordings(const std::string& after_project, const std::string& after_name,
                              const std::function<bool(const Recording&)>& visit) const;
  // Of one project, by name, after `after_name` (empty: from the first).
  absl::Status ScanWordTables(const std::string& project, const std::string& after_name,
                              const std::function<bool(const WordTable&)>& visit) const;
  absl::Status ScanModels(const std::string& project, const std::string& after_name,
                          const std::function<bool(const Model&)>& visit) const;
  absl::StatusOr<std::int64_t> CountResources(ResourceKind kind, const std::string& project) const;
  // Names of a project's recordings that have the tensor.
  absl::StatusOr<std::vector<std::string>> ListRecordingsWith(const std::string& project,
                                                              const std::string& digest) const;
  // Newest first, below `before_order`, until `visit` returns false.
  absl::Status ScanSubmissions(const std::string& project, const std::string& name,
                               std::int64_t before_order,
                               const std::function<bool(const Submission&)>& visit) const;
  // What was charged from `since` on, oldest first.
  absl::StatusOr<std::vector<Charge>> ListCharges(absl::Time since) const;
  // Empty if nothing was learned yet.
  absl::StatusOr<std::string> ReadWorkRates() const;
  absl::StatusOr<std::optional<Shares>> FindShares() const;
  // Whether access was ever given.
  absl::StatusOr<bool> WereTokensUsed() const;

  // Up to `limit` events after `after_sequence`, in order.
  absl::StatusOr<std::vector<Event>> ListEvents(std::int64_t order, std::int64_t after_sequence,
                                                std::size_t limit) const;

  absl::StatusOr<JobSpecification> ReadSpecification(std::int64_t execution_id) const;
  // Bytes of a brainalign.v1.ResultTile, checked against their checksum.
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
  // The record of a result (stored_result.h), and a piece of one of its arrays, checked against
  // their checksums.
  absl::StatusOr<std::string> ReadResult(std::int64_t execution_id) const;
  absl::StatusOr<std::string> ReadPiece(std::int64_t execution_id, PieceName name) const;
  // Pieces of a result that are stored.
  absl::StatusOr<std::vector<PieceName>> ListPieces(std::int64_t execution_id) const;
  // OK if the result and all its pieces match their checksums.
  absl::Status CheckResult(std::int64_t execution_id) const;
  // Those of a job that are not its execution's; nothing if they are.
  absl::StatusOr<std::optional<JobLayers>> FindLayers(std::int64_t order) const;

 private:
  // The jobs that keys with this prefix name.
  absl::StatusOr<std::vector<Job>> ListJobsNamed(const std::string& prefix) const;
  absl::Status ScanHoldings(
      const std::string& prefix,
      const std::function<void(absl::string_view key, const Holding&)>& visit) const;
  absl::StatusOr<std::string> ReadSealed(const std::string& key, const std::string& what) const;

  const std::unique_ptr<Database> database_;
  const CommitObserver on_commit_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_STORE_STORE_H_
