#include "server/rpc/listen_credentials.h"

#include <arpa/inet.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/config/listen_address.h"

namespace brainalign {
namespace {

// How often the files are looked at.
constexpr unsigned kRefreshSeconds = 1;

// What `read` makes of the PEM file `path`.
template <typename Object>
absl::StatusOr<std::shared_ptr<Object>> ReadPem(
    const std::string& option, const std::string& path, const std::string& what,
    Object* (*read)(FILE*, Object**, pem_password_cb*, void*), void (*free)(Object*)) {
  FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", option, " '", path, "' cannot be read; give the file of ", what));
  }
  // No pass phrase, because nobody could type it.
  char none[] = "";
  Object* object = read(file, nullptr, nullptr, none);
  std::fclose(file);
  if (object == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", option, " '", path, "' holds no ", what, " in PEM without pass phrase"));
  }
  return std::shared_ptr<Object>(object, free);
}

absl::Status CheckFiles(const ServerOptions& options) {
  if (options.tls_certificate.empty() != options.tls_key.empty()) {
    return absl::InvalidArgumentError("--tls-certificate and --tls-key are given together");
  }
  if (options.tls_certificate.empty()) {
    if (options.tls_client_ca.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "--tls-client-ca is for a server with TLS; give --tls-certificate and --tls-key, too");
  }
  auto certificate = ReadPem<X509>("tls-certificate", options.tls_certificate, "certificate",
                                   &PEM_read_X509, &X509_free);
  if (!certificate.ok()) return certificate.status();
  auto key = ReadPem<EVP_PKEY>("tls-key", options.tls_key, "private key", &PEM_read_PrivateKey,
                               &EVP_PKEY_free);
  if (!key.ok()) return key.status();
  if (X509_check_private_key(certificate->get(), key->get()) != 1) {
    return absl::InvalidArgumentError(absl::StrCat("--tls-key '", options.tls_key,
                                                   "' is not the key of the certificate '",
                                                   options.tls_certificate, "'"));
  }
  if (options.tls_client_ca.empty()) return absl::OkStatus();
  return ReadPem<X509>("tls-client-ca", options.tls_client_ca, "certificate", &PEM_read_X509,
                       &X509_free)
      .status();
}

}  // namespace

bool IsLoopback(const std::string& host) {
  in_addr number{};
  if (::inet_pton(AF_INET, host.c_str(), &number) == 1) {
    return ntohl(number.s_addr) >> 24 == IN_LOOPBACKNET;
  }
  return host == "localhost" || host == "[::1]" || IsSocket(host);
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeListenCredentials(
    const ServerOptions& options) {
  if (absl::Status status = CheckFiles(options); !status.ok()) return status;
  if (options.tls_certificate.empty()) {
    if (!IsLoopback(options.listen_host) && !options.plaintext_beyond_loopback) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--listen ", options.listen_host,
          " is reached from other machines, and there is no TLS; give --tls-certificate and "
          "--tls-key, or --plaintext-beyond-loopback if tokens and data may be read on the way"));
    }
    return grpc::InsecureServerCredentials();
  }
  namespace tls = grpc::experimental;
  tls::TlsServerCredentialsOptions credentials(
      std::make_shared<tls::FileWatcherCertificateProvider>(
          options.tls_key, options.tls_certificate, options.tls_client_ca, kRefreshSeconds));
  credentials.watch_identity_key_cert_pairs();
  if (!options.tls_client_ca.empty()) {
    credentials.watch_root_certs();
    credentials.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return tls::TlsServerCredentials(credentials);
}

}  // namespace brainalign
