// Asks a server, by the client library, which version it is: ask HOST:PORT.
#include <cstdio>

#include "client/connection/connection.h"
#include "client/session/align_remotely.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "ask takes HOST:PORT\n");
    return 2;
  }
  brainalign::ConnectionOptions options;
  options.address = argv[1];
  const auto connection = brainalign::Connection::Open(options);
  if (!connection.ok()) {
    std::fprintf(stderr, "%s\n", connection.status().ToString().c_str());
    return 1;
  }
  std::printf("server %s\n", (*connection)->server_info().version.c_str());
  return 0;
}
