#ifndef BRAINALIGN_SERVER_JOBS_CPU_LEDGER_H_
#define BRAINALIGN_SERVER_JOBS_CPU_LEDGER_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/mutex.h"

namespace brainalign {

// The CPU time of each project's jobs in the last 30 days, in thread seconds. A job is charged when
// it succeeds. Until then its estimated time is reserved, and a job that fails or is cancelled
// releases it. Thread-safe.
class CpuLedger {
 public:
  static constexpr absl::Duration kWindow = absl::Hours(30 * 24);

  // A job that succeeded at `end`.
  void Charge(const std::string& project, absl::Time end, double seconds);
  // Reserves time for an accepted execution. Release ends the reservation, with or without a
  // charge.
  void Reserve(const std::string& project, std::int64_t execution_id, double seconds);
  void Release(const std::string& project, std::int64_t execution_id);

  // OK if `seconds` more are within `limit_hours` (0: no limit). Otherwise RESOURCE_EXHAUSTED, with
  // the used and reserved time and the delay until there is room.
  absl::Status Check(const std::string& project, double seconds, double limit_hours,
                     absl::Time now) const;
  // Charged in the window before `now`.
  double UsedSeconds(const std::string& project, absl::Time now) const;

 private:
  struct Entry {
    absl::Time end;
    double seconds;
  };
  struct Account {
    std::deque<Entry> charges;                // oldest first
    std::map<std::int64_t, double> reserved;  // by execution
  };

  mutable Mutex mutex_;
  std::map<std::string, Account> accounts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_CPU_LEDGER_H_
