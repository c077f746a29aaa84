#include "server/rpc/rpc_call.h"

#include <grpcpp/security/auth_context.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace brainalign {
namespace {

constexpr char kRequestIdKey[] = "x-request-id";

std::optional<std::string> FindMetadata(const grpc::ServerContext& context, const char* key) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(key);
  if (found == metadata.end()) return std::nullopt;
  return std::string(found->second.data(), found->second.size());
}

std::vector<std::string> CertificateNames(const grpc::ServerContext& context) {
  std::vector<std::string> names;
  const auto auth = context.auth_context();
  if (auth == nullptr || !auth->IsPeerAuthenticated()) return names;
  for (const grpc::string_ref& name : auth->FindPropertyValues("x509_subject_alternative_name")) {
    names.emplace_back(name.data(), name.size());
  }
  return names;
}

}  // namespace

Credentials TakeCredentials(grpc::ServerContext* context) {
  Credentials credentials;
  credentials.authorization = FindMetadata(*context, "authorization");
  credentials.certificate_names = CertificateNames(*context);
  credentials.peer = context->peer();
  credentials.request_id = ChooseRequestId(FindMetadata(*context, kRequestIdKey));
  credentials.is_gone = [context] { return context->IsCancelled(); };
  credentials.is_past_deadline = [context] {
    return std::chrono::system_clock::now() >= context->deadline();
  };
  credentials.cancel = [context] { context->TryCancel(); };
  context->AddTrailingMetadata(kRequestIdKey, credentials.request_id);
  return credentials;
}

}  // namespace brainalign
