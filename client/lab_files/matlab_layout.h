#ifndef BRAINALIGN_CLIENT_LAB_FILES_MATLAB_LAYOUT_H_
#define BRAINALIGN_CLIENT_LAB_FILES_MATLAB_LAYOUT_H_

#include <string>

#include "absl/status/status.h"

namespace brainalign {

// Checks that the variables of a MATLAB file of version 4, or 5 to 7, lie in it as a whole, and
// that those of version 5 to 7 have the bytes that their axes need: matio reads what is missing as
// nothing. INVALID_ARGUMENT, naming the path and the byte, if the file is
// truncated or damaged.
absl::Status CheckMatlabLayout(const std::string& path, bool is_version_4);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_LAB_FILES_MATLAB_LAYOUT_H_
