#ifndef BRAINALIGN_CLIENT_EXPERIMENT_UNFETCHED_FILE_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_UNFETCHED_FILE_H_

#include <string>

#include "absl/status/status.h"

namespace brainalign {

// FAILED_PRECONDITION, with how to fetch the data, if `path` is a broken link, or a pointer of Git
// LFS or git-annex to a file that was not fetched. OK otherwise, also if `path` does not exist.
absl::Status CheckFetched(const std::string& path);

// The same of a file of the experiment that is not read now. Also INVALID_ARGUMENT if it is a
// folder or has no bytes, and FAILED_PRECONDITION if it cannot be opened.
absl::Status CheckUnread(const std::string& path);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_UNFETCHED_FILE_H_
