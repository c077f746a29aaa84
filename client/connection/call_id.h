#ifndef BRAINALIGN_CLIENT_CONNECTION_CALL_ID_H_
#define BRAINALIGN_CLIENT_CONNECTION_CALL_ID_H_

#include <string>

#include "absl/status/status.h"

// The name of one call in the server's log (metadata x-request-id), by which who runs the
// server finds what happened. Not CreateJobRequest.request_id, which names a submission.

namespace brainalign {

// 16 hexadecimal digits, drawn anew.
std::string MakeCallId();

// The same failure with the name of its call beside the sentence; OK stays OK.
absl::Status WithCallId(absl::Status status, const std::string& call_id);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CONNECTION_CALL_ID_H_
