#ifndef BRAINALIGN_SERVER_JOBS_STORED_SHARES_H_
#define BRAINALIGN_SERVER_JOBS_STORED_SHARES_H_

#include "absl/status/status.h"
#include "core/mutex.h"
#include "server/runtime/clock.h"
#include "server/schedule/schedule.h"
#include "server/store/store.h"

namespace brainalign {

// What each has had of the threads' time, in the store: it outlives a restart. It goes along with
// changes that become durable anyway: a crash costs a second of it, and what units under way had.
// Its lock comes before that of Schedule, and is not held during disk I/O. Thread-safe.
class StoredShares {
 public:
  // Both must outlive it.
  StoredShares(SteadyClock clock, Store* store, Schedule* schedule);

  // From the store to the schedule.
  absl::Status Restore();
  // Puts them into a change if they have changed: once a second, or `at_once`.
  void Carry(bool at_once, Change& change);
  // If nothing carried them since they changed.
  void Save();

 private:
  const SteadyClock clock_;
  Store* const store_;
  Schedule* const schedule_;

  Mutex mutex_;
  double next_seconds_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_STORED_SHARES_H_
