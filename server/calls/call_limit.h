#ifndef BRAINALIGN_SERVER_CALLS_CALL_LIMIT_H_
#define BRAINALIGN_SERVER_CALLS_CALL_LIMIT_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "core/mutex.h"
#include "server/access/permissions.h"
#include "server/access/use_shares.h"

namespace brainalign {

// A limit on calls of one kind that are open at a time: on all of them, on those of one project,
// and on those of one person. Thread-safe.
class CallLimit {
 public:
  CallLimit(std::string what, int most, UseShares shares);

  // A place among the open calls, given back with the object.
  class Place {
   public:
    Place(CallLimit& limit, const Caller& caller);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    // RESOURCE_EXHAUSTED if there was none left for the caller.
    const absl::Status& status() const { return status_; }

   private:
    CallLimit& limit_;
    const std::string person_;
    const std::string project_;
    const absl::Status status_;
  };

 private:
  absl::Status Take(const std::string& person, const std::string& project);
  void GiveBack(const std::string& person, const std::string& project);
  absl::Status Refuse(const std::string& whose, int open, int most) const;

  const std::string what_;
  const int most_;
  const int most_of_person_;
  const int most_of_project_;
  Mutex mutex_;
  int open_ ABSL_GUARDED_BY(mutex_) = 0;
  // Only for identified people.
  std::map<std::string, int> of_person_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int> of_project_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CALLS_CALL_LIMIT_H_
