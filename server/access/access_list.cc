#include "server/access/access_list.h"

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/rows/digest.h"
#include "server/rows/status_details.h"
#include "server/store/changes.h"

namespace brainalign {
namespace {

// Changes whenever the file is put in place anew.
std::string LookFromOutside(const std::string& path) {
  struct stat seen {};
  if (::stat(path.c_str(), &seen) != 0) return "none";
  return absl::StrCat(seen.st_ino, " ", seen.st_size, " ", seen.st_mtim.tv_sec, " ",
                      seen.st_mtim.tv_nsec);
}

absl::Status Refuse(const std::string& why, const std::string& reason) {
  return WithReason(absl::UnauthenticatedError(why), reason);
}

}  // namespace

absl::Status TokenMissingError() {
  return Refuse(
      "this server needs a token: get one from its administrator (brainalignd token add) and log "
      "in (brainalign login)",
      "TOKEN_MISSING");
}

AccessList::AccessList(std::string data_folder, TokenRule rule, Clock clock, Store* store)
    : data_folder_(std::move(data_folder)),
      rule_(rule),
      clock_(std::move(clock)),
      store_(store),
      use_(ReadTokenUse(data_folder_)),
      written_use_(use_) {}

absl::StatusOr<std::unique_ptr<AccessList>> AccessList::Open(const std::string& data_folder,
                                                             TokenRule rule, Clock clock,
                                                             Store* store) {
  std::unique_ptr<AccessList> list(new AccessList(data_folder, rule, std::move(clock), store));
  auto given = store->WereTokensUsed();
  if (!given.ok()) return given.status();
  list->ever_given_ = *given;
  list->kept_ = *given;
  if (absl::Status status = list->Reread(); !status.ok()) return status;
  MutexLock lock(list->mutex_);
  if (*given && list->contents_.entries.empty() && rule != TokenRule::kNever) {
    spdlog::warn(
        "{} lists no access, but access to this data folder was given before: calls are rejected. "
        "Restore the file from a backup, or add a token (brainalignd token add); --access open "
        "accepts everyone",
        AccessFilePath(data_folder));
  }
  return list;
}

void AccessList::KeepThatGiven() {
  if (!ever_given_ || kept_) return;
  // A store that takes no changes now is asked again in a second.
  kept_ = store_->Commit(SaveTokensUsed()).ok();
}

bool AccessList::WantsTokens() {
  if (rule_ != TokenRule::kOnceGiven) return rule_ == TokenRule::kAlways;
  // The first token counts at once, not when the file is looked at next.
  if (!ever_given_) RereadIfChanged();
  return ever_given_;
}

absl::Status AccessList::Reread() {
  // Looked at before it is read: a change in between is found the next time.
  const std::string seen = LookFromOutside(AccessFilePath(data_folder_));
  auto contents = ReadAccessFile(data_folder_);
  {
    MutexLock lock(mutex_);
    seen_ = seen;
    if (!contents.ok()) return contents.status();
    contents_ = *std::move(contents);
    by_id_.clear();
    for (std::size_t i = 0; i < contents_.entries.size(); ++i) {
      by_id_[contents_.entries[i].id] = i;
    }
    if (!contents_.entries.empty()) ever_given_ = true;
  }
  KeepThatGiven();
  return absl::OkStatus();
}

void AccessList::RereadIfChanged() {
  KeepThatGiven();
  const std::string seen = LookFromOutside(AccessFilePath(data_folder_));
  {
    MutexLock lock(mutex_);
    if (seen == seen_) return;
  }
  if (absl::Status status = Reread(); !status.ok()) {
    spdlog::error("{}; the content that was read before stays valid",
                  std::string(status.message()));
    return;
  }
  spdlog::info("the access file was read again");
}

void AccessList::KeepUse() {
  TokenUse use;
  {
    MutexLock lock(mutex_);
    if (use_ == written_use_) return;
    use = use_;
  }
  if (WriteTokenUse(data_folder_, use).ok()) written_use_ = std::move(use);
}

absl::Status AccessList::CheckTime(const AccessEntry& entry) const {
  const absl::Time now = clock_();
  if (entry.revoke_time <= now) {
    return Refuse(
        absl::StrCat("access ", entry.id, " was revoked; ask the administrator of the server"),
        "ACCESS_REVOKED");
  }
  if (entry.expire_time <= now) {
    return Refuse(
        absl::StrCat("access ", entry.id, " expired at ",
                     absl::FormatTime(absl::RFC3339_sec, entry.expire_time, absl::UTCTimeZone()),
                     "; ask the administrator of the server for a new one"),
        "ACCESS_EXPIRED");
  }
  return absl::OkStatus();
}

Caller AccessList::MakeCaller(const AccessEntry& entry) {
  Caller caller;
  caller.entry_id = entry.id;
  caller.person = entry.person;
  caller.project = entry.project;
  caller.role = entry.role;
  caller.all_projects = entry.all_projects;
  caller.expire_time = entry.expire_time;
  return caller;
}

absl::StatusOr<Caller> AccessList::LetIn(const AccessEntry& entry) {
  if (absl::Status status = CheckTime(entry); !status.ok()) return status;
  // Whole minutes: calls of the same minute change nothing.
  use_[entry.id] = absl::FromUnixSeconds(absl::ToUnixSeconds(clock_()) / 60 * 60);
  return MakeCaller(entry);
}

absl::StatusOr<Caller> AccessList::FindByToken(const std::string& token) {
  // Looked up by its digest, so the duration reveals nothing about a token.
  const std::string digest = HexSha256Of(token);
  auto caller = FindByDigest(digest);
  if (caller.ok()) return caller;
  RereadIfChanged();
  return FindByDigest(digest);
}

absl::StatusOr<Caller> AccessList::FindByDigest(const std::string& digest) {
  MutexLock lock(mutex_);
  const auto found =
      std::find_if(contents_.entries.begin(), contents_.entries.end(),
                   [&](const AccessEntry& entry) { return entry.token_sha256 == digest; });
  if (found == contents_.entries.end()) {
    return Refuse("the token is unknown to this server; log in again (brainalign login)",
                  "TOKEN_UNKNOWN");
  }
  return LetIn(*found);
}

absl::StatusOr<std::optional<Caller>> AccessList::FindByCertificate(
    const std::vector<std::string>& names) {
  MutexLock lock(mutex_);
  const auto found = std::find_if(
      contents_.entries.begin(), contents_.entries.end(), [&](const AccessEntry& entry) {
        return !entry.certificate_name.empty() && !(entry.revoke_time <= clock_()) &&
               std::find(names.begin(), names.end(), entry.certificate_name) != names.end();
      });
  if (found == contents_.entries.end()) return std::optional<Caller>();
  auto caller = LetIn(*found);
  if (!caller.ok()) return caller.status();
  return std::optional<Caller>(*std::move(caller));
}

absl::Status AccessList::CheckEntry(const std::string& entry_id) {
  if (entry_id.empty()) return WantsTokens() ? TokenMissingError() : absl::OkStatus();
  MutexLock lock(mutex_);
  const auto found = by_id_.find(entry_id);
  if (found == by_id_.end()) {
    return Refuse(absl::StrCat("access ", entry_id, " was removed"), "ACCESS_REVOKED");
  }
  return CheckTime(contents_.entries[found->second]);
}

ProjectSettings AccessList::SettingsOf(const std::string& project) const {
  MutexLock lock(mutex_);
  const auto found = contents_.projects.find(project);
  return found == contents_.projects.end() ? ProjectSettings() : found->second;
}

}  // namespace brainalign
