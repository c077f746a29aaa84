#ifndef BRAINALIGN_SERVER_ACCESS_TOKEN_USE_H_
#define BRAINALIGN_SERVER_ACCESS_TOKEN_USE_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

// DATA/access_used.json: when each entry of the access file last let a call in, for `brainalignd
// token list`. Only the server writes it. Without the file, no last uses are known.

namespace brainalign {

// By AccessEntry::id, in whole minutes.
using TokenUse = std::map<std::string, absl::Time>;

// Empty if there is no such file or it cannot be read.
TokenUse ReadTokenUse(const std::string& data_folder);

// Replaces the file as a whole.
absl::Status WriteTokenUse(const std::string& data_folder, const TokenUse& use);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ACCESS_TOKEN_USE_H_
