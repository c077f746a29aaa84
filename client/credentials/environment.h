#ifndef BRAINALIGN_CLIENT_CREDENTIALS_ENVIRONMENT_H_
#define BRAINALIGN_CLIENT_CREDENTIALS_ENVIRONMENT_H_

#include <functional>
#include <string>

namespace brainalign {

// The value of a variable; empty if it is not set. Tests bring their own.
using Environment = std::function<std::string(const std::string& name)>;

// That of this process.
Environment ProcessEnvironment();

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CREDENTIALS_ENVIRONMENT_H_
