#ifndef BRAINALIGN_CLIENT_CLI_OUTPUT_FILE_H_
#define BRAINALIGN_CLIENT_CLI_OUTPUT_FILE_H_

#include <string>

#include "absl/status/status.h"

namespace brainalign {

// CheckReplaceable for a file that a command is to write. The error also says what is there
// already, if brainalign wrote it.
absl::Status CheckOutputFile(const std::string& path, const std::string& beginning);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_OUTPUT_FILE_H_
