#ifndef BRAINALIGN_SERVER_ACCESS_ACCESS_LIST_H_
#define BRAINALIGN_SERVER_ACCESS_ACCESS_LIST_H_

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/mutex.h"
#include "server/access/access_file.h"
#include "server/access/permissions.h"
#include "server/access/token_use.h"
#include "server/runtime/clock.h"
#include "server/store/store.h"

namespace brainalign {

// When calls need a token or a certificate.
enum class TokenRule {
  kNever,
  kAlways,
  kOnceGiven,  // from the first entry of the access file on, for good
};

// UNAUTHENTICATED: the call shows neither a token nor a certificate.
absl::Status TokenMissingError();

// The access entries of the access file, which is read again whenever it changes. Thread-safe.
class AccessList {
 public:
  // `store`, which must outlive the list, records that there ever was an entry, including revoked
  // ones. Therefore a server whose access file was lost rejects everyone instead of accepting
  // everyone. FAILED_PRECONDITION if the file exists and cannot be read.
  static absl::StatusOr<std::unique_ptr<AccessList>> Open(const std::string& data_folder,
                                                          TokenRule rule, Clock clock,
                                                          Store* store);

  // Whether a call needs a token or a certificate now. Call it for each call.
  bool WantsTokens();
  // UNAUTHENTICATED, with a reason, for a token that is unknown, expired or revoked. One
  // that was added just now is known.
  absl::StatusOr<Caller> FindByToken(const std::string& token);
  // The same by the names in a client's verified certificate: nothing if none is listed.
  absl::StatusOr<std::optional<Caller>> FindByCertificate(const std::vector<std::string>& names);
  // OK if this entry (empty: none) is still valid, else the reason. For streams.
  absl::Status CheckEntry(const std::string& entry_id);
  // The limits that were set for a project; the server's defaults for the others.
  ProjectSettings SettingsOf(const std::string& project) const;

  // Call it about every second. If the file is unreadable, the earlier list stays valid, and the
  // log reports the error. If the file is missing, nobody has access.
  void RereadIfChanged();
  // Call it about every second. Stores the last uses of entries, at most once a minute. If the disk
  // rejects the write, it is retried later.
  void KeepUse();
  // Reads the file now, even if it seems unchanged. Returns what is wrong with it.
  absl::Status Reread();

 private:
  AccessList(std::string data_folder, TokenRule rule, Clock clock, Store* store);
  // Keeps in the store that there was an entry, if that is not there yet.
  void KeepThatGiven();
  absl::StatusOr<Caller> FindByDigest(const std::string& token_sha256);
  absl::Status CheckTime(const AccessEntry& entry) const;
  // The caller that an entry lets in now, or why it does not.
  absl::StatusOr<Caller> LetIn(const AccessEntry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static Caller MakeCaller(const AccessEntry& entry);

  // Fixed after construction.
  const std::string data_folder_;
  const TokenRule rule_;
  const Clock clock_;
  Store* const store_;

  std::atomic<bool> ever_given_{false};  // access was ever given
  std::atomic<bool> kept_{false};        // and the store knows it
  mutable Mutex mutex_;
  AccessContents contents_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::size_t> by_id_ ABSL_GUARDED_BY(mutex_);  // in contents_.entries
  std::string seen_ ABSL_GUARDED_BY(mutex_);  // size, time and inode of the file
  TokenUse use_ ABSL_GUARDED_BY(mutex_);
  TokenUse written_use_;  // of the thread that calls KeepUse
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ACCESS_ACCESS_LIST_H_
