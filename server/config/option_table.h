#ifndef BRAINALIGN_SERVER_CONFIG_OPTION_TABLE_H_
#define BRAINALIGN_SERVER_CONFIG_OPTION_TABLE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/config/options.h"

namespace brainalign {

// One option: a flag --some-name and a key some_name of the config file.
struct OptionRow {
  std::string name;   // some-name
  std::string value;  // stands for the value in the help, such as BYTES; empty: a switch
  std::string help;   // with the unit and the default
  // Reads the value's text. INVALID_ARGUMENT, saying what would be right.
  std::function<absl::Status(const std::string& text, ServerOptions& options)> set;
};

const std::vector<OptionRow>& OptionTable();

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CONFIG_OPTION_TABLE_H_
