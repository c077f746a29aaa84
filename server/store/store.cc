#include "server/store/store.h"

#include <chrono>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/record/codec.h"
#include "server/record/digest.h"
#include "server/store/keys.h"

namespace brainalign {
namespace {

absl::Status Damaged(absl::string_view key) {
  return absl::DataLossError(
      absl::StrCat("the database's record ", absl::CHexEscape(key), " is damaged"));
}

// Reads one record and decodes it.
template <typename Record>
absl::StatusOr<std::optional<Record>> Find(const Database& database, const std::string& key,
                                           std::optional<Record> (*decode)(const std::string&)) {
  auto bytes = database.Get(Family::kFacts, key);
  if (!bytes.ok()) return bytes.status();
  if (!bytes->has_value()) return std::optional<Record>();
  std::optional<Record> record = decode(**bytes);
  if (!record) return Damaged(key);
  return record;
}

}  // namespace

Store::Store(std::unique_ptr<Database> database, CommitObserver on_commit)
    : database_(std::move(database)), on_commit_(std::move(on_commit)) {}

absl::Status Store::Commit(const Change& change) {
  const auto begin = std::chrono::steady_clock::now();
  absl::Status status = database_->Commit(change);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (status.ok() && on_commit_) on_commit_(took.count());
  return status;
}

absl::StatusOr<std::optional<Blob>> Store::FindBlob(const std::string& digest) const {
  return Find(*database_, BlobKey(digest), &DecodeBlob);
}

absl::StatusOr<std::optional<std::string>> Store::NextBlob(const std::string& after) const {
  std::optional<std::string> next;
  const std::string prefix = BlobPrefix();
  absl::Status scanned = database_->Scan(Family::kFacts, prefix, BlobKey(after + '\0'),
                                         [&](absl::string_view key, absl::string_view /*value*/) {
                                           next.emplace(key.substr(prefix.size()));
                                           return false;
                                         });
  if (!scanned.ok()) return scanned;
  return next;
}

absl::StatusOr<std::optional<ScrubState>> Store::FindScrub() const {
  return Find(*database_, ScrubKey(), &DecodeScrub);
}

absl::StatusOr<std::optional<Shares>> Store::FindShares() const {
  return Find(*database_, SharesKey(), &DecodeShares);
}

absl::StatusOr<std::vector<std::string>> Store::ListBlobs() const {
  std::vector<std::string> digests;
  const std::string prefix = BlobPrefix();
  absl::Status scanned = database_->Scan(Family::kFacts, prefix, prefix,
                                         [&](absl::string_view key, absl::string_view /*value*/) {
                                           digests.emplace_back(key.substr(prefix.size()));
                                           return true;
                                         });
  if (!scanned.ok()) return scanned;
  return digests;
}

absl::StatusOr<std::optional<Holding>> Store::FindHolding(const std::string& digest,
                                                          const std::string& project) const {
  return Find(*database_, HoldingKey(digest, project), &DecodeHolding);
}

absl::Status Store::ScanHoldings(
    const std::string& prefix,
    const std::function<void(absl::string_view key, const Holding&)>& visit) const {
  absl::Status damage;
  absl::Status scanned = database_->Scan(Family::kFacts, prefix, prefix,
                                         [&](absl::string_view key, absl::string_view value) {
                                           const auto holding = DecodeHolding(std::string(value));
                                           if (!holding) {
                                             damage = Damaged(key);
                                             return false;
                                           }
                                           visit(key, *holding);
                                           return true;
                                         });
  return scanned.ok() ? damage : scanned;
}

absl::StatusOr<std::vector<Store::HeldBy>> Store::ListHoldings(const std::string& digest) const {
  std::vector<HeldBy> held;
  const std::string prefix = HoldingPrefix(digest);
  absl::Status scanned = ScanHoldings(prefix, [&](absl::string_view key, const Holding& holding) {
    held.push_back({std::string(key.substr(prefix.size())), holding});
  });
  if (!scanned.ok()) return scanned;
  return held;
}

absl::StatusOr<std::map<std::string, std::int64_t>> Store::SumHoldings() const {
  std::map<std::string, std::int64_t> bytes;
  const std::size_t before_project = HoldingPrefix().size() + kDigestDigits;
  absl::Status scanned =
      ScanHoldings(HoldingPrefix(), [&](absl::string_view key, const Holding& holding) {
        bytes[std::string(key.substr(before_project))] += holding.size_bytes;
      });
  if (!scanned.ok()) return scanned;
  return bytes;
}

absl::StatusOr<bool> Store::IsNeeded(const std::string& digest) const {
  bool needed = false;
  absl::Status scanned =
      database_->Scan(Family::kFacts, NeedPrefix(digest), NeedPrefix(digest),
                      [&](absl::string_view /*key*/, absl::string_view /*value*/) {
                        needed = true;
                        return false;
                      });
  if (!scanned.ok()) return scanned;
  return needed;
}

absl::StatusOr<int> Store::CountFollowers(std::int64_t execution_id) const {
  int count = 0;
  const std::string prefix = FollowerPrefix(execution_id);
  absl::Status scanned = database_->Scan(
      Family::kFacts, prefix, prefix,
      [&](absl::string_view /*key*/, absl::string_view /*value*/) { return ++count < 2; });
  if (!scanned.ok()) return scanned;
  return count;
}

absl::StatusOr<std::vector<Upload>> Store::ListUploads() const {
  std::vector<Upload> uploads;
  absl::Status damage;
  absl::Status scanned = database_->Scan(Family::kFacts, UploadPrefix(), UploadPrefix(),
                                         [&](absl::string_view key, absl::string_view value) {
                                           std::optional<Upload> upload =
                                               DecodeUpload(std::string(value));
                                           if (!upload) {
                                             damage = Damaged(key);
                                             return false;
                                           }
                                           uploads.push_back(*std::move(upload));
                                           return true;
                                         });
  if (!scanned.ok()) return scanned;
  if (!damage.ok()) return damage;
  return uploads;
}

absl::StatusOr<std::optional<Job>> Store::FindJob(const std::string& job_id) const {
  return Find(*database_, JobKey(job_id), &DecodeJob);
}

absl::StatusOr<std::optional<Job>> Store::FindJobByRequest(const std::string& project,
                                                           const std::string& request_id) const {
  auto job_id = database_->Get(Family::kFacts, RequestKey(project, request_id));
  if (!job_id.ok()) return job_id.status();
  if (!job_id->has_value()) return std::optional<Job>();
  return FindJob(**job_id);
}

absl::Status Store::ScanJobs(const std::string& project, std::int64_t before_order,
                             const std::function<bool(const Job&)>& visit) const {
  // By the page: who scans must not ask for anything else meanwhile.
  constexpr std::size_t kPage = 128;
  const std::string prefix = project.empty() ? OrderPrefix() : ProjectOrderPrefix(project);
  std::vector<std::string> ids;
  do {
    ids.clear();
    absl::Status scanned =
        database_->ScanBackwards(Family::kFacts, prefix, prefix + EncodeNumber(before_order),
                                 [&](absl::string_view key, absl::string_view job_id) {
                                   ids.emplace_back(job_id);
                                   before_order = TrailingNumber(key);
                                   return ids.size() < kPage;
                                 });
    if (!scanned.ok()) return scanned;
    for (const std::string& id : ids) {
      const auto job = FindJob(id);
      if (!job.ok()) return job.status();
      if (job->has_value() && !visit(**job)) return absl::OkStatus();
    }
  } while (ids.size() == kPage);
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> Store::LastOrder() const {
  std::int64_t last = 0;
  const absl::Status scanned =
      database_->ScanBackwards(Family::kFacts, OrderPrefix(), OrderKey(INT64_MAX),
                               [&](absl::string_view key, absl::string_view /*value*/) {
                                 last = TrailingNumber(key);
                                 return false;
                               });
  if (!scanned.ok()) return scanned;
  return last;
}

absl::StatusOr<std::int64_t> Store::LastExecutionId() const {
  std::int64_t last = 0;
  const absl::Status scanned =
      database_->ScanBackwards(Family::kFacts, ExecutionPrefix(), ExecutionKey(INT64_MAX),
                               [&](absl::string_view key, absl::string_view /*value*/) {
                                 last = TrailingNumber(key);
                                 return false;
                               });
  if (!scanned.ok()) return scanned;
  return last;
}

absl::StatusOr<std::optional<Execution>> Store::FindExecution(std::int64_t execution_id) const {
  return Find(*database_, ExecutionKey(execution_id), &DecodeExecution);
}

absl::StatusOr<std::vector<Execution>> Store::ListQueue() const {
  std::vector<std::int64_t> ids;
  absl::Status scanned = database_->Scan(Family::kFacts, QueuePrefix(), QueuePrefix(),
                                         [&](absl::string_view key, absl::string_view /*value*/) {
                                           ids.push_back(TrailingNumber(key));
                                           return true;
                                         });
  if (!scanned.ok()) return scanned;
  std::vector<Execution> executions;
  for (const std::int64_t id : ids) {
    auto execution = FindExecution(id);
    if (!execution.ok()) return execution.status();
    if (!execution->has_value()) return Damaged(ExecutionKey(id));
    executions.push_back(**std::move(execution));
  }
  return executions;
}

absl::StatusOr<std::vector<Job>> Store::ListAttached(std::int64_t execution_id) const {
  std::vector<std::string> ids;
  const std::string prefix = AttachmentPrefix(execution_id);
  absl::Status scanned = database_->Scan(Family::kFacts, prefix, prefix,
                                         [&](absl::string_view /*key*/, absl::string_view job_id) {
                                           ids.emplace_back(job_id);
                                           return true;
                                         });
  if (!scanned.ok()) return scanned;
  std::vector<Job> jobs;
  for (const std::string& id : ids) {
    auto job = FindJob(id);
    if (!job.ok()) return job.status();
    if (!job->has_value()) return Damaged(JobKey(id));
    jobs.push_back(**std::move(job));
  }
  return jobs;
}

absl::StatusOr<std::optional<std::int64_t>> Store::FindCached(const std::string& project,
                                                              const std::string& cache_key) const {
  auto bytes = database_->Get(Family::kFacts, CacheKey(project, cache_key));
  if (!bytes.ok()) return bytes.status();
  if (!bytes->has_value()) return std::optional<std::int64_t>();
  return std::optional<std::int64_t>(TrailingNumber(**bytes));
}

absl::StatusOr<std::vector<Charge>> Store::ListCharges(absl::Time since) const {
  std::vector<Charge> charges;
  absl::Status damage;
  const std::size_t before_end = ChargePrefix().size();
  const std::size_t before_project = before_end + EncodeNumber(0).size();
  absl::Status scanned = database_->Scan(
      Family::kFacts, ChargePrefix(), ChargeKeyFrom(absl::ToUnixSeconds(since)),
      [&](absl::string_view key, absl::string_view value) {
        std::optional<Charge> charge = DecodeCharge(std::string(value));
        const std::size_t zero = key.find('\0', before_project);
        if (!charge || zero == absl::string_view::npos) {
          damage = Damaged(key);
          return false;
        }
        charge->end_time = absl::FromUnixSeconds(TrailingNumber(key.substr(0, before_project)));
        charge->project = std::string(key.substr(before_project, zero - before_project));
        charges.push_back(*std::move(charge));
        return true;
      });
  if (!scanned.ok()) return scanned;
  if (!damage.ok()) return damage;
  return charges;
}

absl::StatusOr<std::vector<Event>> Store::ListEvents(std::int64_t order,
                                                     std::int64_t after_sequence,
                                                     std::size_t limit) const {
  std::vector<Event> events;
  absl::Status damage;
  absl::Status scanned =
      database_->Scan(Family::kEvents, EventPrefix(order), EventKey(order, after_sequence + 1),
                      [&](absl::string_view key, absl::string_view value) {
                        std::optional<Event> event = DecodeEvent(std::string(value));
                        if (!event) {
                          damage = Damaged(key);
                          return false;
                        }
                        event->sequence = TrailingNumber(key);
                        events.push_back(*std::move(event));
                        return events.size() < limit;
                      });
  if (!scanned.ok()) return scanned;
  if (!damage.ok()) return damage;
  return events;
}

absl::StatusOr<JobSpecification> Store::ReadSpecification(std::int64_t execution_id) const {
  const std::string key = SpecificationKey(execution_id);
  auto bytes = database_->Get(Family::kBulk, key);
  if (!bytes.ok()) return bytes.status();
  if (!bytes->has_value()) return Damaged(key);
  std::optional<JobSpecification> specification = DecodeSpecification(**bytes);
  if (!specification) return Damaged(key);
  return *std::move(specification);
}

absl::StatusOr<std::string> Store::ReadSealed(const std::string& key,
                                              const std::string& what) const {
  auto bytes = database_->Get(Family::kBulk, key);
  if (!bytes.ok()) return bytes.status();
  std::string payload;
  if (!bytes->has_value() || !Unseal(**bytes, payload)) {
    return absl::DataLossError(absl::StrCat(
        what, (*bytes).has_value() ? " is damaged on the server's disk" : " is not there any more",
        "; submit the job again with skip_cache to compute it anew"));
  }
  return payload;
}

absl::StatusOr<std::string> Store::ReadTile(std::int64_t execution_id, int tile) const {
  return ReadSealed(TileKey(execution_id, tile), absl::StrCat("tile ", tile, " of the matrix"));
}

absl::StatusOr<std::vector<int>> Store::ListTiles(std::int64_t execution_id) const {
  std::vector<int> tiles;
  const std::string prefix = TilePrefix(execution_id);
  absl::Status scanned = database_->Scan(Family::kBulk, prefix, prefix,
                                         [&](absl::string_view key, absl::string_view /*value*/) {
                                           tiles.push_back(static_cast<int>(TrailingNumber(key)));
                                           return true;
                                         });
  if (!scanned.ok()) return scanned;
  return tiles;
}

absl::StatusOr<std::string> Store::ReadResult(std::int64_t execution_id) const {
  return ReadSealed(ResultKey(execution_id), "the result");
}

absl::StatusOr<Store::RowCheck> Store::CheckRows(const std::string& after_key,
                                                 std::int64_t limit_bytes) const {
  RowCheck check;
  check.last_key = after_key;
  std::string payload;
  const auto visit = [&](absl::string_view key, absl::string_view value) {
    if (check.bytes >= limit_bytes) {
      check.is_end = false;
      return false;
    }
    check.last_key = std::string(key);
    check.bytes += static_cast<std::int64_t>(value.size());
    const bool is_tile = absl::StartsWith(key, TilePrefix());
    if ((is_tile || absl::StartsWith(key, ResultPrefix())) &&
        !Unseal(std::string(value), payload)) {
      const absl::string_view execution = key.substr(1, 8);
      check.damaged.push_back(
          absl::StrCat(is_tile ? absl::StrCat("tile ", TrailingNumber(key)) : "result",
                       " of execution ", TrailingNumber(execution)));
    }
    return true;
  };
  absl::Status scanned = database_->Scan(Family::kBulk, "", after_key + '\0', visit);
  if (!scanned.ok()) return scanned;
  return check;
}

absl::StatusOr<std::string> Store::ReadWorkRates() const {
  auto rates = database_->Get(Family::kFacts, WorkRatesKey());
  if (!rates.ok()) return rates.status();
  return rates->value_or("");
}

}  // namespace brainalign
