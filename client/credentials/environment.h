#ifndef BRAINALIGN_CLIENT_CREDENTIALS_ENVIRONMENT_H_
#define BRAINALIGN_CLIENT_CREDENTIALS_ENVIRONMENT_H_

#include <functional>
#include <string>

namespace brainalign {

// Returns the value of a variable; empty if it is not set. Tests pass their own function.
using Environment = std::function<std::string(const std::string& name)>;

// The environment of this process.
Environment ProcessEnvironment();

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CREDENTIALS_ENVIRONMENT_H_
