#ifndef BRAINALIGN_SERVER_BLOBS_UPLOAD_SESSIONS_H_
#define BRAINALIGN_SERVER_BLOBS_UPLOAD_SESSIONS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "server/blobs/upload_session.h"

namespace brainalign {

// The uploads in memory, indexed for the queries of calls, so that no call scans all uploads. They
// include complete uploads until these expire. Not thread-safe.
class Uploads::Sessions {
 public:
  using Handle = std::shared_ptr<Session>;
  // When an upload expires. It changes only with the upload.
  using ExpireTime = std::function<absl::Time(const Upload&)>;
  explicit Sessions(ExpireTime expire_time) : expire_time_(std::move(expire_time)) {}

  void Add(Handle session);
  // Nothing if it is not there.
  void Remove(const Session& session);
  // The one way to change the upload of a session that was added.
  void Update(Session& session, Upload upload);

  // Null if there is none.
  Handle Find(const std::string& upload_id) const;
  // The project's upload of these bytes that is complete, or the one that is not.
  Handle FindFor(const Upload& wanted, bool complete) const;
  // Those that expire until then, soonest first.
  std::vector<Handle> ListExpiring(absl::Time until) const;

  // Those that are not complete, by id.
  const std::map<std::string, Handle>& open() const { return open_; }
  // The bytes that they still wait for.
  std::int64_t promised_bytes() const { return promised_bytes_; }
  SessionSum OfProject(const std::string& project) const;
  SessionSum OfPerson(const std::string& person) const;

 private:
  // Project, digest, size, and whether it is complete.
  using Bytes = std::tuple<std::string, std::string, std::int64_t, bool>;
  static Bytes BytesOf(const Upload& upload, bool complete);
  // Adds or subtracts the contribution of an upload to the sums.
  void Count(const Handle& session, int by);

  const ExpireTime expire_time_;
  std::map<std::string, Handle> by_id_;
  std::map<std::string, Handle> open_;
  std::multimap<Bytes, Handle> by_bytes_;
  std::map<std::pair<absl::Time, std::string>, Handle> by_expire_time_;
  std::map<std::string, SessionSum> by_project_;
  std::map<std::string, SessionSum> by_person_;
  std::int64_t promised_bytes_ = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_BLOBS_UPLOAD_SESSIONS_H_
