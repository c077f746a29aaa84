#include "server/store/changes.h"

#include <array>
#include <utility>

#include "server/rows/codec.h"
#include "server/rows/digest.h"
#include "server/store/keys.h"

namespace brainalign {
namespace {

// A job's places in the lists of those in a state: of its project's, and of all.
std::array<std::string, 2> StateKeys(const Job& job, JobState state) {
  return {StateKey(state, job.project, job.order), StateKey(state, "", job.order)};
}

void Put(Change& change, const JobChange& job) {
  change.Put(Family::kFacts, JobKey(job.job.job_id), Encode(job.job));
  if (job.before != job.job.state) {
    if (job.before) {
      for (const std::string& key : StateKeys(job.job, *job.before)) {
        change.Delete(Family::kFacts, key);
      }
    }
    for (const std::string& key : StateKeys(job.job, job.job.state)) {
      change.Put(Family::kFacts, key, job.job.job_id);
    }
  }
  for (const Event& event : job.events) {
    change.Put(Family::kEvents, EventKey(job.job.order, event.sequence), Encode(event));
  }
  const std::string attachment = AttachmentKey(job.job.execution_id, job.job.order);
  if (IsTerminal(job.job.state)) {
    change.Delete(Family::kFacts, attachment);
  } else {
    change.Put(Family::kFacts, attachment, job.job.job_id);
  }
}

// What a job needs once, when it is made.
void PutNew(Change& change, const JobChange& job) {
  Put(change, job);
  change.Put(Family::kFacts, OrderKey(job.job.order), job.job.job_id);
  if (job.layers) change.Put(Family::kBulk, LayersKey(job.job.order), Encode(*job.layers));
  if (job.submission) {
    const std::string& full_name = job.job.recording;
    const std::size_t slash = full_name.find('/');
    change.Put(
        Family::kFacts,
        SubmissionKey(full_name.substr(0, slash), full_name.substr(slash + 1), job.job.order),
        Encode(*job.submission));
  }
  change.Put(Family::kFacts, FollowerKey(job.job.execution_id, job.job.order), job.job.job_id);
  change.Put(Family::kFacts, ProjectOrderKey(job.job.project, job.job.order), job.job.job_id);
  change.Put(Family::kFacts, RequestKey(job.job.project, job.job.request_id), job.job.job_id);
}

void Put(Change& change, const Execution& execution) {
  change.Put(Family::kFacts, ExecutionKey(execution.execution_id), Encode(execution));
  const std::string queue = QueueKey(execution.execution_id);
  if (IsTerminal(execution.state)) {
    change.Delete(Family::kFacts, queue);
    for (const std::string& digest : execution.inputs) {
      change.Delete(Family::kFacts, NeedKey(digest, execution.execution_id));
    }
  } else {
    change.Put(Family::kFacts, queue, "");
  }
}

void Put(Change& change, std::int64_t execution_id, const TileScores& tile) {
  change.Put(Family::kBulk, TileKey(execution_id, tile.index), Seal(Encode(tile)));
}

std::string MatrixKey(const Execution& execution) {
  return CacheKey(execution.project, InPlaceOfCacheKey(execution.matrix_key));
}

}  // namespace

Change SaveUpload(const Upload& upload) {
  Change change;
  change.Put(Family::kFacts, UploadKey(upload.upload_id), Encode(upload));
  return change;
}

Change CompleteUpload(const Upload& upload, const Blob& blob) {
  Change change = SaveUpload(upload);
  change.Put(Family::kFacts, BlobKey(upload.tensor.digest), Encode(blob));
  change.Put(Family::kFacts, HoldingKey(upload.tensor.digest, upload.project),
             Encode(Holding{upload.size_bytes, blob.last_use_time}));
  return change;
}

Change DropUpload(const std::string& upload_id) {
  Change change;
  change.Delete(Family::kFacts, UploadKey(upload_id));
  return change;
}

Change SaveBlob(const std::string& digest, const Blob& blob) {
  Change change;
  change.Put(Family::kFacts, BlobKey(digest), Encode(blob));
  return change;
}

Change SaveUse(const std::string& digest, const Blob& blob, const std::string& project,
               const Holding& holding) {
  Change change = SaveBlob(digest, blob);
  change.Put(Family::kFacts, HoldingKey(digest, project), Encode(holding));
  return change;
}

Change DropHolding(const std::string& digest, const std::string& project) {
  Change change;
  change.Delete(Family::kFacts, HoldingKey(digest, project));
  return change;
}

Change SaveScrub(const ScrubState& scrub) {
  Change change;
  change.Put(Family::kFacts, ScrubKey(), Encode(scrub));
  return change;
}

Change DropBlob(const std::string& digest, const std::vector<std::string>& projects) {
  Change change;
  for (const std::string& project : projects) {
    change.Delete(Family::kFacts, HoldingKey(digest, project));
  }
  change.Delete(Family::kFacts, BlobKey(digest));
  return change;
}

Change QueueExecution(const Execution& execution, const JobSpecification& specification,
                      const JobChange& job, const std::vector<TileScores>& tiles) {
  Change change;
  Put(change, execution);
  for (const std::string& digest : execution.inputs) {
    change.Put(Family::kFacts, NeedKey(digest, execution.execution_id), "");
  }
  change.Put(Family::kBulk, SpecificationKey(execution.execution_id), Encode(specification));
  for (const TileScores& tile : tiles) Put(change, execution.execution_id, tile);
  PutNew(change, job);
  return change;
}

Change AddJob(const JobChange& job) {
  Change change;
  PutNew(change, job);
  return change;
}

Change SaveExecution(const Execution& execution, const std::vector<JobChange>& jobs) {
  Change change;
  Put(change, execution);
  for (const JobChange& job : jobs) Put(change, job);
  return change;
}

Change SaveTile(const Execution& execution, const TileScores& tile,
                const std::vector<JobChange>& jobs) {
  Change change = SaveExecution(execution, jobs);
  Put(change, execution.execution_id, tile);
  return change;
}

Change DropTiles(const Execution& execution, const std::vector<int>& tiles,
                 const std::vector<JobChange>& jobs) {
  Change change = SaveExecution(execution, jobs);
  for (const int tile : tiles) {
    change.Delete(Family::kBulk, TileKey(execution.execution_id, tile));
  }
  return change;
}

Change FinishExecution(const Execution& execution, const AlignmentResult& result,
                       const std::vector<JobChange>& jobs, const std::string& rates,
                       absl::Time now) {
  Change change = SaveExecution(execution, jobs);
  change.Put(Family::kBulk, ResultKey(execution.execution_id),
             Seal(EncodeResultRecord(result, execution.compute_seconds)));
  EncodePieces(result, [&](PieceName name, std::string bytes) {
    change.Put(Family::kBulk, PieceKey(execution.execution_id, name), Seal(std::move(bytes)));
  });
  change.Put(Family::kFacts, CacheKey(execution.project, execution.cache_key),
             EncodeNumber(execution.execution_id));
  if (!execution.matrix_key.empty()) {
    change.Put(Family::kFacts, MatrixKey(execution), EncodeNumber(execution.execution_id));
  }
  change.Put(Family::kFacts, WorkRatesKey(), rates);
  change.Put(Family::kFacts,
             ChargeKey(absl::ToUnixSeconds(now), execution.project, execution.execution_id),
             Encode(Charge{execution.project, now, execution.cpu_seconds}));
  return change;
}

Change SaveTokensUsed() {
  Change change;
  change.Put(Family::kFacts, TokensUsedKey(), "");
  return change;
}

void AddShares(const Shares& shares, Change& change) {
  change.Put(Family::kFacts, SharesKey(), Encode(shares));
}

Change CancelJob(const JobChange& job) {
  Change change;
  Put(change, job);
  return change;
}

Change DeleteJob(const Job& job) {
  Change change;
  change.Delete(Family::kFacts, JobKey(job.job_id));
  change.Delete(Family::kFacts, OrderKey(job.order));
  change.Delete(Family::kFacts, ProjectOrderKey(job.project, job.order));
  for (const std::string& key : StateKeys(job, job.state)) change.Delete(Family::kFacts, key);
  change.Delete(Family::kFacts, RequestKey(job.project, job.request_id));
  change.Delete(Family::kFacts, FollowerKey(job.execution_id, job.order));
  change.Delete(Family::kBulk, LayersKey(job.order));
  for (std::int64_t sequence = 1; sequence <= job.sequence; ++sequence) {
    change.Delete(Family::kEvents, EventKey(job.order, sequence));
  }
  return change;
}

Change DeleteLastJob(const Job& job, const Execution& execution, const std::vector<int>& tiles,
                     const std::vector<PieceName>& pieces, FoundBy found_by) {
  const std::int64_t id = execution.execution_id;
  Change change = DeleteJob(job);
  change.Delete(Family::kFacts, ExecutionKey(id));
  if (found_by.cache_key) {
    change.Delete(Family::kFacts, CacheKey(execution.project, execution.cache_key));
  }
  if (found_by.matrix_key) change.Delete(Family::kFacts, MatrixKey(execution));
  change.Delete(Family::kBulk, SpecificationKey(id));
  change.Delete(Family::kBulk, ResultKey(id));
  for (const PieceName name : pieces) change.Delete(Family::kBulk, PieceKey(id, name));
  for (const int tile : tiles) change.Delete(Family::kBulk, TileKey(id, tile));
  return change;
}

}  // namespace brainalign
