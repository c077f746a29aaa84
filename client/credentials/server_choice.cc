#include "client/credentials/server_choice.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/connection/token.h"

namespace brainalign {
namespace {

std::string FirstOf(const std::string& flag, const std::string& variable, const std::string& kept) {
  if (!flag.empty()) return flag;
  return variable.empty() ? kept : variable;
}

// `given`, or the address of the server that login keeps by this name.
std::string AddressOf(const std::string& given, const Credentials& kept) {
  for (const auto& [address, server] : kept.servers) {
    if (IsServerName(given) && server.name == given) return address;
  }
  return given;
}

// INVALID_ARGUMENT if `address` looks like a name that login keeps, and is none.
absl::Status CheckName(const std::string& address, const Credentials& kept) {
  if (!IsServerName(address)) return absl::OkStatus();
  std::vector<std::string> names;
  for (const auto& [ignored, server] : kept.servers) {
    if (!server.name.empty()) names.push_back(server.name);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "server.address is '", address, "', which is neither HOST:PORT nor the name of a login",
      names.empty() ? "; brainalign login --name gives one."
                    : absl::StrCat("; names are ", absl::StrJoin(names, ", "), ".")));
}

}  // namespace

ConnectionOptions ChooseServer(const ServerFlags& flags, const Environment& environment,
                               const Credentials& kept) {
  ConnectionOptions options;
  const std::string fallback =
      kept.default_address.empty() ? options.address : kept.default_address;
  options.address =
      AddressOf(FirstOf(flags.address, environment("BRAINALIGN_SERVER"), fallback), kept);
  const auto found = kept.servers.find(options.address);
  const KeptServer known = found == kept.servers.end() ? KeptServer() : found->second;

  TlsOptions& tls = options.tls;
  tls.ca = FirstOf(flags.tls.ca, environment("BRAINALIGN_TLS_CA"), known.tls.ca);
  tls.server_name = FirstOf(flags.tls.server_name, environment("BRAINALIGN_TLS_SERVER_NAME"),
                            known.tls.server_name);
  tls.certificate = FirstOf(flags.tls.certificate, environment("BRAINALIGN_TLS_CERTIFICATE"), "");
  tls.key = FirstOf(flags.tls.key, environment("BRAINALIGN_TLS_KEY"), "");
  if (tls.certificate.empty() && tls.key.empty()) {
    tls.certificate = known.tls.certificate;
    tls.key = known.tls.key;
  }
  options.token = known.token;
  options.token_without_tls = flags.token_without_tls || known.token_without_tls;
  return options;
}

absl::StatusOr<std::string> FindGivenToken(const ServerFlags& flags,
                                           const Environment& environment) {
  if (!flags.token.empty()) return ParseToken(flags.token, "The token");
  if (!flags.token_file.empty()) return ReadTokenFile(flags.token_file);
  const std::string token = environment("BRAINALIGN_TOKEN");
  if (!token.empty()) return ParseToken(token, "BRAINALIGN_TOKEN");
  const std::string file = environment("BRAINALIGN_TOKEN_FILE");
  return file.empty() ? std::string() : ReadTokenFile(file);
}

absl::StatusOr<ConnectionOptions> FindServer(const ServerFlags& flags,
                                             const Environment& environment) {
  const absl::StatusOr<Credentials> kept = ReadCredentials(CredentialsPath(environment));
  if (!kept.ok()) return kept.status();
  absl::StatusOr<std::string> token = FindGivenToken(flags, environment);
  if (!token.ok()) return token.status();
  ConnectionOptions options = ChooseServer(flags, environment, *kept);
  if (absl::Status named = CheckName(options.address, *kept); !named.ok()) return named;
  if (!token->empty()) options.token = *std::move(token);
  return options;
}

}  // namespace brainalign
