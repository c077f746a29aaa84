#include "client/connection/channel_credentials.h"

#include <fstream>
#include <sstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

// Debian's and its kin's.
constexpr char kSystemAuthorities[] = "/etc/ssl/certs/ca-certificates.crt";

// Puts the file's text into `text`; an empty path has none.
absl::Status ReadPem(const std::string& option, const std::string& path, std::string& text) {
  if (path.empty()) return absl::OkStatus();
  std::ifstream file(path);
  std::ostringstream all;
  all << file.rdbuf();
  text = all.str();
  if (file.good() && text.find("-----BEGIN ") != std::string::npos) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(option, " \"", path, "\" cannot be read as a PEM file."));
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeCredentials(const TlsOptions& tls) {
  if (tls.ca.empty()) {
    if (tls.certificate.empty() && tls.key.empty() && tls.server_name.empty()) {
      return grpc::InsecureChannelCredentials();
    }
    return absl::InvalidArgumentError(
        "With TLS options, server.tls.ca is needed: a file of CA certificates, or system.");
  }
  if (tls.certificate.empty() != tls.key.empty()) {
    return absl::InvalidArgumentError(
        "server.tls.certificate and server.tls.key are given together.");
  }
  grpc::SslCredentialsOptions options;
  const std::string ca = tls.ca == "system" ? kSystemAuthorities : tls.ca;
  for (absl::Status status :
       {ReadPem("server.tls.ca", ca, options.pem_root_certs),
        ReadPem("server.tls.certificate", tls.certificate, options.pem_cert_chain),
        ReadPem("server.tls.key", tls.key, options.pem_private_key)}) {
    if (!status.ok()) return status;
  }
  return grpc::SslCredentials(options);
}

}  // namespace brainalign
