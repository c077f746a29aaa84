#ifndef BRAINALIGN_CLIENT_CREDENTIALS_CREDENTIALS_FILE_H_
#define BRAINALIGN_CLIENT_CREDENTIALS_CREDENTIALS_FILE_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "client/credentials/environment.h"

// The file that `brainalign login` writes: $XDG_CONFIG_HOME/brainalign/credentials.json. Only the
// user can read it.

namespace brainalign {

// The stored credentials of one server. Paths of files are absolute.
struct KeptServer {
  TlsOptions tls;
  std::string token;  // may be empty
  bool token_without_tls = false;
  std::string name = {};  // the user's name for the server; may be empty
};

// Whether `name` is a valid name of a server: letters, digits and any of ._-. It is never a valid
// address.
bool IsServerName(const std::string& name);

// The content of the credentials file.
struct Credentials {
  std::map<std::string, KeptServer> servers;  // by HOST:PORT
  std::string default_address;                // one of them, or empty
};

// Empty if the environment names neither XDG_CONFIG_HOME nor HOME.
std::string CredentialsPath(const Environment& environment);

// No credentials if there is no such file or `path` is empty. FAILED_PRECONDITION, with the remedy,
// if other users can read the file or login did not write it.
absl::StatusOr<Credentials> ReadCredentials(const std::string& path);

// Replaces the file as a whole; only the user can ever read it. Makes its folder. If two programs
// write at the same time, the later one wins.
absl::Status WriteCredentials(const std::string& path, const Credentials& credentials);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CREDENTIALS_CREDENTIALS_FILE_H_
