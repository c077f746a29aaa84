#ifndef BRAINALIGN_CLIENT_CLI_CALLER_TEXT_H_
#define BRAINALIGN_CLIENT_CLI_CALLER_TEXT_H_

#include <string>

#include "client/connection/server_info.h"

namespace brainalign {

// Such as "alice, submitter of project lab, until 2027-01-31 12:00:00"; empty if the server did not
// report the caller.
std::string CallerText(const CallerIdentity& caller);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_CALLER_TEXT_H_
