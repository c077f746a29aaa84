#ifndef BRAINALIGN_CLIENT_REPORT_WHOLE_FILE_H_
#define BRAINALIGN_CLIENT_REPORT_WHOLE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace brainalign {

// Whether WriteWholeFile could write at `path` now; leaves no trace. The error
// names the path and the reason.
absl::Status CheckWritable(const std::string& path);

// The same, and ALREADY_EXISTS if a file is there that is not empty and does not begin with
// `beginning`: somebody's data is not replaced by mistake.
absl::Status CheckReplaceable(const std::string& path, const std::string& beginning);

// Writes `text` to `path` as a whole or not at all, replacing what is there; what
// is no regular file (a pipe, /dev/stdout) is written to as it is.
absl::Status WriteWholeFile(const std::string& path, const std::string& text);

// The contents of a file. The error names the path and the reason.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_WHOLE_FILE_H_
