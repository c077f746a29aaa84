#ifndef BRAINALIGN_CLIENT_CREDENTIALS_CREDENTIALS_FILE_H_
#define BRAINALIGN_CLIENT_CREDENTIALS_CREDENTIALS_FILE_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "client/credentials/environment.h"

// What `brainalign login` keeps: $XDG_CONFIG_HOME/brainalign/credentials.json, which
// nobody but the user may read.

namespace brainalign {

// How to come into one server. Paths of files are absolute.
struct KeptServer {
  TlsOptions tls;
  std::string token;  // may be empty
  bool token_without_tls = false;
  std::string name = {};  // what the user calls it, in the place of the address; may be empty
};

// Whether `name` can name a server: letters, digits and any of ._-, and so never an address.
bool IsServerName(const std::string& name);

struct Credentials {
  std::map<std::string, KeptServer> servers;  // by HOST:PORT
  std::string default_address;                // one of them, or empty
};

// Empty if the environment names neither XDG_CONFIG_HOME nor HOME.
std::string CredentialsPath(const Environment& environment);

// Empty ones if there is no such file or `path` is empty. FAILED_PRECONDITION, with what
// to do, if others may read the file or it is not what login wrote.
absl::StatusOr<Credentials> ReadCredentials(const std::string& path);

// Replaces the file as a whole, readable by the user alone from its first byte on; makes
// its folder. Of two at a time the later one stays.
absl::Status WriteCredentials(const std::string& path, const Credentials& credentials);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CREDENTIALS_CREDENTIALS_FILE_H_
