#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/record/codec.h"
#include "server/store/keys.h"
#include "server/store/store.h"

namespace brainalign {
namespace {

absl::Status Damaged(absl::string_view key) {
  return absl::DataLossError(
      absl::StrCat("the database's record ", absl::CHexEscape(key), " is damaged"));
}

}  // namespace

absl::StatusOr<std::optional<SealedRecording>> Store::FindRecording(const std::string& project,
                                                                    const std::string& name) const {
  const std::string key = RecordingKey(project, name);
  auto bytes = database_->Get(Family::kFacts, key);
  if (!bytes.ok()) return bytes.status();
  if (!bytes->has_value()) return std::optional<SealedRecording>();
  auto recording = DecodeRecording(**bytes);
  if (!recording) return Damaged(key);
  return recording;
}

absl::StatusOr<std::vector<SealedRecording>> Store::ListRecordings(
    const std::string& project) const {
  std::vector<SealedRecording> recordings;
  absl::Status damage;
  const std::string prefix = RecordingPrefix(project);
  absl::Status scanned = database_->Scan(Family::kFacts, prefix, prefix,
                                         [&](absl::string_view key, absl::string_view value) {
                                           auto recording = DecodeRecording(std::string(value));
                                           if (!recording) {
                                             damage = Damaged(key);
                                             return false;
                                           }
                                           recordings.push_back(*std::move(recording));
                                           return true;
                                         });
  if (!scanned.ok()) return scanned;
  if (!damage.ok()) return damage;
  return recordings;
}

absl::Status Store::ScanSubmissions(const std::string& project, const std::string& name,
                                    std::int64_t before_order,
                                    const std::function<bool(const Submission&)>& visit) const {
  // Read whole first: who visits may ask for more.
  std::vector<Submission> submissions;
  absl::Status damage;
  const std::string prefix = SubmissionPrefix(project, name);
  absl::Status scanned =
      database_->ScanBackwards(Family::kFacts, prefix, prefix + EncodeNumber(before_order),
                               [&](absl::string_view key, absl::string_view value) {
                                 auto submission = DecodeSubmission(std::string(value));
                                 if (!submission) {
                                   damage = Damaged(key);
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
