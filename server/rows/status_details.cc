#include "server/rows/status_details.h"

#include "absl/strings/str_cat.h"
#include "brainalign/v1/error.pb.h"

namespace brainalign {
namespace {

// Many problems make a message that no call can carry; the first say enough.
constexpr std::size_t kMaxViolations = 20;

// Of no google.rpc type: it stays on the server.
constexpr char kClientMessage[] = "brainalign/client-message";

template <typename Detail>
void Attach(absl::Status& status, absl::string_view name, const Detail& detail) {
  status.SetPayload(absl::StrCat("type.googleapis.com/google.rpc.", name),
                    absl::Cord(detail.SerializeAsString()));
}

}  // namespace

absl::Status WithReason(absl::Status status, absl::string_view reason, const Metadata& metadata) {
  v1::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain("brainalign");
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = value;
  Attach(status, "ErrorInfo", info);
  return status;
}

absl::Status WithRetryDelay(absl::Status status, absl::Duration delay) {
  v1::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(delay));
  info.mutable_retry_delay()->set_nanos(
      static_cast<int>(absl::ToInt64Nanoseconds(delay % absl::Seconds(1))));
  Attach(status, "RetryInfo", info);
  return status;
}

absl::Status WithDiskFull(absl::Status status) {
  return WithRetryDelay(WithReason(std::move(status), "DISK_FULL"), absl::Hours(1));
}

absl::Status InvalidFieldsError(const std::vector<FieldProblem>& problems) {
  std::string message;
  v1::BadRequest details;
  for (std::size_t i = 0; i < problems.size(); ++i) {
    if (i == kMaxViolations) {
      absl::StrAppend(&message, "\nand ", problems.size() - i, " more");
      break;
    }
    absl::StrAppend(&message, i == 0 ? "" : "\n", problems[i].field, " ", problems[i].description);
    v1::BadRequest::FieldViolation& violation = *details.add_field_violations();
    violation.set_field(problems[i].field);
    violation.set_description(problems[i].description);
  }
  absl::Status status = absl::InvalidArgumentError(message);
  Attach(status, "BadRequest", details);
  const std::string first = problems.empty() ? "" : problems.front().field;
  return WithReason(std::move(status), "INVALID_FIELD", {{"field", first}});
}

absl::Status InvalidFieldError(absl::string_view field, absl::string_view description) {
  return InvalidFieldsError({{std::string(field), std::string(description)}});
}

absl::Status RequestIdUsedError(const std::string& request_id) {
  return InvalidFieldError("request_id",
                           absl::StrCat("'", request_id,
                                        "' was used before, for another request; make a new one "
                                        "for each submission"));
}

absl::Status PreconditionError(absl::string_view message, absl::string_view reason,
                               const std::vector<PreconditionViolation>& violations) {
  v1::PreconditionFailure details;
  for (std::size_t i = 0; i < violations.size() && i < kMaxViolations; ++i) {
    v1::PreconditionFailure::Violation& violation = *details.add_violations();
    violation.set_type(violations[i].type);
    violation.set_subject(violations[i].subject);
    violation.set_description(violations[i].description);
  }
  absl::Status status = absl::FailedPreconditionError(message);
  Attach(status, "PreconditionFailure", details);
  return WithReason(std::move(status), reason);
}

absl::Status QuotaError(absl::string_view subject, absl::string_view message,
                        absl::string_view reason, const Metadata& metadata) {
  v1::QuotaFailure details;
  v1::QuotaFailure::Violation& violation = *details.add_violations();
  violation.set_subject(std::string(subject));
  violation.set_description(std::string(message));
  absl::Status status = absl::ResourceExhaustedError(message);
  Attach(status, "QuotaFailure", details);
  return WithReason(std::move(status), reason, metadata);
}

absl::Status DiskFullError(absl::string_view message, absl::string_view for_client) {
  const absl::Status refused = WithDiskFull(QuotaError("disk", for_client, "DISK_FULL"));
  absl::Status logged(refused.code(), message);
  refused.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    logged.SetPayload(type_url, payload);
  });
  return WithClientMessage(std::move(logged), for_client);
}

absl::Status WithClientMessage(absl::Status status, absl::string_view message) {
  status.SetPayload(kClientMessage, absl::Cord(message));
  return status;
}

std::string ClientMessage(const absl::Status& status) {
  const auto for_client = status.GetPayload(kClientMessage);
  return for_client ? std::string(*for_client) : std::string(status.message());
}

absl::Status ShuttingDownError() {
  return WithRetryDelay(
      WithReason(absl::UnavailableError("the server is shutting down; try again in a moment"),
                 "SHUTTING_DOWN"),
      absl::Seconds(2));
}

}  // namespace brainalign
