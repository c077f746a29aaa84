#ifndef BRAINALIGN_SERVER_RECORDINGS_CHECK_RECORDING_H_
#define BRAINALIGN_SERVER_RECORDINGS_CHECK_RECORDING_H_

#include <string>

#include "absl/status/status.h"
#include "server/jobs/limits.h"
#include "server/rows/recording.h"

namespace brainalign {

// Checks a new recording like the brain of a job, and the length of its texts. `record`: its record
// in the database. INVALID_ARGUMENT with the fields of CreateRecordingRequest.
absl::Status CheckRecording(const Recording& recording, const std::string& record,
                            const JobLimits& limits);

// Whether a recording can be sealed like this; its policy is settled. INVALID_ARGUMENT with the
// fields of SealRecordingRequest, also if no submission at all could be made.
absl::Status CheckSeal(const Recording& recording, const RecordingSeal& seal,
                       const JobLimits& limits);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RECORDINGS_CHECK_RECORDING_H_
