#ifndef BRAINALIGN_SERVER_SCHEDULE_OWNER_H_
#define BRAINALIGN_SERVER_SCHEDULE_OWNER_H_

#include <string>

#include "server/rows/job.h"

namespace brainalign {

// The owner of an execution: project, person and priority.
struct Owner {
  std::string project;
  std::string person;
  JobPriority priority = JobPriority::kNormal;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_SCHEDULE_OWNER_H_
