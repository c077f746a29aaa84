#include "absl/strings/str_cat.h"
#include "server/jobs/job_book.h"
#include "server/record/status_details.h"

// What a project may still submit.

namespace brainalign {

ProjectLimits JobBook::LimitsFor(const std::string& project) const {
  return settings_.limits_of ? settings_.limits_of(project) : ProjectLimits();
}

double JobBook::CpuSeconds(const Execution& execution) const {
  return execution.estimated_seconds * settings_.threads;
}

absl::Status JobBook::CheckQuota(const std::string& project, double cpu_seconds) const {
  const ProjectLimits limits = LimitsFor(project);
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
                   "QUOTA_QUEUED_JOBS"),
        absl::Seconds(10));
  }
  return ledger_.Check(project, cpu_seconds, limits.cpu_hours, clock_());
}

absl::Status JobBook::CheckSubmissions(const JobRequest& request) const {
  if (!request.recording || request.recording->project == request.project) return absl::OkStatus();
  auto left = settings_.submissions_left(*request.recording, request.project);
  if (!left.ok()) return left.status();
  if (*left > 0) return absl::OkStatus();
  return QuotaError(
      "recording " + request.recording->FullName(),
      absl::StrCat("project ", request.project, " has made the ",
                   request.recording->max_submissions, " submissions against the recording ",
                   request.recording->FullName(),
                   " that each project may make; ask the lab that sealed it for more"),
      "QUOTA_SUBMISSIONS");
}

}  // namespace brainalign
