#ifndef BRAINALIGN_CLIENT_CREDENTIALS_SERVER_CHOICE_H_
#define BRAINALIGN_CLIENT_CREDENTIALS_SERVER_CHOICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "client/credentials/credentials_file.h"
#include "client/credentials/environment.h"

// Which server is meant, and how to come in: what the command line says, else the
// environment, else what login kept, else the server of this machine.

namespace brainalign {

// What the command line or a program says of it; empty where it says nothing.
struct ServerFlags {
  std::string address = {};  // HOST:PORT, or the name that login gave it
  TlsOptions tls = {};
  std::string token = {};       // of a program; on a command line others could read it
  std::string token_file = {};  // that holds a token and nothing else
  bool token_without_tls = false;
};

// Address, TLS options and a kept token. The environment's variables are BRAINALIGN_SERVER,
// BRAINALIGN_TLS_CA, _CERTIFICATE, _KEY and _SERVER_NAME. What was kept of one server is used
// for that one alone; of certificate and key it is used for both or neither.
ConnectionOptions ChooseServer(const ServerFlags& flags, const Environment& environment,
                               const Credentials& kept);

// A token that was not kept but given: by `flags`, itself or its file, else by BRAINALIGN_TOKEN,
// else by the file that BRAINALIGN_TOKEN_FILE names; else empty. INVALID_ARGUMENT, naming
// the place, if there is none.
absl::StatusOr<std::string> FindGivenToken(const ServerFlags& flags,
                                           const Environment& environment);

// Both, with the credentials that login kept: a given token goes before a kept one. Errors are
// those of ReadCredentials and FindGivenToken, and INVALID_ARGUMENT for a name that login does not
// keep.
absl::StatusOr<ConnectionOptions> FindServer(const ServerFlags& flags,
                                             const Environment& environment);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CREDENTIALS_SERVER_CHOICE_H_
