#ifndef BRAINALIGN_SERVER_CALLS_RELOADER_H_
#define BRAINALIGN_SERVER_CALLS_RELOADER_H_

#include "absl/status/statusor.h"
#include "core/mutex.h"
#include "server/access/access_list.h"
#include "server/config/reload.h"

namespace brainalign {

// Reads options and access again, for a call or a signal. Thread-safe.
class Reloader {
 public:
  // `access` must outlive it.
  Reloader(AccessList* access, Reload reload);

  // INVALID_ARGUMENT, and nothing changes, for options with which the server would not start.
  absl::StatusOr<Reload::Outcome> Run();
  // The same, and logs the outcome.
  void RunAndLog();

 private:
  AccessList* const access_;
  Mutex mutex_;
  Reload reload_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CALLS_RELOADER_H_
