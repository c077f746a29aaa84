#ifndef BRAINALIGN_SERVER_ACCESS_COMMAND_H_
#define BRAINALIGN_SERVER_ACCESS_COMMAND_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/config/access_tasks.h"

namespace brainalign {

// Changes or shows who may come in and what projects may use; a server that runs on the
// data folder goes by it within seconds. Returns what to print: the new token of an add,
// which nothing can tell again. NOT_FOUND for an id that is none.
absl::StatusOr<std::string> RunAccessCommand(const AccessCommand& command, absl::Time now);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ACCESS_COMMAND_H_
