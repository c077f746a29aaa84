#ifndef BRAINALIGN_SERVER_CONFIG_PRINT_H_
#define BRAINALIGN_SERVER_CONFIG_PRINT_H_

#include <string>

namespace brainalign {

// A config file with every option, its default, and its help as a comment. Options without a
// default are commented out.
std::string PrintDefaultConfig();

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CONFIG_PRINT_H_
