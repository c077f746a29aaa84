#ifndef BRAINALIGN_SERVER_CONFIG_LISTEN_ADDRESS_H_
#define BRAINALIGN_SERVER_CONFIG_LISTEN_ADDRESS_H_

#include <string>

#include "server/config/options.h"

namespace brainalign {

// --listen is HOST:PORT, or unix:PATH: a socket of this machine, in listen_host as a whole.

// Whether `listen_host` is a socket.
bool IsSocket(const std::string& listen_host);

// The address for clients, with the actual port instead of port 0.
std::string ListenAddress(const ServerOptions& options, int port);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CONFIG_LISTEN_ADDRESS_H_
