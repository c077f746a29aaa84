#ifndef BRAINALIGN_SERVER_CONFIG_OPTION_TABLE_H_
#define BRAINALIGN_SERVER_CONFIG_OPTION_TABLE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/config/options.h"

namespace brainalign {

// How the text of an option becomes a value, and the other way round.
struct OptionValue {
  // INVALID_ARGUMENT, with what would be right.
  std::function<absl::Status(const std::string& text, ServerOptions& options)> set;
  // As `set` takes it; nothing where it is not set.
  std::function<std::optional<std::string>(const ServerOptions& options)> get;
};

// One option: a flag --some-name and a key some_name of the config file.
struct OptionRow {
  std::string name;   // some-name
  std::string value;  // placeholder of the value in the help, such as BYTES; empty: a switch
  std::string help;   // with the unit and the default
  OptionValue value_of;
  bool is_live = false;  // a reload applies it to the running server

  std::string key() const;  // some_name
};

const std::vector<OptionRow>& OptionTable();

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CONFIG_OPTION_TABLE_H_
