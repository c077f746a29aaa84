#ifndef BRAINALIGN_CLIENT_EXPERIMENT_UNFETCHED_FILE_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_UNFETCHED_FILE_H_

#include <string>

#include "absl/status/status.h"

namespace brainalign {

// FAILED_PRECONDITION if `path` is a link to nothing, or a small text that Git LFS or git-annex
// keeps in the place of a file that was not fetched: says how to fetch it. OK for everything else,
// a path where there is nothing included.
absl::Status CheckFetched(const std::string& path);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_UNFETCHED_FILE_H_
