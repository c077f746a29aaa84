#include "server/config/listen_address.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace brainalign {

bool IsSocket(const std::string& listen_host) { return absl::StartsWith(listen_host, "unix:"); }

std::string ListenAddress(const ServerOptions& options, int port) {
  if (IsSocket(options.listen_host)) return options.listen_host;
  return absl::StrCat(options.listen_host, ":", port);
}

}  // namespace brainalign
