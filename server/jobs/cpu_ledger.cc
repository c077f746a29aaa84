#include "server/jobs/cpu_ledger.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

constexpr double kSecondsPerHour = 3600;

}  // namespace

void CpuLedger::Charge(const std::string& project, absl::Time end, double seconds) {
  MutexLock lock(mutex_);
  std::deque<Entry>& charges = accounts_[project].charges;
  while (!charges.empty() && charges.front().end + kWindow <= end) charges.pop_front();
  const auto after =
      std::upper_bound(charges.begin(), charges.end(), end,
                       [](absl::Time time, const Entry& entry) { return time < entry.end; });
  charges.insert(after, {end, seconds});
}

void CpuLedger::Reserve(const std::string& project, std::int64_t execution_id, double seconds) {
  MutexLock lock(mutex_);
  accounts_[project].reserved[execution_id] = seconds;
}

void CpuLedger::Release(const std::string& project, std::int64_t execution_id) {
  MutexLock lock(mutex_);
  accounts_[project].reserved.erase(execution_id);
}

double CpuLedger::UsedSeconds(const std::string& project, absl::Time now) const {
  MutexLock lock(mutex_);
  const auto found = accounts_.find(project);
  if (found == accounts_.end()) return 0;
  double used = 0;
  for (const Entry& entry : found->second.charges) {
    if (entry.end + kWindow > now) used += entry.seconds;
  }
  return used;
}

absl::Status CpuLedger::Check(const std::string& project, double seconds, double limit_hours,
                              absl::Time now) const {
  if (limit_hours == 0) return absl::OkStatus();
  const double used = UsedSeconds(project, now);
  MutexLock lock(mutex_);
  const auto found = accounts_.find(project);
  double reserved = 0;
  if (found != accounts_.end()) {
    for (const auto& [execution_id, each] : found->second.reserved) reserved += each;
  }
  const double limit = limit_hours * kSecondsPerHour;
  double over = used + reserved + seconds - limit;
  if (over <= 0) return absl::OkStatus();
  // Room comes when what was charged first is older than the window.
  absl::Time room = now + kWindow;
  if (found != accounts_.end()) {
    for (const Entry& entry : found->second.charges) {
      if (entry.end + kWindow <= now) continue;
      over -= entry.seconds;
      if (over > 0) continue;
      room = entry.end + kWindow;
      break;
    }
  }
  const bool never = seconds > limit;
  return WithRetryDelay(
      QuotaError("project " + project,
                 absl::StrFormat(
                     "project %s may use %g CPU-hours in 30 days: %.2f are used, %.2f are reserved "
                     "for unfinished jobs, and this job is estimated to take %.2f; %s",
                     project, limit_hours, used / kSecondsPerHour, reserved / kSecondsPerHour,
                     seconds / kSecondsPerHour,
                     never ? "it never fits: ask the administrator of the server for more"
                           : "there is room from " +
                                 absl::FormatTime("%Y-%m-%d %H:%M UTC", room, absl::UTCTimeZone()) +
                                 " on, or when unfinished jobs take less"),
                 "QUOTA_CPU_HOURS",
                 {{"project", project},
                  {"limit_hours", absl::StrFormat("%g", limit_hours)},
                  {"usage_hours", absl::StrFormat("%.2f", used / kSecondsPerHour)},
                  {"reserved_hours", absl::StrFormat("%.2f", reserved / kSecondsPerHour)},
                  {"requested_hours", absl::StrFormat("%.2f", seconds / kSecondsPerHour)}}),
      room - now);
}

}  // namespace brainalign
