#ifndef BRAINALIGN_SERVER_ACCESS_PROJECT_LIMITS_H_
#define BRAINALIGN_SERVER_ACCESS_PROJECT_LIMITS_H_

#include <cstdint>
#include <functional>
#include <string>

#include "core/mutex.h"
#include "server/access/access_file.h"

namespace brainalign {

// Share and quotas of one project. 0: no limit.
struct ProjectLimits {
  double share = 1;  // of the machine, relative to the shares of other projects
  std::int64_t stored_bytes = 0;
  int queued_jobs = 0;   // waiting or running
  int running_jobs = 0;  // more of them wait
  int uploads = 0;
  double cpu_hours = 0;  // in 30 days
};

// The default limits of projects, which can change while the server runs. Thread-safe.
class DefaultLimits {
 public:
  void Set(const ProjectLimits& limits);
  ProjectLimits Get() const;

 private:
  mutable Mutex mutex_;
  ProjectLimits limits_ ABSL_GUARDED_BY(mutex_);
};

// The limits that were set for a project, and `defaults` for the others.
ProjectLimits Resolve(const ProjectSettings& settings, const ProjectLimits& defaults);

// Asked whenever it matters: limits change while the server runs.
using LimitsOf = std::function<ProjectLimits(const std::string& project)>;

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ACCESS_PROJECT_LIMITS_H_
