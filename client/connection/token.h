#ifndef BRAINALIGN_CLIENT_CONNECTION_TOKEN_H_
#define BRAINALIGN_CLIENT_CONNECTION_TOKEN_H_

#include <string>

#include "absl/status/statusor.h"

namespace brainalign {

// The token in `text`, without the white space around it. INVALID_ARGUMENT, with `place`, if there
// is none or it has invalid characters; the message does not repeat the text.
absl::StatusOr<std::string> ParseToken(const std::string& text, const std::string& place);

// The token in a file that contains only a token. INVALID_ARGUMENT, with the file.
absl::StatusOr<std::string> ReadTokenFile(const std::string& path);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CONNECTION_TOKEN_H_
