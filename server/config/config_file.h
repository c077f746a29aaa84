#ifndef BRAINALIGN_SERVER_CONFIG_CONFIG_FILE_H_
#define BRAINALIGN_SERVER_CONFIG_CONFIG_FILE_H_

#include <string>
#include <vector>

#include "server/config/options.h"

namespace brainalign {

// Takes the options that a TOML file sets over into `options`. What is wrong with the file
// and its options, a sentence each that names the file and the line and says what would be
// right.
std::vector<std::string> ReadConfigFile(const std::string& path, ServerOptions& options);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CONFIG_CONFIG_FILE_H_
