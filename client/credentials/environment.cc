#include "client/credentials/environment.h"

#include <cstdlib>

namespace brainalign {

Environment ProcessEnvironment() {
  return [](const std::string& name) -> std::string {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? "" : value;
  };
}

}  // namespace brainalign
