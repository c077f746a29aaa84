#ifndef BRAINALIGN_CLIENT_CONNECTION_ADDRESS_H_
#define BRAINALIGN_CLIENT_CONNECTION_ADDRESS_H_

#include <string>

#include "absl/status/status.h"

namespace brainalign {

// INVALID_ARGUMENT unless it reads HOST:PORT.
absl::Status CheckAddress(const std::string& address);

// Whether what is sent to HOST:PORT stays on this machine, as the text alone tells:
// localhost, a number of loopback, or a socket of this machine (unix:PATH). A name that merely
// begins with 127. is none.
bool IsLoopback(const std::string& address);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CONNECTION_ADDRESS_H_
