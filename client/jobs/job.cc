#include "client/jobs/job.h"

#include "client/wire/enum_from_proto.h"

namespace brainalign {

std::string Name(JobState state) {
  switch (state) {
    case JobState::kUnknown:
      return "unknown";
    case JobState::kQueued:
      return "queued";
    case JobState::kRunning:
      return "running";
    case JobState::kSucceeded:
      return "succeeded";
    case JobState::kFailed:
      return "failed";
    case JobState::kCancelled:
      return "cancelled";
  }
  return NameOfUnknown(static_cast<int>(state));
}

std::string Name(JobReason reason) {
  switch (reason) {
    case JobReason::kNone:
      return "";
    case JobReason::kWaitingForMemory:
      return "waiting for memory";
    case JobReason::kServerRestarted:
      return "the server stopped while it ran";
    case JobReason::kTooManyAttempts:
      return "too many attempts";
    case JobReason::kComputationFailed:
      return "while computing";
    case JobReason::kCancelledByClient:
      return "by a client";
    case JobReason::kServedFromCache:
      return "served from the cache";
    case JobReason::kJoined:
      return "follows an identical job";
    case JobReason::kInputLost:
      return "an input was lost";
    case JobReason::kInputUnreadable:
      return "an input cannot be read";
    case JobReason::kPutBackByAdministrator:
      return "put back by an administrator";
  }
  return NameOfUnknown(static_cast<int>(reason));
}

}  // namespace brainalign
