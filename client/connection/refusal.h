#ifndef BRAINALIGN_CLIENT_CONNECTION_REFUSAL_H_
#define BRAINALIGN_CLIENT_CONNECTION_REFUSAL_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace brainalign {

// Why a server rejected a call, for programs. The message of the status has the same content as a
// sentence.
struct Refusal {
  struct Violation {
    std::string subject;      // a field of the request, or whose quota it is
    std::string description;  // a sentence
  };

  // Stable, in capitals, such as QUOTA_UPLOADS: docs/errors.md lists them, with what to do and the
  // keys of their metadata.
  std::string reason;
  std::string domain;  // "brainalign"
  std::map<std::string, std::string> metadata;
  std::vector<Violation> fields;             // such as spec.options.folds
  std::vector<std::string> missing_tensors;  // digests to be uploaded first
  std::vector<Violation> quotas;
  std::optional<double> retry_delay_seconds;  // a retry after this delay can succeed
};

// The details of a rejected call. Nothing if no server rejected it: the connection broke, or the
// client library found the error.
std::optional<Refusal> RefusalOf(const absl::Status& status);

// The request id of the failed call, under which the administrator finds it in the server's log.
// Empty if the failed call did not reach a server.
std::string CallIdOf(const absl::Status& status);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CONNECTION_REFUSAL_H_
