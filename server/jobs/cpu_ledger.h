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

// What each project's jobs have cost in the last 30 days, in seconds of threads. A job is
// charged when it succeeds: one that failed or was cancelled gives back what it took, and
// until then what it is estimated to take is set aside for it. Thread-safe.
class CpuLedger {
 public:
  static constexpr absl::Duration kWindow = absl::Hours(30 * 24);

  // A job that succeeded at `end`.
  void Charge(const std::string& project, absl::Time end, double seconds);
  // For an execution that was taken in; given back by Release, with or without a charge.
  void Reserve(const std::string& project, std::int64_t execution_id, double seconds);
  void Release(const std::string& project, std::int64_t execution_id);

  // OK if `seconds` more fit below `limit_hours` (0: always do); RESOURCE_EXHAUSTED, with
  // what is used, what is set aside and when there will be room, if not.
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
