#ifndef BRAINALIGN_SERVER_ACCESS_COMMAND_H_
#define BRAINALIGN_SERVER_ACCESS_COMMAND_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/config/access_tasks.h"

namespace brainalign {

// Changes or shows access and project limits. A server that runs on the data folder applies changes
// within seconds. Returns the text to print, such as the new token, which cannot be shown again.
// NOT_FOUND for an unknown id.
absl::StatusOr<std::string> RunAccessCommand(const AccessCommand& command, absl::Time now);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ACCESS_COMMAND_H_
