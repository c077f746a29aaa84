#ifndef BRAINALIGN_SERVER_SCHEDULE_OWNER_H_
#define BRAINALIGN_SERVER_SCHEDULE_OWNER_H_

#include <string>

namespace brainalign {

// How soon among the jobs beside it. What it does is said in fair_share.h.
enum class JobPriority {
  kLow = 1,
  kNormal = 2,
  kHigh = 3,
};

// On whose account an execution runs.
struct Owner {
  std::string project;
  std::string person;
  JobPriority priority = JobPriority::kNormal;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_SCHEDULE_OWNER_H_
