#include "server/rpc/call_gate.h"

#include <grpcpp/security/auth_context.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/record/digest.h"
#include "server/record/status_details.h"
#include "server/rpc/status.h"

namespace brainalign {
namespace {

constexpr char kRequestIdKey[] = "x-request-id";
constexpr char kScheme[] = "Bearer ";
constexpr std::size_t kMaxRequestIdBytes = 64;
constexpr std::size_t kMaxTokenBytes = 256;

std::optional<std::string> FindMetadata(const grpc::ServerContext& context, const char* key) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(key);
  if (found == metadata.end()) return std::nullopt;
  return std::string(found->second.data(), found->second.size());
}

// The client's, if it is one that can be put into a log.
std::string RequestIdOf(const grpc::ServerContext& context) {
  const auto given = FindMetadata(context, kRequestIdKey);
  const bool usable =
      given && !given->empty() && given->size() <= kMaxRequestIdBytes &&
      std::all_of(given->begin(), given->end(), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
      });
  return usable ? *given : RandomId().substr(0, 16);
}

// Names in the certificate that the client has proved to have.
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

Verdict Call::JudgeThing(const std::string& project, const std::string& person) const {
  return Judge(caller_.role, caller_.all_projects, method_, WhoseIs(caller_, project, person));
}

absl::Status Call::DescribeDenial() const {
  return WithReason(absl::PermissionDeniedError(absl::StrCat(
                        "a ", NameOf(caller_.role), " of project ", caller_.project, " may not ",
                        NameOf(method_), " here; ask who runs the server for another role")),
                    "ROLE_TOO_LOW");
}

absl::Status Call::CheckAccess() const {
  return list_ == nullptr ? absl::OkStatus() : list_->CheckEntry(caller_.entry_id);
}

absl::StatusOr<Caller> CallGate::Authenticate(const grpc::ServerContext& context) const {
  if (list_ == nullptr) return Caller();
  if (const auto given = FindMetadata(context, "authorization")) {
    if (!absl::StartsWith(*given, kScheme) || given->size() > kMaxTokenBytes) {
      return WithReason(absl::UnauthenticatedError(
                            "the authorization is no 'Bearer TOKEN'; log in (brainalign login)"),
                        "TOKEN_UNKNOWN");
    }
    return list_->FindByToken(given->substr(sizeof kScheme - 1));
  }
  auto known = list_->FindByCertificate(CertificateNames(context));
  if (!known.ok()) return known.status();
  if (known->has_value()) return **known;
  return WithReason(
      absl::UnauthenticatedError("this server wants a token: get one from who runs it "
                                 "(brainalignd token add) and log in (brainalign login)"),
      "TOKEN_MISSING");
}

absl::Status CallGate::RunBody(grpc::ServerContext* context, Method method,
                               const std::string& request_id,
                               const std::function<absl::Status(const Call&)>& body,
                               Caller& caller) const {
  auto known = Authenticate(*context);
  if (!known.ok()) return known.status();
  caller = *std::move(known);
  caller.peer = context->peer();
  const Call call(list_, method, caller, request_id);
  if (Judge(caller.role, caller.all_projects, method, Whose::kNothing) != Verdict::kAllowed) {
    return call.DescribeDenial();
  }
  if (drain_ != nullptr) {
    if (absl::Status drained = drain_->Check(method); !drained.ok()) return drained;
  }
  return body(call);
}

grpc::Status CallGate::Run(grpc::ServerContext* context, Method method,
                           const std::function<absl::Status(const Call&)>& body) const {
  const auto begin = std::chrono::steady_clock::now();
  records_->Began(method);
  EndedCall ended;
  ended.method = method;
  ended.peer = context->peer();
  ended.request_id = RequestIdOf(*context);
  context->AddTrailingMetadata(kRequestIdKey, ended.request_id);
  ended.status = RunBody(context, method, ended.request_id, body, ended.caller);
  ended.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  records_->Ended(ended);
  return ToGrpc(ended.status);
}

}  // namespace brainalign
