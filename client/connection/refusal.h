#ifndef BRAINALIGN_CLIENT_CONNECTION_REFUSAL_H_
#define BRAINALIGN_CLIENT_CONNECTION_REFUSAL_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace brainalign {

// Why a server refused a call, for programs: what its sentence says in words.
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
  std::optional<double> retry_delay_seconds;  // waiting so long helps
};

// What came with the failure of a call. Nothing if no server refused it: the connection broke, or
// this program found the mistake.
std::optional<Refusal> RefusalOf(const absl::Status& status);

// The name of the failed call in the server's log, by which its administrator finds what happened.
// Empty if the failure is of no call that reached a server.
std::string CallIdOf(const absl::Status& status);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CONNECTION_REFUSAL_H_
