#include "server/calls/call_gate.h"

#include <chrono>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

constexpr char kScheme[] = "Bearer ";
constexpr std::size_t kMaxTokenBytes = 256;

// Every error has a reason. One that has none of its own is unexpected, or ends with its client.
absl::Status WithSomeReason(absl::Status status) {
  if (status.ok() || HasReason(status)) return status;
  if (absl::IsCancelled(status)) return WithReason(std::move(status), "CALL_CANCELLED");
  return WithReason(std::move(status), "UNEXPECTED_ERROR");
}

}  // namespace

Verdict Call::JudgeThing(const std::string& project, const std::string& person) const {
  return Judge(caller_.role, caller_.all_projects, method_, WhoseIs(caller_, project, person));
}

absl::Status Call::DescribeDenial() const {
  return WithReason(absl::PermissionDeniedError(absl::StrCat(
                        caller_.role == Role::kAdmin ? "an " : "a ", NameOf(caller_.role),
                        " of project ", caller_.project, " may not ", NameOf(method_),
                        " here; ask the administrator of the server for another role")),
                    "ROLE_TOO_LOW", {{"role", NameOf(caller_.role)}, {"project", caller_.project}});
}

absl::Status Call::CheckAccess() const {
  return list_ == nullptr ? absl::OkStatus() : list_->CheckEntry(caller_.entry_id);
}

absl::StatusOr<Caller> CallGate::Authenticate(const Credentials& credentials) const {
  if (list_ == nullptr || !list_->WantsTokens()) return Caller();
  if (const auto& given = credentials.authorization) {
    if (!absl::StartsWith(*given, kScheme) || given->size() > kMaxTokenBytes) {
      return WithReason(absl::UnauthenticatedError(
                            "the authorization is no 'Bearer TOKEN'; log in (brainalign login)"),
                        "TOKEN_UNKNOWN");
    }
    return list_->FindByToken(given->substr(sizeof kScheme - 1));
  }
  auto known = list_->FindByCertificate(credentials.certificate_names);
  if (!known.ok()) return known.status();
  if (known->has_value()) return **known;
  return TokenMissingError();
}

absl::Status CallGate::RunBody(const Credentials& credentials, Method method,
                               const std::function<absl::Status(const Call&)>& body,
                               Caller& caller) const {
  auto known = Authenticate(credentials);
  if (!known.ok()) return known.status();
  caller = *std::move(known);
  caller.peer = credentials.peer;
  const Call call(list_, method, caller, credentials);
  if (Judge(caller.role, caller.all_projects, method, Whose::kNothing) != Verdict::kAllowed) {
    return call.DescribeDenial();
  }
  if (drain_ != nullptr) {
    if (absl::Status drained = drain_->Check(method); !drained.ok()) return drained;
  }
  return body(call);
}

absl::Status CallGate::Run(const Credentials& credentials, Method method,
                           const std::function<absl::Status(const Call&)>& body) const {
  const auto begin = std::chrono::steady_clock::now();
  records_->Began(method);
  EndedCall ended;
  ended.method = method;
  ended.peer = credentials.peer;
  ended.request_id = credentials.request_id;
  ended.status = WithSomeReason(RunBody(credentials, method, body, ended.caller));
  ended.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  records_->Ended(ended);
  return ended.status;
}

}  // namespace brainalign
