#include "client/connection/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/printable.h"

namespace brainalign {

absl::Status CheckAddress(const std::string& address) {
  const std::string::size_type colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) {
    return absl::InvalidArgumentError(absl::StrCat("\"", address,
                                                   "\" is no server address: HOST:PORT is needed, "
                                                   "such as 127.0.0.1:7733."));
  }
  for (const char* scheme : {"http://", "https://", "grpc://", "grpcs://"}) {
    if (!absl::StartsWithIgnoreCase(address, scheme)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("\"", address, "\" begins with ", scheme,
                     "; give HOST:PORT alone, such as 127.0.0.1:7733."));
  }
  const bool is_socket =
      absl::StartsWith(address, "unix:") || absl::StartsWith(address, "unix-abstract:");
  const std::string host = address.substr(0, colon);
  in6_addr ignored;
  if (inet_pton(AF_INET6, host.c_str(), &ignored) == 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", address, "\" begins with an IPv6 address, which is written in brackets: [", host,
        "]:", address.substr(colon + 1), "."));
  }
  const std::string port = address.substr(colon + 1);
  const bool is_number = std::all_of(port.begin(), port.end(), absl::ascii_isdigit);
  int number = 0;
  const bool is_port =
      is_number && absl::SimpleAtoi(port, &number) && number >= 1 && number <= 65535;
  if (!is_port && !is_socket) {
    return absl::InvalidArgumentError(absl::StrCat("The port of \"", address, "\" is ",
                                                   Printable(port), "; ports are 1 to 65535."));
  }
  return absl::OkStatus();
}

bool IsLoopback(const std::string& address) {
  // gRPC's names for a socket of this machine: unix:PATH, unix://PATH, unix-abstract:NAME.
  if (absl::StartsWith(address, "unix:") || absl::StartsWith(address, "unix-abstract:")) {
    return true;
  }
  const std::string host = address.substr(0, address.rfind(':'));
  in_addr number;
  if (inet_pton(AF_INET, host.c_str(), &number) == 1) {
    return ntohl(number.s_addr) >> 24 == IN_LOOPBACKNET;
  }
  return host == "[::1]" || absl::EqualsIgnoreCase(host, "localhost");
}

}  // namespace brainalign
