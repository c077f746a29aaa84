#ifndef BRAINALIGN_CLIENT_CONNECTION_CALL_ID_H_
#define BRAINALIGN_CLIENT_CONNECTION_CALL_ID_H_

#include <string>

#include "absl/status/status.h"

// The request id of one call in the server's log (metadata x-request-id), under which the
// administrator finds it. It is not CreateJobRequest.request_id, which identifies a submission.

namespace brainalign {

// 16 hexadecimal digits, drawn anew.
std::string MakeCallId();

// The same failure with the request id of its call as a detail; OK stays OK.
absl::Status WithCallId(absl::Status status, const std::string& call_id);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CONNECTION_CALL_ID_H_
