// Values of the protocol's enums as people say them: "pearson" for METRIC_PEARSON.
#ifndef BRAINALIGN_CLIENT_WIRE_ENUM_NAMES_H_
#define BRAINALIGN_CLIENT_WIRE_ENUM_NAMES_H_

#include <string>

#include "absl/strings/ascii.h"
#include "client/wire/enum_from_proto.h"

namespace brainalign {

// `value_name` is what the generated code calls the value; empty for one that it does not know.
inline std::string NameOfEnum(const std::string& value_name, const std::string& prefix,
                              int number) {
  if (value_name.empty()) return NameOfUnknown(number);
  return absl::AsciiStrToLower(value_name.substr(prefix.size()));
}

// The generated code's name of what people call `name`.
inline std::string ValueNameOf(const std::string& name, const std::string& prefix) {
  return prefix + absl::AsciiStrToUpper(name);
}

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_WIRE_ENUM_NAMES_H_
