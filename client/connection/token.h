#ifndef BRAINALIGN_CLIENT_CONNECTION_TOKEN_H_
#define BRAINALIGN_CLIENT_CONNECTION_TOKEN_H_

#include <string>

#include "absl/status/statusor.h"

namespace brainalign {

// The token in `text`, without the white space around it. INVALID_ARGUMENT, naming
// `place`, if there is none or it holds what no token holds; the text is not repeated.
absl::StatusOr<std::string> ParseToken(const std::string& text, const std::string& place);

// The token that is all that a file holds. INVALID_ARGUMENT, naming the file.
absl::StatusOr<std::string> ReadTokenFile(const std::string& path);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CONNECTION_TOKEN_H_
