#include "client/cli/exit_code.h"

namespace brainalign {

ExitCode ExitCodeOfCall(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitDone;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kOutOfRange:
      return kExitWrongInput;
    case absl::StatusCode::kCancelled:
      return kExitInterrupted;
    default:
      return kExitServerOutOfReach;
  }
}

}  // namespace brainalign
