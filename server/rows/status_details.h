#ifndef BRAINALIGN_SERVER_ROWS_STATUS_DETAILS_H_
#define BRAINALIGN_SERVER_ROWS_STATUS_DETAILS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/problem/spec.h"
#include "server/rows/field_problems.h"

// The details of an error for programs, in addition to its sentence for people. Details are
// payloads of the status under google.rpc's type names, also on the wire.

namespace brainalign {

// The values of the sentence, for programs: limit, usage, requested, project, ... docs/errors.md
// lists the keys of each reason.
using Metadata = std::vector<std::pair<std::string, std::string>>;

// Adds an ErrorInfo: `reason` is stable, in capitals, and listed in docs/errors.md.
absl::Status WithReason(absl::Status status, absl::string_view reason,
                        const Metadata& metadata = {});

// Whether the status has one.
bool HasReason(const absl::Status& status);

// Adds a RetryInfo: waiting helps.
absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);

// Adds reason DISK_FULL, and a RetryInfo of one hour, because the server looks for unused tensors
// once an hour. Our client does not wait that long, so people see the message at once.
absl::Status WithDiskFull(absl::Status status);

// INVALID_ARGUMENT with a BadRequest: one violation a problem, all in the message. The metadata
// names the first field, and has limit and usage if it exceeds a limit.
absl::Status InvalidFieldsError(const std::vector<FieldProblem>& problems);
absl::Status InvalidFieldsError(const FieldProblems& problems);
absl::Status InvalidFieldError(absl::string_view field, absl::string_view description);
// `usage` is beyond `limit`.
absl::Status OverLimitError(const std::string& field, std::string description, std::int64_t usage,
                            std::int64_t limit);

// A request id that belongs to another request.
absl::Status RequestIdUsedError(const std::string& request_id);

// FAILED_PRECONDITION with a PreconditionFailure.
struct PreconditionViolation {
  std::string type;         // such as TENSOR_MISSING
  std::string subject;      // such as the digest
  std::string description;  // a sentence
};
absl::Status PreconditionError(absl::string_view message, absl::string_view reason,
                               const std::vector<PreconditionViolation>& violations);

// RESOURCE_EXHAUSTED with a QuotaFailure.
absl::Status QuotaError(absl::string_view subject, absl::string_view message,
                        absl::string_view reason, const Metadata& metadata = {});
// A QuotaFailure with subject "disk" and the details of WithDiskFull. The log gets `message`.
// Clients get `for_client` without the exact number of free bytes, which would reveal the uploads
// of others. `mark_bytes` must stay free; `requested_bytes` is the size of the upload, or 0.
absl::Status DiskFullError(absl::string_view message, absl::string_view for_client,
                           std::int64_t mark_bytes, std::int64_t requested_bytes);

// The message for clients. The status's own message is only for the server's log, because it
// contains a path of the server, and with it a digest.
absl::Status WithClientMessage(absl::Status status, absl::string_view message);
// That, or the message itself.
std::string ClientMessage(const absl::Status& status);

// The server is on its way down: UNAVAILABLE with a RetryInfo.
absl::Status ShuttingDownError();

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_STATUS_DETAILS_H_
