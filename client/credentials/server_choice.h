#ifndef BRAINALIGN_CLIENT_CREDENTIALS_SERVER_CHOICE_H_
#define BRAINALIGN_CLIENT_CREDENTIALS_SERVER_CHOICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "client/credentials/credentials_file.h"
#include "client/credentials/environment.h"

// The choice of the server and its credentials: from the command line, else the environment, else
// the stored login, else the server of this machine.

namespace brainalign {

// The choice by command line or program; empty fields are not given.
struct ServerFlags {
  std::string address = {};  // HOST:PORT, or the name that login gave it
  TlsOptions tls = {};
  std::string token = {};       // for programs; other users could read it on a command line
  std::string token_file = {};  // a file that contains only a token
  bool token_without_tls = false;
};

// Address, TLS options and the stored token. The environment's variables are BRAINALIGN_SERVER,
// BRAINALIGN_TLS_CA, _CERTIFICATE, _KEY and _SERVER_NAME. Stored settings of one server are never
// used for another. Certificate and key are either both stored ones or neither.
ConnectionOptions ChooseServer(const ServerFlags& flags, const Environment& environment,
                               const Credentials& kept);

// The given token, which takes precedence over a stored one: from `flags` (the token or its file),
// else from BRAINALIGN_TOKEN, else from the file that BRAINALIGN_TOKEN_FILE names, else empty.
// INVALID_ARGUMENT, with the source, if a named source contains no token.
absl::StatusOr<std::string> FindGivenToken(const ServerFlags& flags,
                                           const Environment& environment);

// ChooseServer with the stored credentials and FindGivenToken: a given token takes precedence over
// the stored one. Errors as ReadCredentials and FindGivenToken, and INVALID_ARGUMENT for a name
// that login did not store.
absl::StatusOr<ConnectionOptions> FindServer(const ServerFlags& flags,
                                             const Environment& environment);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CREDENTIALS_SERVER_CHOICE_H_
