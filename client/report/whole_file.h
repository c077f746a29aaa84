#ifndef BRAINALIGN_CLIENT_REPORT_WHOLE_FILE_H_
#define BRAINALIGN_CLIENT_REPORT_WHOLE_FILE_H_

#include <string>

#include "absl/status/status.h"

namespace brainalign {

// Whether WriteWholeFile could write at `path` now; leaves no trace. The error
// names the path and the reason.
absl::Status CheckWritable(const std::string& path);

// Writes `text` to `path` as a whole or not at all, replacing what is there; what
// is no regular file (a pipe, /dev/stdout) is written to as it is.
absl::Status WriteWholeFile(const std::string& path, const std::string& text);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_WHOLE_FILE_H_
