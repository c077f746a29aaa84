#ifndef BRAINALIGN_CLIENT_CREDENTIALS_PRIVATE_FILE_H_
#define BRAINALIGN_CLIENT_CREDENTIALS_PRIVATE_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace brainalign {

// What a file holds that lets its reader into a server: all of it, or its first `most_bytes`.
// NOT_FOUND if it is not there; FAILED_PRECONDITION, with what to do, if it cannot be read, or
// others than its owner can read or change it. Pipes and terminals have no such others.
absl::StatusOr<std::string> ReadPrivateFile(const std::string& path, std::size_t most_bytes);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CREDENTIALS_PRIVATE_FILE_H_
