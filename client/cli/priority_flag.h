#ifndef BRAINALIGN_CLIENT_CLI_PRIORITY_FLAG_H_
#define BRAINALIGN_CLIENT_CLI_PRIORITY_FLAG_H_

#include "client/jobs/job.h"

namespace CLI {
class App;
}

namespace brainalign {

// --priority of a job for a server.
void AddPriorityFlag(CLI::App& app, JobPriority& priority);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_PRIORITY_FLAG_H_
