#ifndef BRAINALIGN_SERVER_ACCESS_COMMAND_H_
#define BRAINALIGN_SERVER_ACCESS_COMMAND_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/config/access_tasks.h"

namespace brainalign {

// Changes or shows access and project limits, and prints the outcome by `print`. A server that runs
// on the data folder applies changes within seconds. A new token cannot be shown again, so it is
// printed before it is valid: if `print` fails, nothing is changed. NOT_FOUND for an unknown id, or
// the error of `print`.
absl::Status RunAccessCommand(const AccessCommand& command, absl::Time now,
                              const std::function<absl::Status(const std::string& text)>& print);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ACCESS_COMMAND_H_
