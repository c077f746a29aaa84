#include "server/rows/status_details.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "brainalign/v1/error.pb.h"

namespace brainalign {
namespace {

// Many problems make a message that no call can carry; the first say enough.
constexpr std::size_t kMaxViolations = 20;

// How often the server looks for unused tensors.
constexpr absl::Duration kDiskFullDelay = absl::Hours(1);

// Of no google.rpc type: it stays on the server.
constexpr char kClientMessage[] = "brainalign/client-message";

template <typename Detail>
void Attach(absl::Status& status, absl::string_view name, const Detail& detail) {
  status.SetPayload(absl::StrCat("type.googleapis.com/google.rpc.", name),
                    absl::Cord(detail.SerializeAsString()));
}

// The sentence about a problem. Checks of core begin a description with the option's name, which
// the path of the field ends with.
std::string SentenceOf(const FieldProblem& problem) {
  const std::string name = problem.field.substr(problem.field.rfind('.') + 1) + " ";
  absl::string_view description = problem.description;
  absl::ConsumePrefix(&description, name);
  return absl::StrCat(problem.field, " ", description);
}

absl::Status BadRequestError(const std::vector<FieldProblem>& problems) {
  std::string message;
  v1::BadRequest details;
  for (std::size_t i = 0; i < problems.size(); ++i) {
    if (i == kMaxViolations) {
      absl::StrAppend(&message, "\nand ", problems.size() - i, " more");
      break;
    }
    absl::StrAppend(&message, i == 0 ? "" : "\n", SentenceOf(problems[i]));
    v1::BadRequest::FieldViolation& violation = *details.add_field_violations();
    violation.set_field(problems[i].field);
    violation.set_description(problems[i].description);
  }
  absl::Status status = absl::InvalidArgumentError(message);
  Attach(status, "BadRequest", details);
  return status;
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

bool HasReason(const absl::Status& status) {
  return status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo").has_value();
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
  return WithRetryDelay(WithReason(std::move(status), "DISK_FULL"), kDiskFullDelay);
}

absl::Status InvalidFieldsError(const FieldProblems& problems) {
  const std::string field = problems.empty() ? "" : problems.front().field;
  absl::Status status = BadRequestError(problems);
  if (const auto exceeded = problems.ExceededBy(field)) {
    return WithReason(std::move(status), "INVALID_FIELD",
                      {{"field", field},
                       {"limit", absl::StrCat(exceeded->limit)},
                       {"usage", absl::StrCat(exceeded->usage)}});
  }
  return WithReason(std::move(status), "INVALID_FIELD", {{"field", field}});
}

absl::Status InvalidFieldsError(const std::vector<FieldProblem>& problems) {
  FieldProblems fields;
  for (const FieldProblem& problem : problems) fields.push_back(problem);
  return InvalidFieldsError(fields);
}

absl::Status InvalidFieldError(absl::string_view field, absl::string_view description) {
  FieldProblems problems;
  problems.push_back({std::string(field), std::string(description)});
  return InvalidFieldsError(problems);
}

absl::Status OverLimitError(const std::string& field, std::string description, std::int64_t usage,
                            std::int64_t limit) {
  FieldProblems problems;
  problems.AddOverLimit(field, std::move(description), usage, limit);
  return InvalidFieldsError(problems);
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

absl::Status DiskFullError(absl::string_view message, absl::string_view for_client,
                           std::int64_t mark_bytes, std::int64_t requested_bytes) {
  const absl::Status refused =
      WithRetryDelay(QuotaError("disk", for_client, "DISK_FULL",
                                {{"mark_bytes", absl::StrCat(mark_bytes)},
                                 {"requested_bytes", absl::StrCat(requested_bytes)}}),
                     kDiskFullDelay);
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
