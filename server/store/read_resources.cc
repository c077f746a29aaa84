#include <utility>

#include "server/rows/codec.h"
#include "server/store/find_record.h"
#include "server/store/keys.h"
#include "server/store/store.h"

namespace brainalign {
namespace {

// Records of one kind under `prefix`, from the one after `after_key` on (empty: from the first),
// until `visit` returns false.
template <typename Record>
absl::Status Scan(const Database& database, const std::string& prefix, const std::string& after_key,
                  std::optional<Record> (*decode)(const std::string&),
                  const std::function<bool(const Record&)>& visit) {
  absl::Status damage;
  // The next key after a key is the key and a zero.
  const std::string first = after_key.empty() ? prefix : after_key + '\0';
  absl::Status scanned = database.Scan(
      Family::kFacts, prefix, first, [&](absl::string_view key, absl::string_view value) {
        const std::optional<Record> record = decode(std::string(value));
        if (!record) {
          damage = DamagedRecordError(key);
          return false;
        }
        return visit(*record);
      });
  return scanned.ok() ? damage : scanned;
}

std::string KeyAfter(ResourceKind kind, const std::string& project, const std::string& name) {
  return name.empty() ? "" : ResourceKey(kind, project, name);
}

}  // namespace

absl::StatusOr<std::optional<Recording>> Store::FindRecording(const std::string& project,
                                                              const std::string& name) const {
  return FindRecord(*database_, ResourceKey(ResourceKind::kRecording, project, name),
                    &DecodeRecording);
}

absl::StatusOr<std::optional<WordTable>> Store::FindWordTable(const std::string& project,
                                                              const std::string& name) const {
  return FindRecord(*database_, ResourceKey(ResourceKind::kWordTable, project, name),
                    &DecodeWordTable);
}

absl::StatusOr<std::optional<Model>> Store::FindModel(const std::string& project,
                                                      const std::string& name) const {
  return FindRecord(*database_, ResourceKey(ResourceKind::kModel, project, name), &DecodeModel);
}

absl::StatusOr<std::optional<MadeResource>> Store::FindResourceByRequest(
    const std::string& project, const std::string& request_id) const {
  return FindRecord(*database_, ResourceRequestKey(project, request_id), &DecodeMadeResource);
}

absl::Status Store::ScanRecordings(const std::string& after_project, const std::string& after_name,
                                   const std::function<bool(const Recording&)>& visit) const {
  return Scan(*database_, ResourcePrefix(ResourceKind::kRecording, ""),
              KeyAfter(ResourceKind::kRecording, after_project, after_name), &DecodeRecording,
              visit);
}

absl::Status Store::ScanWordTables(const std::string& project, const std::string& after_name,
                                   const std::function<bool(const WordTable&)>& visit) const {
  return Scan(*database_, ResourcePrefix(ResourceKind::kWordTable, project),
              KeyAfter(ResourceKind::kWordTable, project, after_name), &DecodeWordTable, visit);
}

absl::Status Store::ScanModels(const std::string& project, const std::string& after_name,
                               const std::function<bool(const Model&)>& visit) const {
  return Scan(*database_, ResourcePrefix(ResourceKind::kModel, project),
              KeyAfter(ResourceKind::kModel, project, after_name), &DecodeModel, visit);
}

absl::StatusOr<std::int64_t> Store::CountResources(ResourceKind kind,
                                                   const std::string& project) const {
  std::int64_t count = 0;
  const std::string prefix = ResourcePrefix(kind, project);
  absl::Status scanned =
      database_->Scan(Family::kFacts, prefix, prefix, [&](absl::string_view, absl::string_view) {
        ++count;
        return true;
      });
  if (!scanned.ok()) return scanned;
  return count;
}

absl::StatusOr<std::vector<std::string>> Store::ListRecordingsWith(
    const std::string& project, const std::string& digest) const {
  std::vector<std::string> names;
  const std::string prefix = ResourceNeedPrefix(digest, ResourceKind::kRecording, project);
  absl::Status scanned = database_->Scan(Family::kFacts, prefix, prefix,
                                         [&](absl::string_view key, absl::string_view) {
                                           names.emplace_back(key.substr(prefix.size()));
                                           return true;
                                         });
  if (!scanned.ok()) return scanned;
  return names;
}

absl::Status Store::ScanSubmissions(const std::string& project, const std::string& name,
                                    std::int64_t before_order,
                                    const std::function<bool(const Submission&)>& visit) const {
  // Reads all of them first, because `visit` may read more.
  std::vector<Submission> submissions;
  absl::Status damage;
  const std::string prefix = SubmissionPrefix(project, name);
  absl::Status scanned =
      database_->ScanBackwards(Family::kFacts, prefix, prefix + EncodeNumber(before_order),
                               [&](absl::string_view key, absl::string_view value) {
                                 auto submission = DecodeSubmission(std::string(value));
                                 if (!submission) {
                                   damage = DamagedRecordError(key);
                                   return false;
                                 }
                                 submission->order = TrailingNumber(key);
                                 submissions.push_back(*std::move(submission));
                                 return true;
                               });
  if (!scanned.ok()) return scanned;
  if (!damage.ok()) return damage;
  for (const Submission& submission : submissions) {
    if (!visit(submission)) break;
  }
  return absl::OkStatus();
}

}  // namespace brainalign
