#include "server/store/store.h"

#include <chrono>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/rows/codec.h"
#include "server/rows/digest.h"
#include "server/rows/status_details.h"
#include "server/store/find_record.h"
#include "server/store/keys.h"

namespace brainalign {
namespace {

// What lies under a key of the bulk, if its value has a checksum; else empty.
std::string DescribeSealed(absl::string_view key) {
  if (absl::StartsWith(key, TilePrefix())) return absl::StrCat("tile ", TrailingNumber(key));
  if (absl::StartsWith(key, ResultPrefix())) return "result";
  if (!absl::StartsWith(key, PiecePrefix())) return "";
  const PieceName name = PieceNameOf(key);
  return absl::StrCat("piece ", name.piece, " of array ", name.array, " of the result");
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
  return FindRecord(*database_, BlobKey(digest), &DecodeBlob);
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
  return FindRecord(*database_, ScrubKey(), &DecodeScrub);
}

absl::StatusOr<std::optional<Shares>> Store::FindShares() const {
  return FindRecord(*database_, SharesKey(), &DecodeShares);
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
  return FindRecord(*database_, HoldingKey(digest, project), &DecodeHolding);
}

absl::Status Store::ScanHoldings(
    const std::string& prefix,
    const std::function<void(absl::string_view key, const Holding&)>& visit) const {
  absl::Status damage;
  absl::Status scanned = database_->Scan(Family::kFacts, prefix, prefix,
                                         [&](absl::string_view key, absl::string_view value) {
                                           const auto holding = DecodeHolding(std::string(value));
                                           if (!holding) {
                                             damage = DamagedRecordError(key);
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

absl::StatusOr<std::vector<Upload>> Store::ListUploads() const {
  std::vector<Upload> uploads;
  absl::Status damage;
  absl::Status scanned = database_->Scan(Family::kFacts, UploadPrefix(), UploadPrefix(),
                                         [&](absl::string_view key, absl::string_view value) {
                                           std::optional<Upload> upload =
                                               DecodeUpload(std::string(value));
                                           if (!upload) {
                                             damage = DamagedRecordError(key);
                                             return false;
                                           }
                                           uploads.push_back(*std::move(upload));
                                           return true;
                                         });
  if (!scanned.ok()) return scanned;
  if (!damage.ok()) return damage;
  return uploads;
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
          damage = DamagedRecordError(key);
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

absl::StatusOr<JobSpecification> Store::ReadSpecification(std::int64_t execution_id) const {
  const std::string key = SpecificationKey(execution_id);
  auto bytes = database_->Get(Family::kBulk, key);
  if (!bytes.ok()) return bytes.status();
  if (!bytes->has_value()) return DamagedRecordError(key);
  std::optional<JobSpecification> specification = DecodeSpecification(**bytes);
  if (!specification) return DamagedRecordError(key);
  return *std::move(specification);
}

absl::StatusOr<std::string> Store::ReadSealed(const std::string& key,
                                              const std::string& what) const {
  auto bytes = database_->Get(Family::kBulk, key);
  if (!bytes.ok()) return bytes.status();
  std::string payload;
  if (!bytes->has_value() || !Unseal(**bytes, payload)) {
    return WithReason(
        absl::DataLossError(absl::StrCat(
            what,
            bytes->has_value() ? " is damaged on the server's disk" : " is not there any more",
            "; submit the job again with skip_cache to compute it anew")),
        "RESULT_DAMAGED");
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

absl::StatusOr<std::string> Store::ReadPiece(std::int64_t execution_id, PieceName name) const {
  return ReadSealed(PieceKey(execution_id, name), "a part of the result");
}

absl::StatusOr<std::vector<PieceName>> Store::ListPieces(std::int64_t execution_id) const {
  std::vector<PieceName> pieces;
  const std::string prefix = PiecePrefix(execution_id);
  absl::Status scanned = database_->Scan(Family::kBulk, prefix, prefix,
                                         [&](absl::string_view key, absl::string_view /*value*/) {
                                           pieces.push_back(PieceNameOf(key));
                                           return true;
                                         });
  if (!scanned.ok()) return scanned;
  return pieces;
}

absl::Status Store::CheckResult(std::int64_t execution_id) const {
  const auto record = ReadResult(execution_id);
  if (!record.ok()) return record.status();
  const auto pieces = PiecesOf(*record);
  if (!pieces) return DamagedRecordError(ResultKey(execution_id));
  for (const PieceName name : *pieces) {
    if (const auto piece = ReadPiece(execution_id, name); !piece.ok()) return piece.status();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<JobLayers>> Store::FindLayers(std::int64_t order) const {
  const std::string key = LayersKey(order);
  const auto bytes = database_->Get(Family::kBulk, key);
  if (!bytes.ok()) return bytes.status();
  if (!bytes->has_value()) return std::optional<JobLayers>();
  std::optional<JobLayers> layers = DecodeJobLayers(**bytes);
  if (!layers) return DamagedRecordError(key);
  return layers;
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
    const std::string what = DescribeSealed(key);
    if (!what.empty() && !Unseal(std::string(value), payload)) {
      const absl::string_view execution = key.substr(1, 8);
      check.damaged.push_back(absl::StrCat(what, " of execution ", TrailingNumber(execution)));
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
