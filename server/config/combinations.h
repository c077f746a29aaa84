#ifndef BRAINALIGN_SERVER_CONFIG_COMBINATIONS_H_
#define BRAINALIGN_SERVER_CONFIG_COMBINATIONS_H_

#include <string>
#include <vector>

#include "server/config/options.h"

namespace brainalign {

// One sentence for each contradictory set of options that are valid alone.
std::vector<std::string> FindImpossibleCombinations(const ServerOptions& options);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CONFIG_COMBINATIONS_H_
