#include "server/jobs/admission.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

constexpr absl::Duration kRetryDelay = absl::Seconds(10);

}  // namespace

Admission::Admission(const JobSettings& settings, int threads, Clock clock)
    : limits_of_(settings.limits_of),
      max_jobs_of_project_(settings.limits.max_jobs_of_project),
      max_queued_executions_(settings.limits.max_queued_executions),
      threads_(threads),
      clock_(std::move(clock)) {}

absl::Status Admission::CheckQuota(const std::string& project, double cpu_seconds) const {
  const ProjectLimits limits = limits_of_ ? limits_of_(project) : ProjectLimits();
  int unfinished = 0;
  {
    MutexLock lock(mutex_);
    const auto found = unfinished_.find(project);
    if (found != unfinished_.end()) unfinished = found->second;
  }
  if (limits.queued_jobs > 0 && unfinished >= limits.queued_jobs) {
    return WithRetryDelay(
        QuotaError("project " + project,
                   absl::StrCat("project ", project, " has ", unfinished,
                                " jobs waiting or running, its limit of ", limits.queued_jobs,
                                "; try again when one has ended"),
                   "QUOTA_QUEUED_JOBS",
                   {{"project", project},
                    {"limit", absl::StrCat(limits.queued_jobs)},
                    {"usage", absl::StrCat(unfinished)}}),
        kRetryDelay);
  }
  return ledger_.Check(project, cpu_seconds, limits.cpu_hours, clock_());
}

absl::Status Admission::CheckRecords(const std::string& project) const {
  const std::int64_t limit = max_jobs_of_project_;
  MutexLock lock(mutex_);
  const auto found = stored_.find(project);
  if (found == stored_.end() || found->second < limit + limit / 10) return absl::OkStatus();
  return WithRetryDelay(
      QuotaError("project " + project,
                 absl::StrCat("project ", project, " has ", found->second, " jobs, and ", limit,
                              " are kept per project; the server is removing the oldest ended "
                              "ones: try again in a moment, or delete some"),
                 "QUOTA_JOBS",
                 {{"project", project},
                  {"limit", absl::StrCat(limit)},
                  {"usage", absl::StrCat(found->second)}}),
      kRetryDelay);
}

absl::Status Admission::CheckQueue(std::size_t length) const {
  if (length < static_cast<std::size_t>(max_queued_executions_)) return absl::OkStatus();
  return WithRetryDelay(
      QuotaError(
          "queue",
          absl::StrCat("the queue is full with ", length, " jobs; try again when some have ended"),
          "QUEUE_FULL",
          {{"limit", absl::StrCat(max_queued_executions_)}, {"usage", absl::StrCat(length)}}),
      kRetryDelay);
}

void Admission::CountUnfinished(const std::string& project, int by) {
  MutexLock lock(mutex_);
  unfinished_[project] += by;
}

void Admission::CountStored(const std::string& project, std::int64_t by) {
  MutexLock lock(mutex_);
  stored_[project] += by;
}

double Admission::CpuSeconds(const Execution& execution) const {
  return execution.estimated_seconds * threads_;
}

void Admission::Reserve(const Execution& execution) {
  ledger_.Reserve(execution.project, execution.execution_id, CpuSeconds(execution));
}

void Admission::Release(const Execution& execution) {
  ledger_.Release(execution.project, execution.execution_id);
}

void Admission::AddCharge(const Charge& charge) {
  ledger_.Charge(charge.project, charge.end_time, charge.cpu_seconds);
}

}  // namespace brainalign
