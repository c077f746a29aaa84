#include "server/access/project_limits.h"

namespace brainalign {

void DefaultLimits::Set(const ProjectLimits& limits) {
  MutexLock lock(mutex_);
  limits_ = limits;
}

ProjectLimits DefaultLimits::Get() const {
  MutexLock lock(mutex_);
  return limits_;
}

ProjectLimits Resolve(const ProjectSettings& settings, const ProjectLimits& defaults) {
  ProjectLimits limits;
  limits.share = settings.share.value_or(defaults.share);
  limits.stored_bytes = settings.stored_bytes.value_or(defaults.stored_bytes);
  limits.queued_jobs = settings.queued_jobs.value_or(defaults.queued_jobs);
  limits.running_jobs = settings.running_jobs.value_or(defaults.running_jobs);
  limits.uploads = settings.uploads.value_or(defaults.uploads);
  limits.cpu_hours = settings.cpu_hours.value_or(defaults.cpu_hours);
  return limits;
}

}  // namespace brainalign
