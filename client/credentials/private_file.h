#ifndef BRAINALIGN_CLIENT_CREDENTIALS_PRIVATE_FILE_H_
#define BRAINALIGN_CLIENT_CREDENTIALS_PRIVATE_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace brainalign {

// The content of a file with credentials, at most its first `most_bytes`. NOT_FOUND if it does not
// exist; FAILED_PRECONDITION, with the remedy, if it cannot be read, or if users other than the
// owner can read or change it. This check does not apply to pipes and terminals.
absl::StatusOr<std::string> ReadPrivateFile(const std::string& path, std::size_t most_bytes);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CREDENTIALS_PRIVATE_FILE_H_
