#include "server/store/upgrade.h"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/record/codec.h"
#include "server/store/changes.h"
#include "server/store/keys.h"

namespace brainalign {
namespace {

absl::Status Unreadable(const std::string& key) {
  return absl::DataLossError(absl::StrCat("the database's record ", key, " is damaged"));
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

absl::StatusOr<Pairs> ReadAll(const Database& database, const std::string& prefix) {
  Pairs pairs;
  absl::Status scanned = database.Scan(Family::kFacts, prefix, prefix,
                                       [&](absl::string_view key, absl::string_view value) {
                                         pairs.emplace_back(key, value);
                                         return true;
                                       });
  if (!scanned.ok()) return scanned;
  return pairs;
}

absl::Status AddFollowers(const Database& database, Change& change) {
  auto jobs = ReadAll(database, JobPrefix());
  if (!jobs.ok()) return jobs.status();
  for (const auto& [key, value] : *jobs) {
    const std::optional<Job> job = DecodeJob(value);
    if (!job) return Unreadable(key);
    change.Put(Family::kFacts, FollowerKey(job->execution_id, job->order), job->job_id);
  }
  return absl::OkStatus();
}

absl::Status AddNeeds(const Database& database, Change& change) {
  auto queue = ReadAll(database, QueuePrefix());
  if (!queue.ok()) return queue.status();
  for (const auto& [key, value] : *queue) {
    const std::int64_t id = TrailingNumber(key);
    auto record = database.Get(Family::kFacts, ExecutionKey(id));
    if (!record.ok()) return record.status();
    auto bytes = database.Get(Family::kBulk, SpecificationKey(id));
    if (!bytes.ok()) return bytes.status();
    std::optional<Execution> execution;
    std::optional<JobSpecification> specification;
    if (record->has_value()) execution = DecodeExecution(**record);
    if (bytes->has_value()) specification = DecodeSpecification(**bytes);
    if (!execution || !specification) return Unreadable(ExecutionKey(id));
    execution->inputs = InputDigests(*specification);
    change.Put(Family::kFacts, ExecutionKey(id), Encode(*execution));
    for (const std::string& digest : execution->inputs) {
      change.Put(Family::kFacts, NeedKey(digest, id), "");
    }
  }
  return absl::OkStatus();
}

absl::Status AddUses(const Database& database, absl::Time now, Change& change) {
  auto blobs = ReadAll(database, BlobPrefix());
  if (!blobs.ok()) return blobs.status();
  for (const auto& [key, value] : *blobs) {
    std::optional<Blob> blob = DecodeBlob(value);
    if (!blob) return Unreadable(key);
    blob->last_use_time = now;
    change.Put(Family::kFacts, key, Encode(*blob));
  }
  return absl::OkStatus();
}

// All that there was belongs to the project that everyone has.
absl::Status AddProjects(const Database& database, absl::Time now, Change& change) {
  auto jobs = ReadAll(database, JobPrefix());
  if (!jobs.ok()) return jobs.status();
  for (const auto& [key, value] : *jobs) {
    const std::optional<Job> job = DecodeJob(value);
    if (!job) return Unreadable(key);
    change.Put(Family::kFacts, ProjectOrderKey(job->project, job->order), job->job_id);
    change.Delete(Family::kFacts, absl::StrCat("r", job->request_id));
    change.Put(Family::kFacts, RequestKey(job->project, job->request_id), job->job_id);
  }
  auto cached = ReadAll(database, "c");
  if (!cached.ok()) return cached.status();
  for (const auto& [key, value] : *cached) {
    change.Delete(Family::kFacts, key);
    change.Put(Family::kFacts, CacheKey(kDefaultProject, key.substr(1)), value);
  }
  auto blobs = ReadAll(database, BlobPrefix());
  if (!blobs.ok()) return blobs.status();
  for (const auto& [key, value] : *blobs) {
    const std::optional<Blob> blob = DecodeBlob(value);
    if (!blob) return Unreadable(key);
    change.Put(Family::kFacts, HoldingKey(key.substr(BlobPrefix().size()), kDefaultProject),
               Encode(Holding{blob->size_bytes, std::max(blob->last_use_time, now)}));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status UpgradeLayout(Database& database, const std::string& path, absl::Time now) {
  const auto stored = database.Get(Family::kFacts, VersionKey());
  if (!stored.ok()) return stored.status();
  const std::string text = stored->value_or(absl::StrCat(kLayoutVersion));
  int version = 0;
  if (!absl::SimpleAtoi(absl::string_view(text), &version) || version < 1 ||
      version > kLayoutVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("the data folder's database ", path, " has layout version ", text,
                     "; this program knows versions 1 to ", kLayoutVersion,
                     ": use the version of brainalignd that wrote it, or a newer one"));
  }
  if (stored->has_value() && version == kLayoutVersion) return absl::OkStatus();
  Change change;
  if (version < kLayoutVersion) {
    spdlog::info("brings the data folder from layout version {} to {}", version, kLayoutVersion);
  }
  if (version < 2) {
    if (absl::Status status = AddFollowers(database, change); !status.ok()) return status;
    if (absl::Status status = AddNeeds(database, change); !status.ok()) return status;
    if (absl::Status status = AddUses(database, now, change); !status.ok()) return status;
  }
  if (version < 3) {
    if (absl::Status status = AddProjects(database, now, change); !status.ok()) return status;
  }
  change.Put(Family::kFacts, VersionKey(), absl::StrCat(kLayoutVersion));
  return database.Commit(change);
}

}  // namespace brainalign
