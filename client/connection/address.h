#ifndef BRAINALIGN_CLIENT_CONNECTION_ADDRESS_H_
#define BRAINALIGN_CLIENT_CONNECTION_ADDRESS_H_

#include <string>

#include "absl/status/status.h"

namespace brainalign {

// INVALID_ARGUMENT unless it reads HOST:PORT.
absl::Status CheckAddress(const std::string& address);

// Whether HOST:PORT is on this machine, judged by the text alone: localhost, a loopback address, or
// a socket (unix:PATH). A name that only begins with 127. is not.
bool IsLoopback(const std::string& address);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CONNECTION_ADDRESS_H_
