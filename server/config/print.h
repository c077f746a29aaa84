#ifndef BRAINALIGN_SERVER_CONFIG_PRINT_H_
#define BRAINALIGN_SERVER_CONFIG_PRINT_H_

#include <string>

namespace brainalign {

// A config file of every option with its default, and what it is as a comment. What has no
// default is commented out.
std::string PrintDefaultConfig();

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CONFIG_PRINT_H_
