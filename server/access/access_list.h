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

// When a call must say who makes it.
enum class TokenRule {
  kNever,
  kAlways,
  kOnceGiven,  // from the first entry of the access file on, for good
};

// UNAUTHENTICATED: the call shows neither a token nor a certificate.
absl::Status TokenMissingError();

// Who may come in, as the access file of a data folder says, read again whenever that
// changes. Thread-safe.
class AccessList {
 public:
  // That there ever was an entry, revoked ones included, is kept in `store`, which must outlive
  // the list: a server whose access file was lost lets nobody in, instead of everybody.
  // FAILED_PRECONDITION if there is a file that cannot be read.
  static absl::StatusOr<std::unique_ptr<AccessList>> Open(const std::string& data_folder,
                                                          TokenRule rule, Clock clock,
                                                          Store* store);

  // Whether a call that is made now must say who makes it. To be asked at each of them.
  bool WantsTokens();
  // UNAUTHENTICATED, with a reason, for a token that is unknown, expired or revoked. One
  // that was added just now is known.
  absl::StatusOr<Caller> FindByToken(const std::string& token);
  // The same by the names in a client's verified certificate: nothing if none is listed.
  absl::StatusOr<std::optional<Caller>> FindByCertificate(const std::vector<std::string>& names);
  // Whether who came in by this entry (empty: without one) still may: OK, or why not. For
  // streams.
  absl::Status CheckEntry(const std::string& entry_id);
  // What was set for a project; the server's defaults hold for the rest.
  ProjectSettings SettingsOf(const std::string& project) const;

  // To be called every second or so. A file that turned out unreadable changes nothing
  // (and is logged): half a list would be worse than the last whole one. One that is gone
  // lets nobody in.
  void RereadIfChanged();
  // To be called every second or so: writes down who was let in when, at most once a minute. A disk
  // that takes no writes now is tried again.
  void KeepUse();
  // The same now, whether the file seems changed or not; says what is wrong with it.
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

  std::atomic<bool> ever_given_{false};  // somebody was ever let in
  std::atomic<bool> kept_{false};        // and the store knows it
  mutable Mutex mutex_;
  AccessContents contents_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::size_t> by_id_ ABSL_GUARDED_BY(mutex_);  // in contents_.entries
  std::string seen_ ABSL_GUARDED_BY(mutex_);  // what the file looked like from outside
  TokenUse use_ ABSL_GUARDED_BY(mutex_);
  TokenUse written_use_;  // of the thread that calls KeepUse
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ACCESS_ACCESS_LIST_H_
